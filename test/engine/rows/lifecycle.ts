import { expect } from "chai";
import type { Behaviours } from "../behaviours";
import { Thing } from "../thing";

export const lifecycle: Behaviours = {
  "creates what is new, and calls it unchanged the next time": async (h) => {
    const program = () => void new Thing("a", { value: 1 });
    expect((await h.up(program)).changes).to.deep.equal({ create: 2 });
    expect(h.calls()).to.deep.equal(["create a"]);
    expect((await h.up(program)).changes).to.deep.equal({ same: 2 });
    expect(h.calls()).to.deep.equal([]);
  },
  "updates in place what changed": async (h) => {
    await h.up(() => void new Thing("a", { value: 1 }));
    const { steps } = await h.up(() => void new Thing("a", { value: 2 }));
    expect(steps).to.deep.equal(["a update"]);
    expect((await h.state("a"))?.inputs["value"]).to.equal(2);
  },
  "replaces by creating first": async (h) => {
    await h.up(() => void new Thing("a", { identity: "x" }));
    h.calls();
    const { steps, changes } = await h.up(() => void new Thing("a", { identity: "y" }));
    expect(steps).to.deep.equal(["a create-replacement", "a replace", "a delete-replaced"]);
    expect(h.calls()).to.deep.equal(["create a", "delete a"]);
    expect(changes).to.deep.equal({ same: 1, replace: 1 });
  },
  "replaces by deleting first when the provider says so": async (h) => {
    await h.up(() => void new Thing("a", { identity: "x", deleteFirst: true }));
    h.calls();
    const { steps } = await h.up(() => void new Thing("a", { identity: "y", deleteFirst: true }));
    expect(steps).to.deep.equal(["a delete-replaced", "a replace", "a create-replacement"]);
    expect(h.calls()).to.deep.equal(["delete a", "create a"]);
  },
  "takes dependents along when deleting first would pull the ground away": async (h) => {
    const program = (identity: string) => () => {
      const a = new Thing("a", { identity, deleteFirst: true });
      new Thing("b", { identity: a.id });
    };
    await h.up(program("x"));
    h.calls();
    await h.up(program("y"));
    expect(h.calls()).to.deep.equal(["delete b", "delete a", "create a", "create b"]);
  },
  "deletes what the program no longer has, dependents first": async (h) => {
    await h.up(() => {
      const a = new Thing("a");
      const b = new Thing("b", { value: a.id });
      new Thing("c", {}, { dependsOn: [b] });
    });
    h.calls();
    const { changes } = await h.up(() => undefined);
    expect(h.calls()).to.deep.equal(["delete c", "delete b", "delete a"]);
    expect(changes).to.deep.equal({ same: 1, delete: 3 });
  },
  "destroys everything in reverse order": async (h) => {
    await h.up(() => void new Thing("b", { value: new Thing("a").id }));
    h.calls();
    await h.destroy();
    expect(h.calls()).to.deep.equal(["delete b", "delete a"]);
    expect(await h.names()).to.deep.equal([]);
  },
  "runs what is independent in parallel, and no more than asked for": async (h) => {
    await h.up(() => Array.from({ length: 12 }, (_, i) => new Thing(`t${i}`)).length, { parallel: 4 });
    expect(h.provider.mostRunning).to.be.greaterThan(1).and.at.most(4);
  },
  "previews without touching anything": async (h) => {
    const { changes } = await h.preview(() => void new Thing("a"));
    expect(changes).to.deep.equal({ create: 2 });
    expect(h.calls()).to.deep.equal([]);
    expect(await h.names()).to.deep.equal([]);
  },
  "refreshes from the world: changed and vanished resources": async (h) => {
    await h.up(() => void [new Thing("a", { value: 1 }), new Thing("b")]);
    const a = (await h.state("a"))?.id ?? "";
    const b = (await h.state("b"))?.id ?? "";
    h.provider.world.set(a, { value: 7 });
    h.provider.world.delete(b);
    const { changes } = await h.refresh();
    expect(changes).to.deep.include({ update: 1, delete: 1 });
    expect((await h.state("a"))?.inputs["value"]).to.equal(7);
    expect(await h.names()).to.deep.equal(["a"]);
  },
  "up --refresh sees the drift and mends it": async (h) => {
    const program = () => void new Thing("a", { value: 1 });
    await h.up(program);
    h.provider.world.set((await h.state("a"))?.id ?? "", { value: 9 });
    expect((await h.up(program, { refresh: true })).steps).to.include("a update");
  },
  "reads without owning, and discards without deleting": async (h) => {
    await h.up(() => void new Thing("a", { value: 5 }));
    const id = (await h.state("a"))?.id ?? "";
    const other = async () => {
      new Thing("a", { value: 5 });
      const found = Thing.find("found", id);
      return { size: found.size };
    };
    await h.up(other);
    expect((await h.state("found"))?.external).to.equal(true);
    h.calls();
    const { steps } = await h.up(() => void new Thing("a", { value: 5 }));
    expect(steps).to.include("found discard");
    expect(h.calls()).to.deep.equal([]);
  },
  "imports what exists": async (h) => {
    h.provider.world.set("thing-old", { value: 3 });
    const { steps } = await h.up(() => void new Thing("a", { value: 3 }, { import: "thing-old" }));
    expect(steps).to.deep.equal(["a import"]);
    expect(h.calls()).to.deep.equal([]);
    expect((await h.state("a"))?.id).to.equal("thing-old");
  },
};
