import { expect } from "chai";
import { forgetfulWriter, LiveSnapshot } from "../../../../../orchestrator/engine/builtin/deploy/snapshot";
import { nameOf } from "../../../../../orchestrator/engine/builtin/deploy/urn";
import type { Snapshot } from "../../../../../orchestrator/engine/builtin/model";
import { RecordingWriter } from "../../../../support/deployments";
import { stateOf } from "../../../../support/states";

describe("the snapshot of a running operation", () => {
  const names = (live: LiveSnapshot) => live.current().resources.map(({ urn }) => nameOf(urn));
  const [a, b, c] = [stateOf("a"), stateOf("b"), stateOf("c")] as const;
  const on = (base: Partial<Snapshot> = {}, writer = new RecordingWriter()) => ({
    writer,
    live: new LiveSnapshot({ resources: [], pending: [], ...base }, writer),
  });

  it("has what this run finished first, what it did not touch after it", async () => {
    const { live } = on({ resources: [a, b, c] });
    await live.commit({ put: [stateOf("new")] });
    await live.commit({ put: [{ ...b }], drop: [b] });
    expect(names(live)).to.deep.equal(["new", "b", "a", "c"]);
  });

  it("exchanges a state in its very place, untouched, exchanged before or finished", async () => {
    const { live } = on({ resources: [a, b, c] });
    const [once, twice] = [
      { ...b, taint: true },
      { ...b, protect: true },
    ];
    await live.commit({ swap: [[b, once]] });
    await live.commit({ swap: [[once, twice]] });
    expect(live.current().resources).to.deep.equal([a, twice, c]);
    const [made, remade] = [stateOf("made"), stateOf("made", { size: 2 })];
    await live.commit({ put: [made, stateOf("later")] });
    await live.commit({ swap: [[made, remade]] });
    expect(live.current().resources[0]).to.equal(remade);
    expect(names(live)).to.deep.equal(["made", "later", "a", "b", "c"]);
  });

  it("has the writer put down all of it when nothing is under way", async () => {
    const { live, writer } = on({ resources: [a, b] });
    await live.commit({ put: [c], drop: [a] });
    await live.standstill();
    expect(writer.log.at(-1)).to.equal("standstill c,b");
  });

  it("drops by identity: an equal copy is another state", async () => {
    const { live } = on({ resources: [a, b] });
    await live.commit({ drop: [{ ...a }] });
    expect(names(live)).to.deep.equal(["a", "b"]);
    const marked = { ...a, delete: true };
    await live.commit({ swap: [[a, marked]] });
    await live.commit({ drop: [marked] });
    expect(names(live)).to.deep.equal(["b"]);
  });

  it("lists what has begun and not ended, after what an earlier run left open", async () => {
    const left = { type: "creating" as const, resource: stateOf("left") };
    const { live } = on({ pending: [left] });
    const token = await live.begin({ type: "updating", resource: a });
    await live.begin({ type: "deleting", resource: b });
    expect(live.current().pending.map(({ type }) => type)).to.deep.equal(["creating", "updating", "deleting"]);
    await live.commit({ put: [a] }, token);
    expect(live.current().pending.map(({ resource }) => nameOf(resource.urn))).to.deep.equal(["left", "b"]);
    live.settle(() => false);
    expect(live.current().pending.map(({ resource }) => nameOf(resource.urn))).to.deep.equal(["b"]);
  });

  it("tells the writer of every change, and of its end only after its beginning", async () => {
    const { live, writer } = on({ resources: [a] });
    const token = await live.begin({ type: "deleting", resource: a });
    await live.commit({ drop: [a] }, token);
    expect(writer.log).to.deep.equal(["begin deleting a", "drop a end"]);
    expect(writer.unended).to.deep.equal([]);
  });

  it("of a preview keeps its plan in memory only, and tells its operations apart", async () => {
    const writer = forgetfulWriter();
    const [one, two] = [
      await writer.begin({ type: "creating", resource: a }),
      await writer.begin({ type: "creating", resource: a }),
    ];
    expect(one.serial).to.not.equal(two.serial);
    expect(await writer.commit({ put: [a] }, one)).to.equal(undefined);
  });
});
