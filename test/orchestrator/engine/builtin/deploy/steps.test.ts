import { expect } from "chai";
import { StepFailed, Stopped } from "../../../../../orchestrator/engine/builtin/deploy/runner";
import {
  createStep,
  deleteStep,
  updateStep,
  withSecretOutputs,
} from "../../../../../orchestrator/engine/builtin/deploy/steps";
import { UNKNOWN, type ResourceState } from "../../../../../orchestrator/engine/builtin/model";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { PROVIDER, scripted, staged, type Given } from "../../../../support/deployments";
import { stateOf, urnOf } from "../../../../support/states";

const put = (state: ResourceState) => ({ put: [state] });
const planned = (name: string, rest: Partial<ResourceState> = {}): ResourceState => {
  const { id: _id, ...state } = stateOf(name, { size: 1 }, { provider: PROVIDER, outputs: {}, ...rest });
  return state;
};
/** What a step ended with instead of a state. */
const ending = (step: Promise<unknown>) =>
  step.then(
    () => "done",
    (error: unknown) => (error instanceof StepFailed ? "failed" : error instanceof Stopped ? error.why : String(error)),
  );

describe("a step", () => {
  describe("that creates", () => {
    it("records its intent before it calls the provider, and its result before it tells of it", async () => {
      const { deployment, writer, finished } = staged();
      const provider = scripted({
        create: () => {
          expect(writer.log).to.deep.equal(["begin creating a"]);
          expect(finished()).to.deep.equal([]);
          return Promise.resolve({ id: "i-1", outputs: { arn: "arn" }, initErrors: [] });
        },
      });
      const state = await createStep(deployment, "create", planned("a"), provider, put);
      expect(state).to.deep.include({ id: "i-1", inputs: { size: 1 }, outputs: { arn: "arn" } });
      expect(writer.log).to.deep.equal(["begin creating a", "put a end"]);
      expect(finished()).to.deep.equal(["create a"]);
    });

    it("and fails leaves no resource and nothing open, says why once, and stops the run", async () => {
      const { deployment, writer, errors, finished } = staged();
      const provider = scripted({ create: () => Promise.reject(new Error("no room")) });
      expect(await ending(createStep(deployment, "create", planned("a"), provider, put))).to.equal("failed");
      expect([deployment.snapshot.current().resources, writer.unended]).to.deep.equal([[], []]);
      expect(errors()).to.deep.equal(["no room"]);
      expect(finished()).to.deep.equal([]);
      expect(await ending(createStep(deployment, "create", planned("b"), provider, put))).to.equal("failed");
      expect(provider.calls).to.deep.equal(["create a"]);
    });

    it("partly keeps what is there with what is wrong with it, and fails", async () => {
      const { deployment, writer, errors } = staged();
      const provider = scripted({
        create: () => Promise.resolve({ id: "i-1", outputs: { half: true }, initErrors: ["not ready"] }),
      });
      expect(await ending(createStep(deployment, "create", planned("a"), provider, put))).to.equal("failed");
      const [kept] = deployment.snapshot.current().resources;
      expect(kept).to.deep.include({ id: "i-1", outputs: { half: true }, initErrors: ["not ready"] });
      expect(writer.unended).to.deep.equal([]);
      expect(errors()[0]).to.contain("not ready");
    });

    it("and is given up stays open, so that the next run knows of it", async () => {
      const { deployment, writer, interrupter, errors } = staged();
      const provider = scripted({
        create: () => {
          interrupter.terminate();
          return Promise.reject(new Error("cancelled"));
        },
      });
      expect(await ending(createStep(deployment, "create", planned("a"), provider, put))).to.equal("terminated");
      expect(writer.unended).to.deep.equal(["a"]);
      expect(errors()).to.deep.equal([]);
    });

    it("in a preview writes nothing, and knows no id; that of a provider is unknown", async () => {
      const { deployment, writer } = staged({ dryRun: true });
      const provider = scripted({ create: () => Promise.resolve({ id: "", outputs: {}, initErrors: [] }) });
      expect((await createStep(deployment, "create", planned("a"), provider, put)).id).to.equal("");
      const knowing = scripted({ create: () => Promise.resolve({ id: "known", outputs: {}, initErrors: [] }) });
      expect((await createStep(deployment, "create", planned("b"), knowing, put)).id).to.equal("known");
      const made = await createStep(
        deployment,
        "create",
        planned("p", { type: "pulumi:providers:x", urn: urnOf("p", "pulumi:providers:x") }),
        provider,
        put,
      );
      expect(made.id).to.equal(UNKNOWN);
      expect(writer.log).to.deep.equal([]);
    });
  });

  describe("that updates", () => {
    const old = stateOf("a", { size: 1 }, { provider: PROVIDER, initErrors: ["was broken"] });
    const wanted = { ...old, inputs: { size: 2 } };
    const update = (given: Given, answer: Parameters<typeof scripted>[0]["update"]) => {
      const stage = staged({ resources: [old], ...given });
      const run = updateStep(stage.deployment, old, wanted, scripted({ update: answer }), [], {});
      return { ...stage, run };
    };

    it("puts the new state in the place of the old, healed and with its time", async () => {
      const { run, writer } = update({ now: () => new Date(1000) }, () =>
        Promise.resolve({ id: "id-a", outputs: { size: 2 }, initErrors: [] }),
      );
      const state = await run;
      expect(state).to.deep.include({
        inputs: { size: 2 },
        outputs: { size: 2 },
        modified: new Date(1000).toISOString(),
      });
      expect(state).to.not.have.property("initErrors");
      expect(writer.log).to.deep.equal(["begin updating a", "put a drop a end"]);
    });

    it("partly keeps the old inputs, so that the next run sees the difference again", async () => {
      const { run, deployment } = update({}, () =>
        Promise.resolve({ id: "id-a", outputs: { size: 2 }, initErrors: ["half done"] }),
      );
      expect(await ending(run)).to.equal("failed");
      expect(deployment.snapshot.current().resources).to.have.length(1);
      expect(deployment.snapshot.current().resources[0]).to.deep.include({
        inputs: { size: 1 },
        outputs: { size: 2 },
        initErrors: ["half done"],
      });
    });

    it("and fails keeps the old state as it was", async () => {
      const { run, deployment } = update({}, () => Promise.reject(new Error("too big")));
      expect(await ending(run)).to.equal("failed");
      expect(deployment.snapshot.current().resources).to.deep.equal([old]);
    });
  });

  describe("that deletes", () => {
    it("asks no provider in a preview, nor for what is protected", async () => {
      const old = stateOf("a", {}, { provider: PROVIDER });
      const provider = scripted({});
      const preview = staged({ resources: [old], dryRun: true });
      await deleteStep(preview.deployment, "delete", old, provider);
      expect(preview.finished()).to.deep.equal(["delete a"]);
      const guarded = { ...old, protect: true };
      const real = staged({ resources: [guarded] });
      expect(await ending(deleteStep(real.deployment, "delete", guarded, provider))).to.equal("failed");
      expect(real.deployment.snapshot.current().resources).to.deep.equal([guarded]);
      expect(provider.calls).to.deep.equal([]);
    });

    it("passes on the resource's own timeout, as every step does", async () => {
      const old = stateOf("a", {}, { provider: PROVIDER, customTimeouts: { delete: 90 } });
      let given: number | undefined;
      const provider = scripted({
        delete: (_old, seconds) => {
          given = seconds;
          return Promise.resolve();
        },
      });
      await deleteStep(staged({ resources: [old] }).deployment, "delete", old, provider);
      expect(given).to.equal(90);
      const timed = { customTimeouts: { create: 60, update: 30 } };
      const seconds: number[] = [];
      const patient = scripted({
        create: (_urn, inputs, _preview, most) => {
          seconds.push(most);
          return Promise.resolve({ id: "i", outputs: inputs, initErrors: [] });
        },
        update: (_urn, before, _news, _ignored, _preview, most) => {
          seconds.push(most);
          return Promise.resolve({ id: before.id ?? "", outputs: {}, initErrors: [] });
        },
      });
      const { deployment } = staged({ resources: [old] });
      await createStep(deployment, "create", planned("b", timed), patient, put);
      await updateStep(deployment, old, { ...old, ...timed }, patient, [], {});
      expect(seconds).to.deep.equal([60, 30]);
    });
  });
});

describe("outputs the program wants secret", () => {
  it("become secret once, and absent ones are not invented", () => {
    const state = stateOf(
      "a",
      {},
      {
        outputs: { token: "hush", key: secret("k"), open: 1 },
        additionalSecretOutputs: ["token", "key", "absent"],
      },
    );
    expect(withSecretOutputs(state).outputs).to.deep.equal({ token: secret("hush"), key: secret("k"), open: 1 });
    const plain = stateOf("b", { size: 1 });
    expect(withSecretOutputs(plain)).to.equal(plain);
  });
});
