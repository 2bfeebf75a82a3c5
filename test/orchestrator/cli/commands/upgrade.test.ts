import path from "node:path";
import { expect } from "chai";
import { told, upgradeCommand } from "../../../../orchestrator/cli/commands/upgrade";
import type { Finding } from "../../../../orchestrator/checks/check";
import { upgradeSteps } from "../../../../orchestrator/upgrade/plan";
import { useFolder } from "../../../support/folder";
import { refusal } from "../../../support/refusal";
import { invocation, options } from "../fixture";
import { project } from "./project";

const finding = (verdict: Finding["verdict"]): Finding => ({
  requirement: "H1.1",
  title: "one minor version up",
  verdict,
  detail: "1.35 to 1.36",
  subjects: [],
});
const steps = upgradeSteps({ environment: "staging", from: "1.35", to: "1.36", addons: {} });

describe("slipway upgrade [H1.1]", function () {
  this.timeout(60_000);
  const folder = useFolder();

  it("prints the steps once nothing is in the way", () => {
    const lines = told([finding("passed")], steps, true).join("\n");
    expect(lines).to.include("ok          one minor version up: 1.35 to 1.36");
    expect(lines).to.include("1. control plane").and.include("4. charts");
  });
  it("prints what is in the way, and no steps", () => {
    const lines = told([finding("failed"), finding("errored")], steps, false).join("\n");
    expect(lines).to.include("in the way").and.include("not known").and.not.include("1. control plane");
  });
  it("decides nothing about an environment it could not ask", async () => {
    const root = path.join(folder(), "project");
    project(root);
    const { invocation: made } = invocation(root);
    const given = { ...options(path.join(folder(), "state")), to: "1.36" };
    const error = await refusal(() => upgradeCommand(given, made));
    expect(error).to.include({ code: "upgrade-undecided", kind: "failure" });
  });
});
