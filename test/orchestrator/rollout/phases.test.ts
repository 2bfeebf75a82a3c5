import { readdirSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { phases, selectPhases } from "../../../orchestrator/rollout/phases";
import { root } from "../../support/pulumi";

describe("phases", () => {
  it("are numbered in the order they are built [A21.1]", () =>
    expect(phases.map(({ number }) => number)).to.deep.equal([1, 2, 3, 4, 5, 6]));
  it("are those of the program, by number", () =>
    expect(
      readdirSync(path.join(root, "infra/phases"))
        .map((file) => Number(file.slice(0, 2)))
        .sort(),
    ).to.deep.equal(phases.map(({ number }) => number)));
  it("share no output and no name", () => {
    const outputs = phases.flatMap((phase) => phase.outputs);
    expect(new Set(outputs).size).to.equal(outputs.length);
    expect(new Set(phases.map(({ name }) => name)).size).to.equal(phases.length);
  });
  it("are selected from one number to another, both included", () => {
    const numbers = (from?: number, to?: number) => selectPhases(phases, from, to).map(({ number }) => number);
    expect(numbers(2, 4)).to.deep.equal([2, 3, 4]);
    expect(numbers(5)).to.deep.equal([5, 6]);
    expect(numbers(undefined, 1)).to.deep.equal([1]);
    expect(numbers()).to.have.length(6);
    expect(numbers(4, 2)).to.deep.equal([]);
  });
});
