import { expect } from "chai";
import type { Behaviours } from "../behaviours";
import { Thing } from "../thing";

export const failures: Behaviours = {
  "a failed step fails the run, keeps what was made, and starts nothing more": async (h) => {
    h.provider.failing.set("b", "create");
    const program = () => {
      const a = new Thing("a");
      const b = new Thing("b", { value: a.id });
      new Thing("c", { value: b.id });
    };
    const { error, exitCode, events } = await h.up(program);
    expect(error).to.include("create of b refused");
    expect(exitCode).to.equal(1);
    expect(events.some((event) => event.resOpFailedEvent?.metadata.urn.endsWith("::b"))).to.equal(true);
    expect(h.calls()).to.deep.equal(["create a", "create b"]);
    h.provider.failing.clear();
    expect((await h.up(program)).changes).to.deep.equal({ same: 2, create: 2 });
  },
  "--continue-on-error goes on with what is independent": async (h) => {
    h.provider.failing.set("b", "create");
    const { exitCode } = await h.up(
      () => {
        new Thing("b");
        new Thing("later", { value: new Thing("a").id });
      },
      { continueOnError: true },
    );
    expect(exitCode).to.equal(1);
    expect((await h.names()).sort()).to.deep.equal(["a", "later"]);
  },
  "a resource that is made but not well is kept with its reasons, and updated next time": async (h) => {
    h.provider.failing.set("a", "partly");
    const program = () => void new Thing("a");
    expect((await h.up(program)).exitCode).to.equal(1);
    expect((await h.state("a"))?.initErrors).to.deep.equal(["it does not answer"]);
    h.provider.failing.clear();
    expect((await h.up(program)).steps).to.deep.equal(["a update"]);
    expect((await h.state("a"))?.initErrors).to.equal(undefined);
  },
  "Check failures name the property": async (h) => {
    const { error } = await h.up(() => void new Thing("a", { invalid: "too short" }));
    expect(error).to.include("too short");
    expect(h.calls()).to.deep.equal([]);
  },
  "a duplicate URN is refused": async (h) => {
    expect((await h.up(() => void [new Thing("a"), new Thing("a")])).error).to.include("Duplicate resource URN");
  },
  "a program that throws deletes nothing": async (h) => {
    await h.up(() => void new Thing("a"));
    const { error } = await h.up(() => {
      throw new Error("boom");
    });
    expect(error).to.include("boom");
    expect(await h.names()).to.deep.equal(["a"]);
  },
  "an old copy whose deletion failed is deleted by the next run": async (h) => {
    await h.up(() => void new Thing("a", { identity: "x" }));
    h.provider.failing.set("a", "delete");
    expect((await h.up(() => void new Thing("a", { identity: "y" }))).exitCode).to.equal(1);
    h.provider.failing.clear();
    h.calls();
    await h.up(() => void new Thing("a", { identity: "y" }));
    expect(h.calls()).to.deep.equal(["delete a"]);
  },
  "a replacement that fails after deleting first is made by the next run": async (h) => {
    const program = (identity: string) => () => void new Thing("a", { identity, deleteFirst: true });
    await h.up(program("x"));
    h.provider.failing.set("a", "create");
    expect((await h.up(program("y"))).exitCode).to.equal(1);
    expect((await h.state("a"))?.pendingReplacement).to.equal(true);
    h.provider.failing.clear();
    h.calls();
    await h.up(program("y"));
    expect(h.calls()).to.deep.equal(["create a"]);
    expect((await h.state("a"))?.pendingReplacement).to.equal(undefined);
  },
  "an aborted run ends running steps and says it was cancelled": async (h) => {
    const abort = new AbortController();
    const program = () => {
      const a = new Thing("a");
      a.id.apply(() => abort.abort());
      new Thing("b", { value: a.id });
    };
    const { exitCode } = await h.up(program, { signal: abort.signal });
    expect(exitCode).to.equal(1);
    expect((await h.exported()).deployment.pending_operations ?? []).to.deep.equal([]);
    expect(await h.names()).to.include("a");
  },
};
