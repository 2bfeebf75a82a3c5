import { expect } from "chai";
import { guardManifests } from "../../../infra/environments/environment";
import { databaseManifests } from "../../../infra/environments/database";
import { namesOf } from "../../../infra/environments/names";
import { labelsOf, CLIENT } from "../../../infra/environments/labels";
import { allows, type Peer } from "../../../orchestrator/sandbox/cluster/network-policy";
import type { KubeObject } from "../../../orchestrator/sandbox/cluster/object";
import { specOf } from "../../support/environments";

const preview = (pullRequest: number) =>
  specOf("preview", { names: namesOf({ kind: "preview", pullRequest, domain: "dev.example.com" }) });
const environments = [preview(1), preview(2), specOf("qa"), specOf("staging"), specOf("production")];
const objects = environments.flatMap((spec) =>
  guardManifests({ spec, vpcCidr: "10.10.0.0/16" }),
) as unknown as KubeObject[];
const world = {
  policies: objects.filter(({ kind }) => kind === "NetworkPolicy"),
  namespaces: new Map([
    ...objects
      .filter(({ kind }) => kind === "Namespace")
      .map(
        ({ metadata: { name, labels = {} } }) => [name, { ...labels, "kubernetes.io/metadata.name": name }] as const,
      ),
    ["envoy-gateway-system", { "kubernetes.io/metadata.name": "envoy-gateway-system" }] as const,
  ]),
};
const pod = (namespace: string, component: string): Peer => ({
  ip: "10.10.4.7",
  namespace,
  labels: { ...labelsOf("preview", component), ...(component === "database" ? {} : CLIENT) },
});
const reaches = (from: Peer, to: Peer, port: number) => allows(world, { from, to, port, protocol: "TCP" });
const stable: Peer = { ip: "10.99.0.5" };

describe("isolation of environments", () => {
  it("[C2.4] a preview's pods reach its own database, and nobody else does", () => {
    const database = pod("feature-pr-1", "database");
    expect(reaches(pod("feature-pr-1", "web"), database, 5432)).to.equal(true);
    expect(reaches(pod("feature-pr-1", "migrate"), database, 5432)).to.equal(true);
    for (const other of ["feature-pr-2", "qa", "staging", "production"])
      expect(reaches(pod(other, "web"), database, 5432), other).to.equal(false);
    expect(reaches({ ip: "10.10.9.9", namespace: "feature-pr-1", labels: {} }, database, 5432)).to.equal(false);
  });
  it("[E3.6] a preview reaches no database outside, QA its own only", () => {
    expect(reaches(pod("feature-pr-1", "web"), stable, 5432)).to.equal(false);
    expect(reaches(pod("qa", "web"), stable, 5432)).to.equal(true);
    expect(reaches(pod("qa", "web"), { ip: "10.98.0.5" }, 5432)).to.equal(false);
  });
  it("[E3.6] no environment reaches another's application", () => {
    const names = environments.map(({ names: { namespace } }) => namespace);
    for (const from of names)
      for (const to of names.filter((name) => name !== from))
        expect(reaches(pod(from, "web"), pod(to, "web"), 8080), `${from} to ${to}`).to.equal(false);
  });
  it("the gateway reaches the application and not the database", () => {
    const gateway: Peer = { ip: "10.10.1.1", namespace: "envoy-gateway-system", labels: {} };
    expect(reaches(gateway, pod("feature-pr-1", "web"), 8080)).to.equal(true);
    expect(reaches(gateway, pod("feature-pr-1", "database"), 5432)).to.equal(false);
  });
  it("[C2.4] one Postgres 17 pod without a lasting volume, reachable inside only [E3.5]", () => {
    const [deployment, service] = databaseManifests(preview(1));
    expect(JSON.stringify(deployment))
      .to.match(/postgres:17\./)
      .and.not.match(/persistentVolumeClaim/);
    expect(service?.["spec"]).to.have.property("type", "ClusterIP");
    for (const kind of ["qa", "staging", "production"] as const)
      expect(databaseManifests(specOf(kind))).to.deep.equal([]);
  });
});
