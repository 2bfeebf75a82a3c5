import { expect } from "chai";
import { eligible, requests, schedule, untolerated } from "../../../../orchestrator/sandbox/cluster/scheduler";
import { node, pod, useWorld } from "./fixture";

const asking = (requests: object) => ({ containers: [{ name: "app", image: "x", resources: { requests } }] });
const affinity = (...matchExpressions: object[]) => ({
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
  },
});

describe("the scheduler of the embedded cluster", () => {
  const world = useWorld();
  const place = (spec: object) => {
    const found = schedule(world().store, pod("new", spec));
    return "reason" in found ? found.reason : found.node.metadata.name;
  };

  it("takes the node with the fewest pods, the first by name among equals", () => {
    world().put(node("b"));
    world().put(node("a"));
    expect(place({})).to.equal("a");
    world().put(pod("old", { nodeName: "a" }));
    expect(place({})).to.equal("b");
  });
  it("says of every node why not, as the scheduler does", () => {
    expect(place({})).to.equal("0/0 nodes are available: no nodes.");
    world().put(node("a", { taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] as never }));
    world().put(node("b"));
    expect(place({ nodeSelector: { zone: "x" } })).to.equal(
      "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
    );
    expect(place(asking({ cpu: "3" }))).to.equal(
      "0/2 nodes are available: 1 node(s) had untolerated taint {gpu: yes}, 1 Insufficient cpu.",
    );
  });
  it("counts what the pods on a node ask for, and leaves out those that ended", () => {
    world().put(node("a"));
    world().put(pod("old", { nodeName: "a", ...asking({ cpu: "1500m" }) }));
    expect(place(asking({ cpu: "1" }))).to.include("Insufficient cpu");
    world().put({ ...pod("old", { nodeName: "a", ...asking({ cpu: "1500m" }) }), status: { phase: "Succeeded" } });
    expect(place(asking({ cpu: "1" }))).to.equal("a");
  });
  it("takes a limit for a request that is not said", () => {
    const containers = [{ name: "a", resources: { limits: { cpu: "1", memory: "1Ki" }, requests: { cpu: "500m" } } }];
    expect(requests(pod("a", { containers }))).to.deep.equal({ cpu: 0.5, memory: 1024 });
  });
  for (const [operator, values, wanted] of [
    ["In", ["4"], true],
    ["NotIn", ["4"], false],
    ["Exists", [], true],
    ["DoesNotExist", [], false],
    ["Gt", ["3"], true],
    ["Lt", ["3"], false],
  ] as const)
    it(`${wanted ? "lets" : "keeps"} a pod ${wanted ? "onto" : "off"} a node of 4 CPUs by ${operator} ${values.join()}`, () => {
      const own = node("a", { labels: { cpus: "4" } });
      expect(eligible(own, affinity({ key: "cpus", operator, values }))).to.equal(wanted);
    });
  it("keeps pods off tainted nodes unless they tolerate the taint", () => {
    const tainted = node("a", { taints: [{ key: "k", value: "v", effect: "NoExecute" }] as never });
    const tolerating = (toleration: object) => untolerated(tainted, { tolerations: [toleration] });
    expect(untolerated(tainted, {})).to.equal("k: v");
    expect(tolerating({ key: "k", value: "v" })).to.equal(undefined);
    expect(tolerating({ key: "k", operator: "Exists" })).to.equal(undefined);
    expect(tolerating({ operator: "Exists" })).to.equal(undefined);
    expect(tolerating({ key: "k", value: "w" })).to.equal("k: v");
    expect(tolerating({ key: "k", operator: "Exists", effect: "NoSchedule" })).to.equal("k: v");
  });
});
