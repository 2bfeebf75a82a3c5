import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { planCommand } from "../../../../orchestrator/cli/commands/plan";
import { Journal } from "../../../../orchestrator/rollout/journal";
import { createLayout, makeFolders } from "../../../../orchestrator/rollout/layout";
import { fingerprint } from "../../../../orchestrator/rollout/fingerprint";
import { signatureOf } from "../../../../orchestrator/rollout/signature";
import { useFolder } from "../../../support/folder";
import { invocation, options } from "../fixture";

describe("plan", () => {
  const folder = useFolder();
  const run = async (changed: object = {}, json = false) => {
    const { invocation: made, written } = invocation(folder(), { json });
    const exit = await planCommand(
      { ...options(path.join(folder(), "state")), command: "bootstrap", ...changed },
      made,
    );
    return { exit, ...written };
  };
  /** A run of dev that was killed after its preview. */
  const interrupted = (print = fingerprint(folder(), "dev")) => {
    const layout = createLayout(path.join(folder(), "state"), "rehearsal");
    makeFolders(layout.environment("dev"));
    const journal = Journal.open(layout.journal("dev"));
    const at = "2026-01-02T03:04:05Z";
    const signature = signatureOf({ command: "bootstrap", environments: ["dev"], target: "rehearsal" });
    journal.append({ event: "run-begin", run: "r-7", at, signature, fingerprint: print } as never);
    const step = "dev/preview";
    journal.append({ event: "begin", run: "r-7", at, step } as never);
    journal.append({ event: "end", run: "r-7", at, step, seconds: 1, outcome: { status: "succeeded" } } as never);
  };

  it("numbers every step, and says how many there are", async () => {
    const { exit, out } = await run();
    expect(exit).to.equal(0);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).to.equal(`bootstrap on target rehearsal: ${lines.length - 1} steps`);
    expect(lines[1]).to.match(/^ {2}1 {2}dev +preflight$/);
  });
  it("says what an interrupted run has done already, step by step", async () => {
    interrupted();
    const { out } = await run();
    expect(out).to.include("continues run r-7: 1 finished steps are not repeated");
    expect(out).to.match(/ 2 {2}dev +\S.* \(finished\)\n/);
    const document = JSON.parse((await run({}, true)).out) as { continues: string; steps: { finished: boolean }[] };
    expect(document.continues).to.equal("r-7");
    expect(document.steps.filter(({ finished }) => finished)).to.have.length(1);
  });
  it("says that everything is looked at again where the program changed since", async () => {
    interrupted("of another program");
    const { out } = await run();
    expect(out).to.include("dev: configuration or program changed since").and.not.include("(finished)");
  });
  it("continues no other command", async () => {
    interrupted();
    for (const command of ["preview", "verify", "destroy"]) expect((await run({ command })).out).to.not.include("r-7");
  });
  it("touches nothing", async () => {
    mkdirSync(path.join(folder(), "infra"));
    writeFileSync(path.join(folder(), "infra", "a.ts"), "");
    await run();
    expect(readdirSync(folder())).to.deep.equal(["infra"]);
  });
});
