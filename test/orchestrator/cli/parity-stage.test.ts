import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { judge, parityStage } from "../../../orchestrator/cli/parity-stage";
import { useFolder } from "../../support/folder";
import { invocation, options } from "./fixture";

const meant = { resource: "r", path: "p", left: "1", right: "2", reason: "size" };
const { reason: _, ...unmeant } = meant;

describe("parity as a gate of production", () => {
  const folder = useFolder();

  it("passes when every difference is meant, and fails for one that is not, naming it [B8.4]", () => {
    expect(judge({ differences: [meant], unused: [] }).verdict).to.equal("passed");
    const { verdict, summary, evidence } = judge({ differences: [meant, unmeant], unused: [] });
    expect([verdict, summary]).to.deep.equal(["failed", "staging and production differ where nobody allowed it: r p"]);
    expect(JSON.parse(evidence)).to.have.length(2);
  });
  it("is an error where an environment cannot be looked at", async () => {
    mkdirSync(path.join(folder(), "state"));
    for (const name of ["staging", "production"])
      writeFileSync(path.join(folder(), `Pulumi.${name}.yaml`), "config: 1\n");
    const kept: string[] = [];
    const stage = parityStage(options(path.join(folder(), "state")), invocation(folder()).invocation, (text) => {
      kept.push(text);
      return "sha256:0";
    });
    const { verdict, fix } = await stage.run({ environment: "production", release: "x", run: 0 });
    expect(verdict).to.equal("errored");
    expect(fix).to.not.equal("");
    expect(kept).to.have.length(1);
  });
});
