import path from "node:path";
import { expect } from "chai";
import { drillCommand } from "../../../../orchestrator/cli/commands/drill";
import type { DrillOptions } from "../../../../orchestrator/cli/drills";
import { runCli } from "../../../../orchestrator/cli/run-cli";
import type { SlipwayError } from "../../../../orchestrator/errors";
import { useFolder } from "../../../support/folder";
import { root } from "../../../support/pulumi";
import { invocation, options } from "../fixture";

describe("drill", () => {
  const folder = useFolder();

  it("needs an environment that is built, and leaves nothing running where there is none", async () => {
    const { invocation: made } = invocation(root);
    const given = { ...options(path.join(folder(), "state")), experiment: "pod-kill", where: "dev" } as DrillOptions;
    const code = await drillCommand(given, made).then(
      () => "ran",
      (error: unknown) => (error as SlipwayError).code,
    );
    expect(code).to.equal("no-such-stack");
  });
  it("knows the experiments of the table, and no other", async () => {
    const { invocation: made } = invocation(root);
    let said = "";
    const stderr = { write: (text: string) => (said += text), columns: 200 };
    expect(await runCli({ ...made, stderr, args: ["drill", "earthquake"] })).to.equal(2);
    expect(said).to.include("pod-kill, eviction, node-kill, network-delay");
  });
});
