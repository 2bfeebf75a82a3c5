import type { KubernetesObject } from "@kubernetes/client-node";
import { expect } from "chai";
import fc from "fast-check";
import { counted, openFindings } from "../../../orchestrator/checks/audit-findings";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";

const held = ["slipway-containers-are-unprivileged", "slipway-containers-have-probes"];
const view = (...objects: KubernetesObject[]) =>
  ({
    list: (apiVersion: string, kind: string) =>
      Promise.resolve(objects.filter((one) => one.apiVersion === apiVersion && one.kind === kind)),
  }) as unknown as ClusterView;
const workload = (name: string, metadata: object = {}, privileged = true): KubernetesObject =>
  ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "shop", ...metadata },
    spec: { template: { spec: { containers: [{ name: "app", image: "x", securityContext: { privileged } }] } } },
  }) as KubernetesObject;
const policies = async (objects: KubernetesObject[], exempt: string[] = []) =>
  (await openFindings(view(...objects), "production", held, exempt)).open.map(
    ({ policy, object }) => `${policy} ${object}`,
  );

describe("what the rules have against that which runs", () => {
  it("is said by rule and object, of held rules only [A14.4]", async () => {
    expect(await policies([workload("web")])).to.deep.equal([
      "slipway-containers-are-unprivileged Deployment shop/web",
      "slipway-containers-have-probes Deployment shop/web",
      "slipway-containers-have-probes Deployment shop/web",
    ]);
  });
  it("leaves out exempt namespaces, Kubernetes' own objects and what a controller made", async () => {
    expect(await policies([workload("web", { namespace: "velero" })], ["velero"])).to.deep.equal([]);
    expect(await policies([workload("system:x")])).to.deep.equal([]);
    const owner = { apiVersion: "x/v1", kind: "Rollout", name: "r", uid: "1", controller: true };
    expect(await policies([workload("web", { ownerReferences: [owner] })])).to.deep.equal([]);
  });
  it("counts every object once for each thing that is wrong with it, whatever else is there", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 8 }), async (privileged) => {
        const objects = privileged.map((one, at) => workload(`w${at}`, {}, one));
        const { looked, open } = await openFindings(view(...objects), "production", held.slice(0, 1), []);
        expect(looked).to.equal(privileged.length);
        expect(open).to.have.length(privileged.filter((one) => one).length);
      }),
      { numRuns: 30 },
    );
  });
  it("is summed up by rule", () => {
    const open = [held[0], held[1], held[1]].map((policy) => ({ policy: String(policy), object: "x", message: "m" }));
    expect(counted(open)).to.equal("containers-are-unprivileged 1, containers-have-probes 2");
  });
});
