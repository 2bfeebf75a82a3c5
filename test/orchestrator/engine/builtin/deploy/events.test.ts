import { expect } from "chai";
import { isDefaultProvider, masked, StepEvents } from "../../../../../orchestrator/engine/builtin/deploy/events";
import { SECRET, SIGNATURE, type EngineEventPayload } from "../../../../../orchestrator/engine/builtin/model";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { stateOf, urnOf } from "../../../../support/states";

function record(planning = false) {
  const sent: EngineEventPayload[] = [];
  return { sent, events: new StepEvents((event) => sent.push(event), planning) };
}
const metadataOf = (event: EngineEventPayload | undefined) =>
  (Object.values(event ?? {})[0] as { metadata: Record<string, unknown> }).metadata;

describe("events of steps", () => {
  it("never hold a secret, at whatever depth it lies", () => {
    const { sent, events } = record();
    const state = stateOf("a", { list: [{ key: secret("hush") }], open: "shown" });
    events.started({ op: "update", urn: state.urn, old: state, new: state });
    expect(JSON.stringify(sent)).to.contain("shown");
    expect(JSON.stringify(sent)).to.not.contain("hush");
    expect(masked({ a: secret({ b: secret("hush") }) })).to.deep.equal({
      a: { [SIGNATURE]: SECRET, ciphertext: "[secret]" },
    });
  });

  it("count a replacement once, not its two halves", () => {
    const { events } = record();
    const state = stateOf("a");
    for (const op of ["create-replacement", "replace", "delete-replaced", "remove-pending-replace"] as const)
      events.finished({ op, urn: state.urn, new: state });
    expect(events.changes).to.deep.equal({ replace: 1 });
  });

  it("mark the halves of a replacement as not logical", () => {
    const { sent, events } = record();
    const state = stateOf("a");
    events.started({ op: "replace", urn: state.urn, new: state });
    events.started({ op: "delete-replaced", urn: state.urn, old: state });
    expect(sent.map((event) => metadataOf(event)["logical"])).to.deep.equal([true, undefined]);
  });

  it("say nothing of default providers, which are the engine's own business", () => {
    const { sent, events } = record();
    const urn = urnOf("default_1_2_3", "pulumi:providers:x");
    const state = { ...stateOf("default_1_2_3"), urn };
    events.started({ op: "create", urn, new: state });
    events.finished({ op: "create", urn, new: state });
    expect(sent).to.deep.equal([]);
    expect(events.changes).to.deep.equal({});
    expect(isDefaultProvider(urnOf("defaulted", "pulumi:providers:x"))).to.equal(false);
    expect(isDefaultProvider(urnOf("default"))).to.equal(false);
  });

  it("announce a component when its outputs are registered, in a preview already when it is planned", () => {
    const component = { ...stateOf("box"), custom: false };
    const step = { op: "create" as const, urn: component.urn, new: component };
    const real = record();
    real.events.finished(step);
    expect(real.sent).to.deep.equal([]);
    expect(real.events.changes).to.deep.equal({ create: 1 });
    real.events.announceOutputs(step);
    expect(real.sent).to.have.length(1);
    const planned = record(true);
    planned.events.finished(step);
    expect(planned.sent[0]).to.have.nested.property("resOutputsEvent.planning", true);
  });

  it("tell a failure with its step and its reason, and keep the reason for the result", () => {
    const { sent, events } = record();
    events.failed({ op: "create", urn: urnOf("a"), new: stateOf("a") }, new Error("no room"));
    expect(sent.map((event) => Object.keys(event)[0])).to.deep.equal(["resOpFailedEvent", "diagnosticEvent"]);
    expect(sent[1]).to.deep.include({
      diagnosticEvent: {
        urn: urnOf("a"),
        prefix: "error: ",
        message: "no room\n",
        color: "never",
        severity: "error",
        streamID: 0,
        ephemeral: false,
      },
    });
    expect(events.errors).to.deep.equal(["no room"]);
    events.diagnostic("warning", "mind the gap");
    expect(events.errors).to.deep.equal(["no room"]);
  });

  it("describe both states of a step, and only what is special about them", () => {
    const { sent, events } = record();
    const old = stateOf("a", {}, { protect: true, external: true, delete: true, retainOnDelete: true });
    const now = stateOf("a", { size: 1 }, { provider: "p::1", parent: urnOf("box") });
    events.started({ op: "update", urn: old.urn, old, new: now, diffs: ["size"], keys: ["id"] });
    const plain = { type: "x:y:Thing", urn: urnOf("a"), custom: true, id: "id-a" };
    expect(metadataOf(sent[0])).to.deep.equal({
      op: "update",
      urn: urnOf("a"),
      type: "x:y:Thing",
      old: {
        ...plain,
        ...{ parent: "", inputs: {}, outputs: {}, provider: "" },
        ...{ delete: true, protect: true, external: true, retainOnDelete: true },
      },
      new: { ...plain, parent: urnOf("box"), inputs: { size: 1 }, outputs: { size: 1 }, provider: "p::1" },
      keys: ["id"],
      diffs: ["size"],
      detailedDiff: null,
      logical: true,
      provider: "p::1",
    });
    events.started({ op: "delete", urn: old.urn, old });
    expect(metadataOf(sent[1])).to.deep.include({ type: "x:y:Thing", new: null, provider: "" });
    expect(metadataOf(sent[1])).to.not.have.any.keys("diffs", "keys");
  });

  it("name the kinds of a detailed diff in the CLI's words", () => {
    const { sent, events } = record();
    events.started({
      op: "update",
      urn: urnOf("a"),
      new: stateOf("a"),
      detailed: { "a.b": { kind: 1, inputDiff: true }, c: { kind: 2, inputDiff: false } },
    });
    expect(metadataOf(sent[0])["detailedDiff"]).to.deep.equal({
      "a.b": { diffKind: "add-replace", inputDiff: true },
      c: { diffKind: "delete", inputDiff: false },
    });
  });
});
