import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { Arguments } from "../../../../../orchestrator/engine/builtin/command/arguments";
import { CommandFailure } from "../../../../../orchestrator/engine/builtin/command/failure";
import {
  operationFlags,
  operationOptions,
  refuseUnoffered,
} from "../../../../../orchestrator/engine/builtin/command/operation-flags";
import { CommandLine } from "../../../../support/command-line";
import { plainOptions } from "../../../../support/deployments";
import { useFolder } from "../../../../support/folder";
import { urnOf } from "../../../../support/states";

describe("the flags of an operation", () => {
  const folder = useFolder();
  let line: CommandLine;
  beforeEach(() => {
    line = new CommandLine(folder());
  });
  const args = (...words: string[]) => new Arguments("up", words, operationFlags);
  const options = (...words: string[]) => operationOptions(line.context(), args(...words), "update");
  const imports = (...words: string[]) => operationOptions(line.context(), args(...words), "import").imports;

  it("ask for nothing when there are none", () => {
    expect(options()).to.deep.equal({ ...plainOptions, parallel: 16 });
  });

  it("limit how much runs at once, to one at least", () => {
    expect(options("--parallel", "3").parallel).to.equal(3);
    expect(options("-p", "0").parallel).to.equal(1);
    expect(() => options("--parallel", "many")).to.throw(CommandFailure, "invalid argument");
  });

  it("name targets, excludes and replacements as often as they are given", () => {
    expect(options("--target", "a", "-t", "b", "--target-dependents", "--replace=c")).to.deep.include({
      targets: ["a", "b"],
      targetDependents: true,
      replace: ["c"],
      excludes: [],
    });
  });

  it("pair each pending create with its id, and refuse one without", () => {
    const flag = "--import-pending-creates";
    expect(options(flag, "u1", flag, "i1", flag, "u2", flag, "i2").importPendingCreates).to.deep.equal([
      { urn: "u1", id: "i1" },
      { urn: "u2", id: "i2" },
    ]);
    expect(() => options(flag, "u1")).to.throw(CommandFailure, "needs a URN and an id");
  });

  it("that would have to be skipped are refused by name", () => {
    for (const flag of ["plan", "save-plan", "import-file", "attach-debugger", "from", "remove"]) {
      const given = args(...(flag === "remove" ? ["--remove"] : [`--${flag}`, "x"]));
      expect(() => refuseUnoffered(given)).to.throw(CommandFailure, `--${flag}: the built-in engine does not offer`);
    }
    refuseUnoffered(args("--refresh", "--diff"));
  });

  describe("of an import", () => {
    const file = (content: string) => writeFileSync(path.join(line.work, "import.json"), content);

    it("name one resource, protected unless it is said not to be", () => {
      expect(imports("x:y:Thing", "a", "i-1")).to.deep.equal([
        { type: "x:y:Thing", name: "a", id: "i-1", protect: true },
      ]);
      expect(imports("x:y:Thing", "a", "i-1", "--protect=false")[0]?.protect).to.equal(false);
      expect(() => imports("x:y:Thing", "a")).to.throw(CommandFailure, "needs a type, a name and an id");
    });

    it("name a file of the project's folder, whose names stand for URNs", () => {
      const resources = [
        { type: "x:y:Thing", name: "a", id: "i-a", parent: "box", provider: "mine" },
        { type: "x:y:Thing", name: "b", id: "i-b", parent: urnOf("other") },
      ];
      file(JSON.stringify({ resources, nameTable: { box: urnOf("box"), mine: urnOf("mine") } }));
      expect(imports("--file", "import.json")).to.deep.equal([
        { type: "x:y:Thing", name: "a", id: "i-a", protect: true, parent: urnOf("box"), provider: urnOf("mine") },
        { type: "x:y:Thing", name: "b", id: "i-b", protect: true, parent: urnOf("other") },
      ]);
    });

    it("that name a file which is not there or cannot be read import nothing silently", () => {
      expect(() => imports("--file", "absent.json")).to.throw(CommandFailure, "could not open file absent.json");
      file("{");
      expect(() => imports("--file", "import.json")).to.throw(CommandFailure, "could not parse import file");
    });
  });
});
