import { expect } from "chai";
import type { KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { chooseNode, cpuOf, type Pool } from "../../../../orchestrator/sandbox/operators/scheduling";

const pool = (name: string, more: Partial<Pool> = {}): Pool => ({
  name,
  labels: { "node-role": name },
  taints: [],
  instanceTypes: ["m7g.large", "m7g.2xlarge"],
  capacityType: "on-demand",
  cpuLimit: 100,
  cpuUsed: 0,
  ...more,
});
const pod = (requests: object, more: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  spec: { containers: [{ resources: { requests } }], ...more },
});
const zones = ["eu-central-1a", "eu-central-1b"];
const choose = (one: KubeObject, ...pools: Pool[]) => chooseNode(one, pools, zones);
const reason = (one: KubeObject, ...pools: Pool[]) => {
  const choice = choose(one, ...pools);
  return "reason" in choice ? choice.reason : expect.fail(`took ${choice.pool}`);
};

describe("a node for a pod", () => {
  it("is of the first pool and the first type that is large enough, its own daemons counted", () => {
    expect(choose(pod({ cpu: "1" }), pool("a"), pool("b"))).to.deep.equal({
      pool: "a",
      instanceType: "m7g.large",
      zone: "eu-central-1a",
    });
    expect(choose(pod({ cpu: "1900m" }), pool("a"))).to.include({ instanceType: "m7g.2xlarge" });
    expect(choose(pod({ memory: "20Gi" }), pool("a"))).to.include({ instanceType: "m7g.2xlarge" });
    expect(reason(pod({ cpu: "8" }), pool("a"))).to.equal(
      'incompatible with nodepool "a", no instance type has enough resources',
    );
  });
  it("has room for all containers of the pod together", () => {
    const two = pod({}, { containers: [1, 2].map(() => ({ resources: { requests: { cpu: "1" } } })) });
    expect(choose(two, pool("a"))).to.include({ instanceType: "m7g.2xlarge" });
  });
  it("has a GPU where the pod asks for one [A3.1]", () => {
    const wish = pod({ "nvidia.com/gpu": "1" });
    expect(reason(wish, pool("a"))).to.include("no instance type has enough resources");
    expect(choose(wish, pool("a"), pool("gpu", { instanceTypes: ["g5.xlarge"] }))).to.include({ pool: "gpu" });
  });
  it("carries the labels the pod selects, the pool's own name and price among them", () => {
    const wants = (nodeSelector: object) => pod({}, { nodeSelector });
    expect(choose(wants({ "node-role": "b" }), pool("a"), pool("b"))).to.include({ pool: "b" });
    expect(choose(wants({ "karpenter.sh/nodepool": "b" }), pool("a"), pool("b"))).to.include({ pool: "b" });
    const spot = pool("spot", { capacityType: "spot" });
    expect(choose(wants({ "karpenter.sh/capacity-type": "spot" }), pool("a"), spot)).to.include({ pool: "spot" });
    expect(reason(wants({ team: "x" }), pool("a"))).to.include('label "team" does not have known values');
    expect(choose(wants({ "kubernetes.io/arch": "arm64" }), pool("a")), "every node has one").to.include({ pool: "a" });
  });
  it("stands in the zone the pod selects", () =>
    expect(choose(pod({}, { nodeSelector: { "topology.kubernetes.io/zone": "z" } }), pool("a"))).to.include({
      zone: "z",
    }));
  it("has only taints that the pod tolerates [A3.4]", () => {
    const tainted = pool("a", { taints: [{ key: "role", value: "a", effect: "NoSchedule" }] });
    const tolerating = (toleration: object) => pod({}, { tolerations: [toleration] });
    expect(reason(pod({}), tainted)).to.include("did not tolerate taint (taint=role=a:NoSchedule)");
    for (const toleration of [
      { key: "role", operator: "Equal", value: "a", effect: "NoSchedule" },
      { key: "role", value: "a" },
      { key: "role", operator: "Exists" },
      { operator: "Exists" },
    ])
      expect(choose(tolerating(toleration), tainted), JSON.stringify(toleration)).to.include({ pool: "a" });
    for (const toleration of [
      { key: "role", value: "b" },
      { key: "role", operator: "Exists", effect: "NoExecute" },
    ])
      expect(reason(tolerating(toleration), tainted), JSON.stringify(toleration)).to.include("did not tolerate");
    const soft = pool("a", { taints: [{ key: "role", effect: "PreferNoSchedule" }] });
    expect(choose(pod({}), soft), "a preference keeps nobody out").to.include({ pool: "a" });
  });
  it("stays within the pool's limit", () => {
    expect(choose(pod({ cpu: "1" }), pool("a", { cpuLimit: 10, cpuUsed: 8 }))).to.include({ pool: "a" });
    expect(reason(pod({ cpu: "1" }), pool("a", { cpuLimit: 10, cpuUsed: 9 }))).to.equal(
      'all available instance types exceed limits for nodepool: "a"',
    );
  });
  it("is none, with every pool's reason", () => {
    expect(reason(pod({}))).to.equal("no nodepools found");
    expect(chooseNode(pod({}), [pool("a")], [])).to.deep.equal({
      reason: "no zone is known, since the cluster has no node",
    });
    const why = reason(pod({ cpu: "99" }), pool("a"), pool("b"));
    expect(why).to.include('nodepool "a"').and.include('; incompatible with nodepool "b"');
  });
  it("counts cores in all their spellings", () => {
    expect(["100m", "2", 4, "0.5", "1k", undefined, "much"].map(cpuOf)).to.deep.equal([0.1, 2, 4, 0.5, 1000, 0, 0]);
  });
});
