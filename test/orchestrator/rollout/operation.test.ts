import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { createInterruption } from "../../../orchestrator/rollout/interruption";
import { collector, operate, plainText } from "../../../orchestrator/rollout/operation";

const event = (payload: object) => payload as EngineEvent;
const failedCommand = (text: string) => Object.assign(new Error(text), { commandResult: {} });

describe("operation", () => {
  it("takes failures, diagnostics and counts from the events", () => {
    const { event: see, finish } = collector();
    see(event({ resourcePreEvent: { metadata: { urn: "urn:a", op: "create" } } }));
    see(event({ resOpFailedEvent: { metadata: { urn: "urn:a" } } }));
    see(event({ diagnosticEvent: { urn: "urn:a", severity: "error", message: "<{%reset%}>VpcLimitExceeded\n" } }));
    see(event({ diagnosticEvent: { severity: "error", message: "update failed" } }));
    see(event({ diagnosticEvent: { severity: "warning", message: "by the way" } }));
    see(event({ summaryEvent: { resourceChanges: { create: 3 }, result: "failed" } }));
    const operation = finish("Command failed", false);
    expect(operation.result).to.equal("failed");
    expect(operation.failures).to.deep.equal([{ urn: "urn:a", message: "VpcLimitExceeded" }]);
    expect(operation.errors).to.deep.equal(["update failed"]);
    expect(operation.changes).to.deep.equal({ create: 3 });
  });

  it("reads policy events as they are on the wire: advisory level, message after the description", () => {
    const { event: see, finish } = collector();
    const policy = {
      resourceUrn: "urn:a",
      policyName: "routes-use-tls",
      policyPackName: "slipway",
      policyPackVersion: "0.1.0",
    };
    see(
      event({ policyEvent: { ...policy, enforcementLevel: "mandatory", message: "Routes use TLS.\nport 80 is open" } }),
    );
    see(event({ policyEvent: { ...policy, enforcementLevel: "advisory", message: "Routes use TLS." } }));
    see(event({ summaryEvent: { PolicyPacks: { "slipway|local|/policy": "0.1.0" } } }));
    const { violations, packs } = finish("failed", false);
    expect(violations.map(({ level, reason }) => [level, reason])).to.deep.equal([
      ["mandatory", "port 80 is open"],
      ["advisory", "Routes use TLS."],
    ]);
    expect(packs).to.deep.equal(["slipway 0.1.0"]);
  });

  it("shows a replacement as one", () => {
    const { event: see, finish } = collector();
    for (const op of ["create-replacement", "replace", "delete-replaced"]) {
      see(event({ resourcePreEvent: { metadata: { urn: "urn:a", op } } }));
    }
    expect(finish(undefined, false).steps).to.deep.equal([{ urn: "urn:a", operation: "replace" }]);
  });

  it("tells a lock, an interruption and a failure apart", () => {
    const end = (failure: string | undefined, interrupted: boolean) => collector().finish(failure, interrupted).result;
    expect(end("the stack is currently locked by 1 lock(s)", false)).to.equal("conflict");
    expect(end("error: update canceled", true)).to.equal("cancelled");
    expect(end("error: boom", false)).to.equal("failed");
    expect(end(undefined, true)).to.equal("succeeded");
  });

  it("gives the text of a failure without events", () => {
    expect(collector().finish("incorrect passphrase", false).errors).to.deep.equal(["incorrect passphrase"]);
  });

  it("passes one interruption on as cancel and the second as terminate, and leaves no listener behind", async () => {
    const interruption = createInterruption();
    const told: string[] = [];
    const engine = { interrupt: (how: string) => void told.push(how) };
    const { result } = await operate(engine, interruption, () => {
      interruption.signal();
      interruption.signal();
      interruption.signal();
      return Promise.reject(failedCommand("error: update canceled"));
    });
    expect(told).to.deep.equal(["cancel", "terminate"]);
    expect(result).to.equal("cancelled");
  });

  it("hears an engine of this process directly, and asks the Automation API for no events then", async () => {
    let hooks: object | undefined;
    const engine: Parameters<typeof operate>[0] = {
      interrupt: () => undefined,
      listening(listener, action) {
        listener(event({ resourcePreEvent: { metadata: { urn: "urn:a", op: "create" } } }));
        return action();
      },
    };
    const { steps } = await operate(engine, createInterruption(), (given) => {
      hooks = given;
      return Promise.resolve();
    });
    expect(steps).to.deep.equal([{ urn: "urn:a", operation: "create" }]);
    expect(hooks).to.deep.equal({ color: "never" });
  });

  it("does not start when the run is already interrupted", async () => {
    const interruption = createInterruption();
    interruption.signal();
    let started = false;
    const { result } = await operate({ interrupt: () => undefined }, interruption, () => {
      started = true;
      return Promise.resolve();
    });
    expect(started).to.equal(false);
    expect(result).to.equal("cancelled");
  });

  it("does not dress up a defect of ours as a failure of the engine", async () => {
    const defect = await operate({ interrupt: () => undefined }, createInterruption(), () =>
      Promise.reject(new TypeError("undefined is not a function")),
    ).catch((error: Error) => error);
    expect(defect).to.be.instanceOf(TypeError);
  });

  it("strips colours of either kind", () => {
    expect(plainText("<{%fg 1%}>a\u001b[31mb<{%reset%}>")).to.equal("ab");
  });
});
