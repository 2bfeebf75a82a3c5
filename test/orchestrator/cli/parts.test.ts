import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { wireParts } from "../../../orchestrator/cli/parts";
import type { Engine } from "../../../orchestrator/rollout/engine";
import { createInterruption } from "../../../orchestrator/rollout/interruption";
import { createLayout } from "../../../orchestrator/rollout/layout";
import { phases } from "../../../orchestrator/rollout/phases";
import { createRedactor } from "../../../orchestrator/report/redact";
import { rules } from "../../../policy/rules";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";
import { root as project } from "../../support/pulumi";
import { strict } from "../../support/rollout";
import { options } from "./fixture";

describe("the real parts of a rollout", () => {
  const folder = useFolder();
  const wire = (root = project, changed: Parameters<typeof options>[1] = {}) =>
    wireParts({
      options: options(path.join(folder(), "state"), changed),
      root,
      layout: createLayout(path.join(folder(), "state"), "rehearsal"),
      engine: strict<Engine>("engine", { label: "an engine" }),
      redactor: createRedactor(),
      interruption: createInterruption(),
      warn: () => undefined,
      variables: {},
    });

  it("read the configuration of each environment of this project as the program will", async () => {
    for (const environment of ["dev", "staging", "production"]) {
      const config = await wire().loadConfig(environment);
      expect(config.region, environment).to.match(/^[a-z]+-[a-z]+-\d$/);
    }
  });
  it("refuse a wrong configuration with every mistake and the file", async () => {
    writeFileSync(path.join(folder(), "Pulumi.dev.yaml"), "config:\n  slipway:region: 7\n  slipway:nonsense: true\n");
    const error = await refusal(() => wire(folder()).loadConfig("dev"));
    expect(error).to.include({ code: "config-invalid", kind: "usage" });
    expect(error.message).to.include("nonsense").and.include("region");
    expect(error.fix).to.include(path.join(folder(), "Pulumi.dev.yaml"));
  });
  it("refuse an environment without settings by the file that is missing", async () =>
    expect((await refusal(() => wire(folder()).loadConfig("dev"))).code).to.equal("settings-missing"));
  it("have a check for every phase and a remediation for every rule", async () => {
    const parts = wire();
    for (const { name } of phases) expect(await parts.checkOf(name), name).to.have.property("verify");
    for (const { name } of rules) expect(await parts.remediationOf(name), name).to.not.equal("");
    expect(await parts.remediationOf("no-such-rule")).to.equal("");
  });
  it("hand the faults file to the rehearsal, which refuses a bad one", async () => {
    const faults = path.join(folder(), "faults.json");
    writeFileSync(faults, '{"rules": [{"type": "x"}]}');
    const parts = wire(project, { faults });
    const config = await parts.loadConfig("dev");
    const error = await refusal(() => parts.startSandbox("dev", path.join(folder(), "world"), config));
    expect(error).to.include({ code: "bad-faults", kind: "usage" });
  });
  it("ask this machine once, however many environments want to know", async () => {
    const parts = wire();
    expect(parts.examineMachine()).to.equal(parts.examineMachine());
    expect((await parts.examineMachine()).map(({ name }) => name)).to.include("Node");
  });
});
