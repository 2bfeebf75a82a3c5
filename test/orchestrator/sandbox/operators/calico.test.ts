import { expect } from "chai";
import { calicoValues } from "../../../../infra/network/calico";
import { CALICO } from "../../../../infra/network/names";
import { at, conditionOf, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { CLUSTER, nodes, open, until, type Fixture } from "../kubernetes/fixture";

const place = { apiVersion: "apps/v1", namespace: CALICO.namespace };
const STATUS = { apiVersion: "operator.tigera.io/v1", kind: "TigeraStatus", name: "calico" };

describe("Calico of a rehearsal", () => {
  let world: Fixture;
  const get = (kind: string, name: string) => world.api.get({ ...place, kind, name });
  before(async () => {
    world = await open({ operators: {} });
    await world.clusters.setNodes(CLUSTER, "general", nodes(3, "general"));
    const chart = { namespace: "tigera-operator", version: "v3.32.1" };
    await world.api.apply(
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "tigera-operator" } } as KubeObject,
      { manager: "test", force: true },
    );
    await world.make("kubernetes:helm.sh/v3:Release", "calico-crds", {
      name: "calico-crds",
      chart: "crd.projectcalico.org.v1",
      values: {},
      ...chart,
    });
    await world.make("kubernetes:helm.sh/v3:Release", "tigera-operator", {
      name: "tigera-operator",
      chart: "tigera-operator",
      values: calicoValues() as never,
      ...chart,
    });
    await until(world, STATUS, (one) => conditionOf(one, "Available")?.status === "True");
  });
  after(() => world.close());

  it("[A4.5] has an agent on every node, in the node's own network, of the size it was told", async () => {
    const agent = await get("DaemonSet", "calico-node");
    expect(at(agent, "status", "numberReady")).to.equal((await world.api.list("v1", "Node")).items.length);
    expect(at(agent, "spec", "template", "spec", "hostNetwork")).to.equal(true);
    expect(at(agent, "spec", "template", "spec", "containers", 0, "resources", "limits", "memory")).to.equal("512Mi");
  });
  it("[A4.1] keeps what stands between agents and the API server, and one controller", async () => {
    expect(at(await get("Deployment", "calico-typha"), "spec", "replicas")).to.equal(3);
    expect(at(await get("Deployment", "calico-kube-controllers"), "status", "availableReplicas")).to.equal(1);
  });
  it("brings back what somebody took away", async () => {
    await world.api.delete({ ...place, kind: "DaemonSet", name: "calico-node" });
    await until(world, { ...place, kind: "DaemonSet", name: "calico-node" }, (one) => one !== undefined);
  });
});
