import { expect } from "chai";
import { cilium } from "../../../../orchestrator/sandbox/operators/cilium";

describe("Cilium in a rehearsal", () => {
  it("takes its taint from nodes, and no other", async () => {
    const taint = (key: string) => ({ key, effect: "NoExecute" });
    const nodes = [
      { metadata: { name: "new" }, spec: { taints: [taint("node.cilium.io/agent-not-ready"), taint("gpu")] } },
      { metadata: { name: "known" }, spec: { taints: [taint("gpu")] } },
    ];
    const patched: unknown[] = [];
    const world = { list: () => nodes, patch: (node: object, patch: object) => patched.push([node, patch]) };
    expect(await cilium.reconcile({ world } as never)).to.equal(false);
    expect(patched).to.deep.equal([[nodes[0], { spec: { taints: [taint("gpu")] } }]]);
  });
});
