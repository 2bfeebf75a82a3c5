import { expect } from "chai";
import { refreshAll } from "../../../../../orchestrator/engine/builtin/deploy/refresh";
import { nameOf } from "../../../../../orchestrator/engine/builtin/deploy/urn";
import type { PendingOperation, ResourceState } from "../../../../../orchestrator/engine/builtin/model";
import { checkOrder } from "../../../../../orchestrator/engine/builtin/backend/checkpoint";
import type { Done } from "../../../../../orchestrator/engine/builtin/provider/client";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { PROVIDER, PROVIDER_URN, registryOf, scripted, staged, type Given } from "../../../../support/deployments";
import { stateOf, urnOf } from "../../../../support/states";

const provider: ResourceState = {
  ...stateOf("mine", {}, { id: "p1", type: "pulumi:providers:x" }),
  urn: PROVIDER_URN,
};
const thing = (name: string, rest: Partial<ResourceState> = {}) =>
  stateOf(name, { size: 1 }, { provider: PROVIDER, ...rest });
const as = (state: ResourceState, change: Partial<Done> = {}): Done => ({
  id: state.id ?? "",
  inputs: state.inputs,
  outputs: state.outputs,
  initErrors: [],
  ...change,
});

describe("a refresh", () => {
  /** `now` says what each resource has become: undefined when it is gone; by default nothing has changed. */
  async function refresh(
    states: ResourceState[],
    now: Record<string, (() => Done | undefined) | undefined> = {},
    given: Given = {},
  ) {
    const stage = staged({ kind: "refresh", resources: [provider, ...states], ...given });
    const answers = scripted({
      read: (urn, id, inputs, outputs) => {
        const answer = now[nameOf(urn)];
        return Promise.resolve(answer === undefined ? { id, inputs, outputs, initErrors: [] } : answer());
      },
    });
    await refreshAll(stage.deployment, registryOf(answers));
    const current = () => stage.deployment.snapshot.current();
    return {
      ...stage,
      calls: answers.calls,
      current,
      one: (name: string) => current().resources.find(({ urn }) => nameOf(urn) === name),
    };
  }

  it("leaves what has not changed the very state it was, and asks nothing of components and providers", async () => {
    const component = stateOf("box", {}, { custom: false, id: undefined });
    const a = thing("a");
    const { current, calls, deployment } = await refresh([component, a]);
    expect(current().resources).to.deep.equal([provider, component, a]);
    expect(current().resources[2]).to.equal(a);
    expect(calls).to.deep.equal(["read a"]);
    expect(deployment.events.changes).to.deep.equal({ same: 3 });
  });

  it("takes over what has become of a resource, in its place, with its secrets and without healed errors", async () => {
    const a = thing("a", { initErrors: ["not ready"], additionalSecretOutputs: ["token"] });
    const { one, deployment } = await refresh([a, thing("b")], {
      a: () => as(a, { inputs: { size: 2 }, outputs: { size: 2, token: "hush" } }),
    });
    expect(one("a")).to.deep.include({ inputs: { size: 2 }, outputs: { size: 2, token: secret("hush") } });
    expect(one("a")).to.not.have.property("initErrors");
    expect(deployment.snapshot.current().resources.map(({ urn }) => nameOf(urn))).to.deep.equal(["mine", "a", "b"]);
    expect(deployment.events.changes).to.deep.equal({ same: 2, update: 1 });
  });

  it("forgets what is gone, and every mention of it, so that the state stays valid", async () => {
    const dependent = thing("b", {
      dependencies: [urnOf("a"), urnOf("c")],
      propertyDependencies: { size: [urnOf("a")] },
      deletedWith: urnOf("a"),
    });
    const { current, one } = await refresh([thing("a"), thing("c"), dependent], { a: () => undefined });
    expect(one("a")).to.equal(undefined);
    expect(one("b")).to.deep.include({ dependencies: [urnOf("c")], propertyDependencies: { size: [] } });
    expect(one("b")).to.not.have.property("deletedWith");
    checkOrder(current().resources);
  });

  it("takes over outputs alone, which is no change of what was wanted", async () => {
    const a = thing("a");
    const { one, deployment } = await refresh(
      [a, thing("guest", { deletedWith: urnOf("a"), dependencies: [urnOf("b")] }), thing("b")],
      {
        a: () => as(a, { outputs: { size: 1, arn: "arn" } }),
        b: () => undefined,
      },
    );
    expect(one("a")?.outputs).to.deep.equal({ size: 1, arn: "arn" });
    expect(deployment.events.changes).to.deep.equal({ same: 3, delete: 1 });
    expect(one("guest")).to.deep.include({ deletedWith: urnOf("a"), dependencies: [] });
  });

  it("also forgets a parent that is gone, without its children", async () => {
    const { current, one } = await refresh([thing("a"), thing("child", { parent: urnOf("a") })], {
      a: () => undefined,
    });
    expect(one("child")?.parent).to.equal(undefined);
    checkOrder(current().resources);
  });

  it("reports what cannot be read and keeps it as it was", async () => {
    const a = thing("a");
    const { errors, current, deployment } = await refresh([a], {
      a: () => {
        throw new Error("not allowed");
      },
    });
    expect(errors()).to.deep.equal(["not allowed"]);
    expect(deployment.runner.failed).to.equal(true);
    expect(current().resources).to.include(a);
  });

  it("looks at targets only", async () => {
    const { calls } = await refresh([thing("a"), thing("b")], {}, { options: { targets: [urnOf("b")] } });
    expect(calls).to.deep.equal(["read b"]);
  });

  describe("settles what an earlier run left open:", () => {
    const base = thing("base");
    const open: PendingOperation = {
      type: "creating",
      resource: { ...thing("left", { dependencies: [urnOf("base")] }), id: undefined, outputs: {} },
    };
    const deleting: PendingOperation = { type: "deleting", resource: thing("a") };
    const pendingOf = (current: () => { pending: PendingOperation[] }) =>
      current().pending.map(({ resource }) => nameOf(resource.urn));

    it("creates stay open until somebody says what became of them, other operations need not", async () => {
      const { current } = await refresh([base], {}, { pending: [open, deleting] });
      expect(pendingOf(current)).to.deep.equal(["left"]);
      const cleared = await refresh([base], {}, { pending: [open], options: { clearPendingCreates: true } });
      expect(pendingOf(cleared.current)).to.deep.equal([]);
    });

    it("one that exists is adopted under its id, after everything it stands on", async () => {
      const { current, one, finished } = await refresh(
        [base],
        { left: () => ({ id: "i-9", outputs: { size: 1 }, initErrors: [] }) },
        { pending: [open], options: { importPendingCreates: [{ urn: urnOf("left"), id: "i-9" }] } },
      );
      expect(one("left")).to.deep.include({ id: "i-9", inputs: { size: 1 }, outputs: { size: 1 } });
      expect(pendingOf(current)).to.deep.equal([]);
      expect(finished()).to.include("import left");
      checkOrder(current().resources);
    });

    it("one that does not exist after all stays open, and is an error", async () => {
      const { current, errors } = await refresh(
        [base],
        { left: () => undefined },
        { pending: [open], options: { importPendingCreates: [{ urn: urnOf("left"), id: "i-9" }] } },
      );
      expect(errors()[0]).to.contain("'i-9' does not exist");
      expect(pendingOf(current)).to.deep.equal(["left"]);
    });
  });
});
