import { expect } from "chai";
import fc from "fast-check";
import { JournalWriter, ordered, replay } from "../../../../../orchestrator/engine/builtin/backend/journal";
import { checkOrder } from "../../../../../orchestrator/engine/builtin/backend/checkpoint";
import { Passphrase } from "../../../../../orchestrator/engine/builtin/backend/passphrase";
import { Vault } from "../../../../../orchestrator/engine/builtin/backend/vault";
import { LiveSnapshot } from "../../../../../orchestrator/engine/builtin/deploy/snapshot";
import type { PendingToken, ResourceState, Snapshot } from "../../../../../orchestrator/engine/builtin/model";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { refusal } from "../../../../support/refusal";
import { MemoryAppender, stateOf, urnOf } from "../../../../support/states";

const MAGIC = "a".repeat(64);
const FILE = "/state/dev.json.journal";
const nothing: Snapshot = { resources: [], pending: [] };

describe("the state journal", () => {
  let vault: Vault;
  before(async () => {
    vault = new Vault(await Passphrase.create("p"));
  });
  const writerOn = (appender: MemoryAppender, base: Snapshot = nothing) =>
    new JournalWriter(appender, FILE, vault, base, MAGIC);
  const replayed = (text: string, base: Snapshot = nothing) => replay(base, text, MAGIC, FILE, vault);

  it("gives back what was put, and names what was begun and not ended", async () => {
    const appender = new MemoryAppender();
    const writer = writerOn(appender);
    const token = await writer.begin({ type: "creating", resource: stateOf("a") });
    await writer.commit({ put: [stateOf("a", { size: 1 })] }, token);
    await writer.begin({ type: "creating", resource: stateOf("b") });
    const { resources, pending } = replayed(appender.text);
    expect(resources).to.deep.equal([stateOf("a", { size: 1 })]);
    expect(pending).to.deep.equal([{ type: "creating", resource: stateOf("b") }]);
  });

  it("acknowledges nothing before it is on the disk", async () => {
    const appender = new MemoryAppender(undefined, true);
    const writer = writerOn(appender);
    let acknowledged = false;
    const begun = writer.begin({ type: "creating", resource: stateOf("a") }).then(() => (acknowledged = true));
    await new Promise(setImmediate);
    expect(appender.text).to.not.equal("");
    expect(acknowledged).to.equal(false);
    appender.open();
    await begun;
  });

  it("writes the records of parallel steps with one sync", async () => {
    const appender = new MemoryAppender(undefined, true);
    const writer = writerOn(appender);
    const first = writer.begin({ type: "creating", resource: stateOf("a") });
    await new Promise(setImmediate);
    // The first sync is under way: what comes now waits for the next one, together.
    const others = ["b", "c", "d", "e"].map((name) => writer.begin({ type: "creating", resource: stateOf(name) }));
    appender.open();
    await first;
    await new Promise(setImmediate);
    appender.open();
    await Promise.all(others);
    expect(appender.syncs).to.equal(2);
    expect(replayed(appender.text).pending).to.have.length(5);
  });

  it("costs nothing for a resource that stayed the same", async () => {
    const appender = new MemoryAppender();
    const old = stateOf("a", { size: 1 });
    const writer = writerOn(appender, { resources: [old], pending: [] });
    const same = { ...old, modified: "2026-01-01T00:00:00Z" };
    await writer.commit({ put: [same], drop: [old] });
    expect(appender.text).to.equal("");
    await writer.commit({ drop: [same] });
    expect(replayed(appender.text, { resources: [old], pending: [] }).resources).to.deep.equal([]);
  });

  it("never holds a secret in clear", async () => {
    const appender = new MemoryAppender();
    const writer = writerOn(appender);
    const state = stateOf(
      "a",
      { password: secret("hunter2"), deep: { list: [secret({ inner: "hunter2" })] } },
      { replacementTrigger: secret("hunter2") },
    );
    const token = await writer.begin({ type: "creating", resource: state });
    await writer.commit({ put: [state] }, token);
    expect(appender.text).to.not.contain("hunter2");
    expect(replayed(appender.text).resources).to.deep.equal([state]);
  });

  it("keeps the ciphertext of a secret that did not change", async () => {
    const state = stateOf("a", { password: secret("hunter2") });
    const sealed = vault.sealState(state);
    expect(vault.sealState(vault.openState(sealed))).to.deep.equal(sealed);
  });

  it("drops a last line that was cut short, wherever it was cut [A21.3]", async () => {
    const appender = new MemoryAppender();
    const writer = writerOn(appender);
    await writer.commit({ put: [stateOf("a")] });
    const before = appender.text.length;
    await writer.commit({ put: [stateOf("b")] });
    for (let end = before; end < appender.text.length; end++) {
      expect(replayed(appender.text.slice(0, end)).resources).to.deep.equal([stateOf("a")]);
    }
    expect(replayed(appender.text).resources).to.have.length(2);
  });

  it("refuses a journal damaged anywhere else, and says where", async () => {
    const appender = new MemoryAppender();
    const writer = writerOn(appender);
    for (const name of ["a", "b", "c"]) await writer.commit({ put: [stateOf(name)] });
    const lines = appender.text.split("\n");
    const damaged = (change: (line: string) => string) =>
      lines.map((line, index) => (index === 2 ? change(line) : line)).join("\n");
    for (const change of [
      (line: string) => line.replace("id-b", "id-x"),
      (line: string) => line.slice(0, -5),
      () => "",
      () => "null",
    ]) {
      const error = await refusal(() => replayed(damaged(change)));
      expect(error.code).to.equal("state-corrupt");
      expect(error.message).to.contain(FILE).and.contain("line 3");
    }
  });

  it("refuses a journal of another checkpoint, and one whose first line is missing", async () => {
    const appender = new MemoryAppender();
    await writerOn(appender).commit({ put: [stateOf("a")] });
    expect((await refusal(() => replay(nothing, appender.text, "b".repeat(64), FILE, vault))).message).to.contain(
      "belongs to another checkpoint",
    );
    const headless = appender.text.slice(appender.text.indexOf("\n") + 1);
    expect((await refusal(() => replayed(headless))).message).to.contain("line 1");
  });

  it("stops at the first write that fails and appends nothing behind it", async () => {
    const appender = new MemoryAppender(400);
    const writer = writerOn(appender);
    await writer.commit({ put: [stateOf("a")] });
    const error = await refusal(() => writer.commit({ put: [stateOf("b", { text: "x".repeat(500) })] }));
    expect(error.code).to.equal("disk-full");
    expect(error.message).to.contain(FILE);
    const written = appender.text;
    expect((await refusal(() => writer.commit({ drop: [], put: [stateOf("c")] }))).code).to.equal("disk-full");
    expect(appender.text).to.equal(written);
    expect(replayed(appender.text).resources).to.deep.equal([stateOf("a")]);
  });

  it("describes, cut anywhere, a valid state with every acknowledged step in it [A21.3]", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (steps, at) => {
          const base: Snapshot = {
            resources: [stateOf("b0"), stateOf("b1", {}, { parent: urnOf("b0") }), stateOf("b2")],
            pending: [],
          };
          const appender = new MemoryAppender();
          const live = new LiveSnapshot(
            base,
            Object.assign(writerOn(appender, base), { standstill: () => Promise.reject(new Error("not asked for")) }),
          );
          const history: { length: number; view: string[] }[] = [{ length: 0, view: view(live.current()) }];
          const alive = [...base.resources];
          const tokens: PendingToken[] = [];
          let count = 0;
          for (const { kind, pick, size } of steps) {
            const chosen = alive[pick % Math.max(1, alive.length)];
            if (kind === "create") {
              const made = stateOf(`n${count++}`, { size: secret(size) }, chosen ? { parent: chosen.urn } : {});
              const token = await live.begin({ type: "creating", resource: made });
              await live.commit({ put: [made] }, token);
              alive.push(made);
            } else if (kind === "begin") {
              tokens.push(await live.begin({ type: "creating", resource: stateOf(`p${count++}`) }));
            } else if (kind === "fail") {
              const token = tokens.pop();
              if (token !== undefined) await live.commit({}, token);
            } else if (chosen !== undefined) {
              const { parent, ...rest } = chosen;
              const next: ResourceState = { ...rest, inputs: { size }, ...(parent === undefined ? {} : { parent }) };
              const children = alive.some((state) => state.parent === chosen.urn);
              if (kind === "delete" && children) continue;
              if (kind === "update") await live.commit({ put: [next], drop: [chosen] });
              if (kind === "refresh") await live.commit({ swap: [[chosen, next]] });
              if (kind === "delete") await live.commit({ drop: [chosen] });
              alive.splice(alive.indexOf(chosen), 1, ...(kind === "delete" ? [] : [next]));
            }
            history.push({ length: appender.text.length, view: view(live.current()) });
          }
          const cut = Math.floor(at * appender.text.length);
          const text = appender.text.slice(0, cut);
          const survived = text.includes("\n") ? replayed(text, base) : base;
          checkOrder(survived.resources);
          // The last step whose records lie before the cut was acknowledged; the next may have got half way.
          const acknowledged = history.findLastIndex(({ length }) => length <= cut);
          const [was, next] = [history[acknowledged], history[acknowledged + 1] ?? history[acknowledged]].map(
            (entry) => entry?.view ?? [],
          ) as [string[], string[]];
          const got = view(survived);
          const resources = (lines: string[]) => lines.filter((line) => !line.startsWith("pending "));
          expect(resources(got)).to.be.deep.oneOf([resources(was), resources(next)]);
          const open = was.filter((line) => line.startsWith("pending ") && next.includes(line));
          expect(got).to.include.members(open);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("orders states so that each stands behind what it needs, and moves nothing without need", () => {
    const parent = stateOf("parent");
    const child = stateOf("child", {}, { parent: parent.urn });
    const other = stateOf("other");
    expect(ordered([other, child, parent])).to.deep.equal([other, parent, child]);
    expect(ordered([parent, other, child])).to.deep.equal([parent, other, child]);
  });
});

const step = fc.record({
  kind: fc.constantFrom("create", "update", "refresh", "delete", "begin", "fail"),
  pick: fc.nat(50),
  size: fc.nat(3),
});

/** What matters of a snapshot whatever the order of its parts. */
function view(snapshot: Snapshot): string[] {
  const resources = snapshot.resources.map((state) => JSON.stringify([state.urn, state.inputs, state.parent]));
  const pending = snapshot.pending.map(({ type, resource }) => `pending ${type} ${resource.urn}`);
  return [...resources, ...pending].sort();
}
