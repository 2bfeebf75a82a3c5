import { expect } from "chai";
import { attempt, unsuccessful } from "../../../../orchestrator/rollout/steps/ended";
import { operation } from "../../../support/rollout";
import { stepContext } from "./fixture";

const held = "error: the stack is currently locked by 1 lock(s). created by me@here (pid 7) at 2026-01-02T03:04:05Z";

describe("the end of an operation", () => {
  it("is no outcome of its own when it succeeded", () =>
    expect(unsuccessful(operation(), "building")).to.equal(undefined));
  it("says how many resources failed and what the engine said", () => {
    const failures = [{ urn: "urn:a", message: "no room" }];
    const ended = unsuccessful(operation({ result: "failed", failures, errors: ["update failed"] }), "building it");
    expect(ended).to.deep.include({ status: "failed", kind: "engine", failures });
    expect(ended?.reason).to.equal("building it failed: 1 resource could not be brought about; update failed");
    const two = unsuccessful(operation({ result: "failed", failures: [...failures, ...failures] }), "x");
    expect(two?.reason).to.equal("x failed: 2 resources could not be brought about");
  });
  it("says how to get to a cluster whose API has no public address [A2.4]", () => {
    const message =
      'configured Kubernetes cluster is unreachable: Get "https://A1.gr7.eu-central-1.eks.amazonaws.com/openapi/v3": dial tcp 10.20.3.4:443: i/o timeout';
    const fix = (failures: { urn: string; message: string }[]) =>
      unsuccessful(operation({ result: "failed", failures }), "x")?.fix;
    expect(fix([{ urn: "urn:a", message }]))
      .to.include("docs/phases/02-cluster.md")
      .and.include("it continues here");
    expect(fix([{ urn: "urn:a", message: "no room" }])).to.not.include("02-cluster");
  });
  it("says so when the engine gives no reason", () =>
    expect(unsuccessful(operation({ result: "failed" }), "x")?.reason).to.equal("x failed: the engine gave no reason"));
  it("is an interruption when it was cancelled, with what was done by then", () => {
    const ended = unsuccessful(operation({ result: "cancelled", changes: { create: 2 } }), "building it");
    expect(ended).to.deep.include({ kind: "interrupted", changes: { create: 2 } });
    expect(ended?.fix).to.include("run the same command again");
  });
  it("is tried again once the lock of a dead process is broken, and that is noted", async () => {
    const { context, stack } = stepContext({
      processes: { host: "here", pid: 1, alive: () => false, startedAt: () => undefined },
    });
    const results = [operation({ result: "conflict", errors: [held] }), operation({ changes: { create: 1 } })];
    const ended = await attempt(context, () => Promise.resolve(results.shift() ?? operation()));
    expect(ended.operation.changes).to.deep.equal({ create: 1 });
    expect(ended.notes).to.have.length(1);
    expect(stack.calls).to.deep.equal(["break lock"]);
  });
  it("is not tried again without need", async () => {
    let tries = 0;
    const { context } = stepContext();
    await attempt(context, () => Promise.resolve(operation({ result: "failed", errors: [String(++tries)] })));
    expect(tries).to.equal(1);
  });
});
