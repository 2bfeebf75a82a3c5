import { readdirSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { phases, selectPhases, type Phase } from "../../../orchestrator/rollout/phases";
import { root } from "../../support/pulumi";

const numbersOf = (some: readonly Phase[]) => some.map(({ number }) => number);

describe("phases", () => {
  it("are numbered in the order they are built [A21.1]", () =>
    expect(numbersOf(phases)).to.deep.equal(numbersOf(phases).toSorted((a, b) => a - b)));
  it("are those of the program, by number", () =>
    expect(
      readdirSync(path.join(root, "infra/phases"))
        .map((file) => Number(file.slice(0, 2)))
        .sort((a, b) => a - b),
    ).to.deep.equal(numbersOf(phases)));
  it("share no output and no name", () => {
    const outputs = phases.flatMap((phase) => phase.outputs);
    expect(new Set(outputs).size).to.equal(outputs.length);
    expect(new Set(phases.map(({ name }) => name)).size).to.equal(phases.length);
  });
  it("are selected from one number to another, both included", () => {
    const numbers = (from?: number, to?: number) => numbersOf(selectPhases(phases, from, to));
    expect(numbers(2, 4)).to.deep.equal([2, 3, 4]);
    expect(numbers(phases.at(-1)?.number)).to.have.length(1);
    expect(numbers(undefined, 1)).to.deep.equal([1]);
    expect(numbers()).to.have.length(phases.length);
    expect(numbers(4, 2)).to.deep.equal([]);
  });
});
