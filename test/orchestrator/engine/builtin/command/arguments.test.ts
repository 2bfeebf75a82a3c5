import { expect } from "chai";
import { Arguments } from "../../../../../orchestrator/engine/builtin/command/arguments";
import { CommandFailure } from "../../../../../orchestrator/engine/builtin/command/failure";

const accepted = { target: "list", refresh: "switch", parallel: "value", client: "value" } as const;
const parse = (...words: string[]) => new Arguments("up", words, accepted);

describe("a command line of the engine", () => {
  it("is read by flag, not by position", () => {
    for (const words of [
      ["--stack", "dev", "first", "--client=1.2.3.4:5", "--refresh"],
      ["first", "--refresh", "--client", "1.2.3.4:5", "-s", "dev"],
    ]) {
      const args = parse(...words);
      expect(args.positional).to.deep.equal(["first"]);
      expect(args.stack()).to.equal("dev");
      expect(args.value("client")).to.equal("1.2.3.4:5");
      expect(args.has("refresh")).to.equal(true);
    }
  });

  it("takes everything behind -- as it stands", () => {
    expect(parse("--stack", "dev", "--", "--target", "-x").positional).to.deep.equal(["--target", "-x"]);
  });

  it("collects repeated flags and lets the last of a single one win", () => {
    const args = parse("--target", "a", "--target=b", "--parallel", "1", "--parallel", "2");
    expect(args.list("target")).to.deep.equal(["a", "b"]);
    expect(args.number("parallel")).to.equal(2);
  });

  it("keeps equal signs in a value, and lets a switch be switched off", () => {
    const args = parse("--client=a=b", "--refresh=false");
    expect(args.value("client")).to.equal("a=b");
    expect(args.has("refresh")).to.equal(false);
  });

  for (const [words, message] of [
    [["--surprise"], "unknown flag: --surprise (pulumi up)"],
    [["-x"], "unknown flag: --x (pulumi up)"],
    [["--target"], "flag needs an argument: --target"],
  ] as const) {
    it(`refuses ${words.join(" ")}`, () => {
      expect(() => parse(...words)).to.throw(CommandFailure, message);
    });
  }

  it("refuses a number that is none, and a missing stack", () => {
    for (const wrong of ["many", "-1", "1.5"])
      expect(() => parse(`--parallel=${wrong}`).number("parallel")).to.throw(CommandFailure, "invalid argument");
    expect(() => parse().stack()).to.throw(CommandFailure, "no stack selected");
  });
});
