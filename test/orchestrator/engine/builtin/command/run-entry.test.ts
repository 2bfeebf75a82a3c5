import { expect } from "chai";
import { keptConfig, runEntry } from "../../../../../orchestrator/engine/builtin/command/run-entry";
import type { Json } from "../../../../../orchestrator/engine/builtin/model";

describe("what history keeps of a run", () => {
  const entry = (rest: Partial<Parameters<typeof runEntry>[0]> = {}) =>
    runEntry({
      kind: "update",
      started: new Date(1_900),
      ended: new Date(3_100),
      message: "first",
      by: "auto.inline",
      config: {},
      result: { result: "succeeded", changes: { create: 1 } },
      ...rest,
    });

  it("is what it was, when, by what and with which result", () => {
    expect(entry()).to.deep.equal({
      kind: "update",
      startTime: 1,
      endTime: 3,
      message: "first",
      environment: { "exec.kind": "auto.inline" },
      config: {},
      version: 0,
      result: "succeeded",
      resourceChanges: { create: 1 },
    });
    expect(entry({ kind: "import" }).kind).to.equal("resource-import");
  });

  it("knows no third result: what was given up has failed", () => {
    expect(entry({ result: { result: "failed", changes: {} } }).result).to.equal("failed");
    expect(entry({ result: { result: "canceled", changes: {} } }).result).to.equal("failed");
  });

  it("keeps secrets as they stand in the settings file, also inside objects", () => {
    const values = new Map<string, Json>([
      ["proj:token", { secure: "v1:sealed" }],
      ["proj:box", { key: { secure: "v1:sealed" }, open: 1 }],
    ]);
    const resolved = new Map([
      ["proj:token", { value: "hush", secret: true }],
      ["proj:box", { value: '{"key":"hush","open":1}', secret: true, object: { key: "hush", open: 1 } }],
    ]);
    const kept = keptConfig(values, resolved);
    expect(kept).to.deep.equal({
      "proj:token": { value: "v1:sealed", secret: true },
      "proj:box": { value: '{"key":{"secure":"v1:sealed"},"open":1}', secret: true, object: true },
    });
    expect(JSON.stringify(kept)).to.not.contain("hush");
  });

  it("takes an object that has a member called secure for what it is", () => {
    const kept = keptConfig(new Map([["proj:box", { secure: "yes", other: 1 }]]), new Map());
    expect(kept).to.deep.equal({ "proj:box": { value: '{"secure":"yes","other":1}', secret: false, object: true } });
  });

  it("writes numbers and booleans as text", () => {
    const kept = keptConfig(
      new Map<string, number | boolean>([
        ["proj:size", 3],
        ["proj:on", false],
      ]),
      new Map(),
    );
    expect(kept).to.deep.equal({
      "proj:size": { value: "3", secret: false },
      "proj:on": { value: "false", secret: false },
    });
  });
});
