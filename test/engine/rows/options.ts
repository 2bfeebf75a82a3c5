import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { Behaviours } from "../behaviours";
import { Box, Thing } from "../thing";

export const options: Behaviours = {
  "protect refuses the deletion, and says how to lift it": async (h) => {
    await h.up(() => void new Thing("a", {}, { protect: true }));
    const { error, exitCode } = await h.up(() => undefined);
    expect(error).to.include("it is protected");
    expect(exitCode).to.equal(1);
    expect(await h.names()).to.deep.equal(["a"]);
  },
  "destroy --exclude-protected leaves protected resources and what they stand on": async (h) => {
    await h.up(() => {
      const base = new Thing("base");
      new Thing("kept", { value: base.id }, { protect: true });
      new Thing("gone");
    });
    await h.destroy({ excludeProtected: true });
    expect((await h.names()).sort()).to.deep.equal(["base", "kept"]);
  },
  "retainOnDelete forgets without deleting": async (h) => {
    await h.up(() => void new Thing("a", {}, { retainOnDelete: true }));
    h.calls();
    expect((await h.up(() => undefined)).steps).to.deep.equal(["a delete"]);
    expect(h.calls()).to.deep.equal([]);
  },
  "ignoreChanges keeps the old value": async (h) => {
    await h.up(() => void new Thing("a", { value: 1 }));
    expect((await h.up(() => void new Thing("a", { value: 2 }, { ignoreChanges: ["value"] }))).steps).to.deep.equal([
      "a same",
    ]);
  },
  "ignoreChanges reaches into a property": async (h) => {
    await h.up(() => void new Thing("a", { value: { x: 1, y: 1 } }));
    await h.up(() => void new Thing("a", { value: { x: 2, y: 2 } }, { ignoreChanges: ["value.x"] }));
    expect((await h.state("a"))?.inputs["value"]).to.deep.equal({ x: 1, y: 2 });
  },
  "deleteBeforeReplace turns the order round": async (h) => {
    await h.up(() => void new Thing("a", { identity: "x" }));
    h.calls();
    await h.up(() => void new Thing("a", { identity: "y" }, { deleteBeforeReplace: true }));
    expect(h.calls()).to.deep.equal(["delete a", "create a"]);
  },
  "replaceOnChanges makes an update a replacement": async (h) => {
    await h.up(() => void new Thing("a", { value: 1 }));
    expect((await h.up(() => void new Thing("a", { value: 2 }, { replaceOnChanges: ["value"] }))).steps).to.include(
      "a replace",
    );
  },
  "additionalSecretOutputs are secret in the state": async (h) => {
    await h.up(() => void new Thing("a", {}, { additionalSecretOutputs: ["password"] }));
    expect((await h.state("a"))?.outputs["password"]).to.have.property("4dabf18193072939515e22adb298388d");
  },
  "an alias keeps a renamed resource": async (h) => {
    await h.up(() => void new Thing("old"));
    h.calls();
    expect((await h.up(() => void new Thing("new", {}, { aliases: [{ name: "old" }] }))).steps).to.deep.equal([
      "new same",
    ]);
    expect(h.calls()).to.deep.equal([]);
    expect(await h.names()).to.deep.equal(["new"]);
  },
  "an alias keeps a resource that moved under a parent": async (h) => {
    await h.up(() => void new Thing("a"));
    h.calls();
    await h.up(
      () => void new Thing("a", {}, { parent: new Box("box"), aliases: [{ parent: pulumi.rootStackResource }] }),
    );
    expect(h.calls()).to.deep.equal([]);
  },
  "dependsOn orders creation": async (h) => {
    await h.up(() => {
      const a = new Thing("a");
      const b = new Thing("b", {}, { dependsOn: [a] });
      new Thing("c", {}, { dependsOn: [b] });
    });
    expect(h.calls()).to.deep.equal(["create a", "create b", "create c"]);
  },
  "deletedWith saves the call when the partner goes too": async (h) => {
    await h.up(() => {
      const host = new Thing("host");
      new Thing("guest", {}, { deletedWith: host });
    });
    h.calls();
    await h.up(() => undefined);
    expect(h.calls()).to.deep.equal(["delete host"]);
  },
  "customTimeouts are kept, and enforced on a provider that hangs": async (h) => {
    h.provider.hanging.add("a");
    const { error } = await h.up(() => void new Thing("a", {}, { customTimeouts: { create: "1s" } }));
    expect(error).to.not.equal("");
    expect(await h.names()).to.deep.equal([]);
    h.provider.hanging.clear();
    await h.up(() => void new Thing("a", {}, { customTimeouts: { create: "1m", delete: "2m" } }));
    expect((await h.state("a"))?.customTimeouts).to.deep.equal({ create: 60, delete: 120 });
  },
  "transforms change what is registered, the resource's own and the stack's": async (h) => {
    await h.up(() => {
      pulumi.runtime.registerResourceTransform(({ props, opts, type }) =>
        type === "test:index:Thing"
          ? { props: { ...(props as object), value: `${String((props as { value: unknown }).value)}!` }, opts }
          : undefined,
      );
      new Thing(
        "a",
        { value: "x" },
        { transforms: [({ props, opts }) => ({ props: { ...(props as object), value: "y" }, opts })] },
      );
    });
    expect((await h.state("a"))?.inputs["value"]).to.equal("y!");
  },
  "--replace replaces the named resource": async (h) => {
    const program = () => void [new Thing("a"), new Thing("b")];
    await h.up(program);
    const urn = (await h.state("a"))?.urn ?? "";
    const { changes } = await h.up(program, { replace: [urn] });
    expect(changes).to.deep.include({ replace: 1, same: 2 });
  },
  "--expect-no-changes fails with its own exit code": async (h) => {
    const { exitCode } = await h.up(() => void new Thing("a"), { expectNoChanges: true });
    expect(exitCode).to.equal(7);
    expect((await h.up(() => void new Thing("a"), { expectNoChanges: true })).exitCode).to.equal(0);
  },
};
