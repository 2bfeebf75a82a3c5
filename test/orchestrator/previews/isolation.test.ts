import type { KubernetesObject } from "@kubernetes/client-node";
import { expect } from "chai";
import { guardManifests } from "../../../infra/environments/environment";
import { CLIENT, labelsOf } from "../../../infra/environments/labels";
import { namesOf } from "../../../infra/environments/names";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";
import { breaches } from "../../../orchestrator/previews/isolation";
import { specOf } from "../../support/environments";
import { strict } from "../../support/strict";

const at = (pullRequest: number) =>
  specOf("preview", { names: namesOf({ kind: "preview", pullRequest, domain: "dev.example.com" }) });
const guards = [at(1), at(2), specOf("qa")].flatMap((spec) => guardManifests({ spec, vpcCidr: "10.10.0.0/16" }));
let address = 0;
const pod = (namespace: string, component: string, containerPort: number) => ({
  kind: "Pod",
  metadata: {
    namespace,
    name: component,
    labels: { ...labelsOf("preview", component), ...(component === "web" ? CLIENT : {}) },
  },
  spec: { containers: [{ name: "main", ports: [{ containerPort }] }] },
  status: { podIP: `10.10.3.${++address}` },
});
const pods = ["feature-pr-1", "feature-pr-2", "qa"].flatMap((namespace) => [
  pod(namespace, "web", 8080),
  pod(namespace, "database", 5432),
]);
const viewOf = (...more: object[]) =>
  strict<ClusterView>("cluster", {
    list: <T extends KubernetesObject>(_: string, kind: string) =>
      Promise.resolve(
        [...guards, ...pods, ...more].filter((one) => (one as { kind: string }).kind === kind) as unknown as T[],
      ),
  });
const policy = (namespace: string, spec: object) => ({
  kind: "NetworkPolicy",
  metadata: { name: "extra", namespace },
  spec,
});

describe("isolation of a preview", () => {
  it("[E3.6] [C2.9] holds with the policies it is made with", async () => {
    expect(await breaches(viewOf(), "feature-pr-1")).to.deep.equal([]);
  });
  it("is broken by a way out to the database of another environment", async () => {
    const out = policy("feature-pr-1", { podSelector: {}, policyTypes: ["Egress"], egress: [{}] });
    const inside = policy("qa", { podSelector: {}, policyTypes: ["Ingress"], ingress: [{}] });
    const found = await breaches(viewOf(out, inside), "feature-pr-1");
    expect(found).to.deep.include({ from: "feature-pr-1/web", to: "qa/database", port: 5432 });
    expect(found.map(({ to }) => to)).to.include("a database in the network of production");
  });
  it("is broken by a way into its own database", async () => {
    const inside = policy("feature-pr-1", { podSelector: {}, policyTypes: ["Ingress"], ingress: [{}] });
    const out = policy("feature-pr-2", { podSelector: {}, policyTypes: ["Egress"], egress: [{}] });
    expect(await breaches(viewOf(inside, out), "feature-pr-1")).to.deep.include({
      from: "feature-pr-2/web",
      to: "feature-pr-1/database",
      port: 5432,
    });
  });
  it("is broken where nothing denies by default", async () => {
    const open = viewOf();
    const without = strict<ClusterView>("cluster", {
      list: async <T extends KubernetesObject>(apiVersion: string, kind: string) =>
        kind === "NetworkPolicy" ? [] : open.list<T>(apiVersion, kind),
    });
    expect(await breaches(without, "feature-pr-1")).to.not.have.length(0);
  });
});
