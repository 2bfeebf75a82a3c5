import { expect } from "chai";
import {
  deleteAll,
  deletionsAfterUpdate,
  deletionsOfDestroy,
  waves,
} from "../../../../../orchestrator/engine/builtin/deploy/deletions";
import { nameOf } from "../../../../../orchestrator/engine/builtin/deploy/urn";
import type { ResourceState } from "../../../../../orchestrator/engine/builtin/model";
import { PROVIDER, registryOf, scripted, staged, type Given } from "../../../../support/deployments";
import { stateOf, urnOf } from "../../../../support/states";

const thing = (name: string, on: string[] = [], rest: Partial<ResourceState> = {}) =>
  stateOf(name, {}, { provider: PROVIDER, dependencies: on.map((one) => urnOf(one)), ...rest });
const doomed = (states: ResourceState[]) => states.map((state) => ({ state, op: "delete" as const }));
const described = (list: readonly { state: ResourceState; op: string }[]) =>
  list.map(({ state, op }) => `${op} ${nameOf(state.urn)}`);

describe("deletions", () => {
  describe("in waves", () => {
    it("have what needs nothing else that goes first, and dependents and children after", () => {
      const states = [thing("child", [], { parent: urnOf("a") }), thing("b", ["a"]), thing("a"), thing("c", ["b"])];
      expect(waves(doomed(states)).map((wave) => wave.map(({ state }) => nameOf(state.urn)))).to.deep.equal([
        ["a"],
        ["child", "b"],
        ["c"],
      ]);
    });

    it("put all copies of one resource into one wave, and survive a state that needs itself", () => {
      const old = thing("a", [], { delete: true });
      expect(waves(doomed([thing("a"), old, thing("b", ["a"])])).map((wave) => wave.length)).to.deep.equal([2, 1]);
      expect(waves(doomed([thing("loop", ["loop"])]))).to.have.length(1);
    });
  });

  describe("when they run", () => {
    async function run(states: ResourceState[], refusing: string[], given: Given = {}) {
      const stage = staged({ resources: states, ...given });
      const provider = scripted({
        delete: ({ urn }) =>
          refusing.includes(nameOf(urn)) ? Promise.reject(new Error(`${nameOf(urn)} is in use`)) : Promise.resolve(),
      });
      await deleteAll(stage.deployment, registryOf(provider), doomed(states));
      return { ...stage, calls: provider.calls };
    }

    it("take dependents before what they stand on, and leave nothing behind", async () => {
      const { calls, deployment } = await run([thing("a"), thing("b", ["a"]), thing("c", ["b"])], []);
      expect(calls).to.deep.equal(["delete c", "delete b", "delete a"]);
      expect(deployment.snapshot.current()).to.deep.equal({ resources: [], pending: [] });
    });

    it("stop at a failure, and keep what was not deleted", async () => {
      const { calls, deployment, errors } = await run([thing("a"), thing("b", ["a"])], ["b"]);
      expect(calls).to.deep.equal(["delete b"]);
      expect(errors()).to.deep.equal(["b is in use"]);
      expect(deployment.snapshot.current().resources).to.have.length(2);
    });

    it("go on with --continue-on-error, but take nothing from under what could not be deleted", async () => {
      const states = [thing("root"), thing("a", ["root"]), thing("b", ["a"]), thing("free")];
      const { calls, deployment } = await run(states, ["b"], { options: { continueOnError: true } });
      expect(calls).to.have.members(["delete b", "delete free"]);
      expect(deployment.snapshot.current().resources.map(({ urn }) => nameOf(urn))).to.deep.equal(["root", "a", "b"]);
    });

    it("call no provider for components, reads, provider resources, what is retained or goes with another", async () => {
      const homeless = await run([thing("guest", [], { deletedWith: urnOf("stays") })], []);
      expect(homeless.calls).to.deep.equal(["delete guest"]);
      const states = [
        thing("component", [], { custom: false, id: undefined }),
        thing("read", [], { external: true }),
        thing("kept", [], { retainOnDelete: true }),
        thing("host"),
        thing("guest", [], { deletedWith: urnOf("host") }),
        { ...thing("mine"), type: "pulumi:providers:x", provider: undefined },
      ];
      const { calls, deployment } = await run(states, []);
      expect(calls).to.deep.equal(["delete host"]);
      expect(deployment.snapshot.current().resources).to.deep.equal([]);
    });

    it("refuse a protected resource in words that say how to unprotect it", async () => {
      const { calls, errors, deployment } = await run([thing("a", [], { protect: true })], []);
      expect(calls).to.deep.equal([]);
      expect(errors()[0])
        .to.contain("because it is protected")
        .and.to.contain(`pulumi state unprotect '${urnOf("a")}'`);
      expect(deployment.snapshot.current().resources).to.have.length(1);
    });
  });

  describe("after an update", () => {
    it("are what the program no longer has and the old copies of what was replaced", () => {
      const copy = thing("kept", [], { delete: true });
      const { deployment } = staged({
        resources: [copy, thing("kept"), thing("gone"), thing("was"), thing("looked", [], { external: true })],
      });
      deployment.seen.add(urnOf("kept"));
      deployment.renamed.add(urnOf("was"));
      expect(described(deletionsAfterUpdate(deployment))).to.deep.equal([
        "delete-replaced kept",
        "delete gone",
        "discard looked",
      ]);
    });

    it("forget without a call what was already deleted for a replacement nobody wants any more", () => {
      const { deployment } = staged({ resources: [thing("gone", [], { pendingReplacement: true })] });
      expect(deletionsAfterUpdate(deployment)).to.deep.equal([]);
      expect(deployment.forgotten.map(({ urn }) => nameOf(urn))).to.deep.equal(["gone"]);
    });

    it("spare what --target leaves out", () => {
      const { deployment } = staged({
        resources: [thing("gone"), thing("other"), thing("other", [], { delete: true })],
        options: { targets: [urnOf("gone")] },
      });
      expect(described(deletionsAfterUpdate(deployment))).to.deep.equal(["delete gone"]);
    });
  });

  it("of a destroy spare protected resources and what they stand on, when asked to", () => {
    const resources = [
      thing("base"),
      thing("held", ["base"], { protect: true }),
      thing("top", ["held"]),
      thing("free"),
    ];
    const all = staged({ resources, kind: "destroy" }).deployment;
    expect(deletionsOfDestroy(all)).to.have.length(4);
    const { deployment } = staged({ resources, kind: "destroy", options: { excludeProtected: true } });
    expect(described(deletionsOfDestroy(deployment))).to.deep.equal(["delete top", "delete free"]);
  });
});
