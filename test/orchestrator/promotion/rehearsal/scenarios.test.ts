import { expect } from "chai";
import { play } from "../../../../orchestrator/promotion/rehearsal/play";
import type { Scenario } from "../../../../orchestrator/promotion/rehearsal/scenario";
import { scenarios } from "../../../../orchestrator/promotion/rehearsal/scenarios";
import { useFolder } from "../../../support/folder";

describe("the rehearsed way of a release", () => {
  const folder = useFolder();

  for (const scenario of scenarios) {
    it(`${scenario.title} [${scenario.requirement}]`, async () => {
      const { wrong, said } = await play(scenario, folder());
      expect(wrong).to.deep.equal([]);
      expect(said.length).to.be.greaterThan(1);
    });
  }

  const [whole] = scenarios as [Scenario];
  for (const [what, changed, words] of [
    ["leaves another ledger", { ledger: ["released"] }, "instead of"],
    [
      "is refused",
      { play: (world) => world.promote(world.release("ada"), "production").then(() => undefined) },
      "staging never ran",
    ],
    [
      "is not refused where it must be",
      { play: (world) => world.refused(world.promote(world.release("ada"), "dev"), "production") },
      "it was not refused",
    ],
    [
      "is not killed where it must be",
      { play: (world) => world.killed(world.promote(world.release("ada"), "dev")) },
      "expected a kill",
    ],
    ["finds no damage where there is some", { tampered: true }, "the damage was not found"],
    [
      "writes what no gate let through",
      {
        play: (world) => {
          world.write("ada", { kind: "verified", environment: "production", run: 1, evidence: evidence });
          return Promise.resolve();
        },
      },
      "not the unfinished one of production",
    ],
  ] as readonly [string, Partial<Scenario>, string][]) {
    it(`fails a scenario that ${what}`, async () => {
      const { result, wrong } = await play({ ...whole, ...changed }, folder());
      expect(result).to.equal("failed");
      expect(wrong.join("\n")).to.include(words);
    });
  }
});

const evidence = {
  run: "x",
  report: `sha256:${"0".repeat(64)}`,
  engine: "x",
  cluster: "x",
  checks: {},
  proofs: [],
  packs: [],
  advisories: 0,
};
