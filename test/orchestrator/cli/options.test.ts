import { Command, CommanderError } from "commander";
import { expect } from "chai";
import { addCommonOptions, environmentNames, nearest, type CommonOptions } from "../../../orchestrator/cli/options";

function parsed(...args: string[]): CommonOptions {
  const command = new Command("slipway").exitOverride().configureOutput({ writeErr: () => undefined });
  return addCommonOptions(command, { first: 1, last: 6 }).parse(args, { from: "user" }).opts<CommonOptions>();
}
function refused(...args: string[]): string {
  try {
    parsed(...args);
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    throw error;
  }
  return expect.fail(`${args.join(" ")} was taken`);
}

describe("common options", () => {
  it("rehearse everything in order when nothing is said", () =>
    expect(parsed()).to.deep.equal({
      environment: ["dev", "staging", "production"],
      target: "rehearsal",
      engine: "auto",
      cluster: "auto",
      keepCluster: false,
      stateDir: ".slipway",
      json: false,
      color: true,
      yes: false,
    }));
  it("take environments in promotion order, once each, however they are given", () => {
    expect(parsed("--environment", "production,dev").environment).to.deep.equal(["dev", "production"]);
    expect(parsed("--environment", "production", "--environment", "dev, dev").environment).to.deep.equal([
      "dev",
      "production",
    ]);
    expect(parsed("--environment", environmentNames.join()).environment).to.deep.equal([...environmentNames]);
  });
  it("do not mix a list given by hand with the default one", () =>
    expect(parsed("--environment", "staging").environment).to.deep.equal(["staging"]));
  it("refuse an environment that is none, with those there are and the one that was meant [B1.5]", () => {
    expect(refused("--environment", "prod"))
      .to.include('no environment "prod"')
      .and.include("Did you mean production?");
    expect(refused("--environment", "moon")).to.include("dev, staging, production").and.not.include("Did you mean");
    expect(refused("--environment", "")).to.include('no environment ""');
  });
  it("take whole phases that exist", () => {
    expect(parsed("--from", "2", "--to", "6")).to.include({ from: 2, to: 6 });
    for (const wrong of ["0", "7", "1.5", "two", "-1"])
      expect(refused("--from", wrong), wrong).to.include("A phase is a whole number from 1 to 6.");
  });
  it("take one phase alone, and then no range beside it", async () => {
    const command = new Command("slipway").exitOverride().configureOutput({ writeErr: () => undefined });
    let seen: CommonOptions | undefined;
    const acting = addCommonOptions(command, { first: 1, last: 6 }).action((options: CommonOptions) => {
      seen = { ...options };
    });
    await acting.parseAsync(["--phase", "5"], { from: "user" });
    expect(seen).to.include({ from: 5, to: 5, phase: 5 });
    expect(refused("--phase", "9")).to.include("A phase is a whole number from 1 to 6.");
    expect(refused("--phase", "5", "--to", "6")).to.include("cannot be used with option '--to <number>'");
  });
  for (const [option, wrong] of [
    ["--target", "gcp"],
    ["--engine", "terraform"],
    ["--cluster", "kind"],
  ] as const)
    it(`refuse ${option} ${wrong} with what there is`, () =>
      expect(refused(option, wrong)).to.include("Allowed choices are"));
});

describe("the word that was meant", () => {
  const words = ["dev", "staging", "production"];
  it("begins as typed, or is close to it", () => {
    expect(nearest("prod", words)).to.equal("production");
    expect(nearest("stagging", words)).to.equal("staging");
    expect(nearest("dve", words), "two letters of three are wrong").to.equal(undefined);
    expect(nearest("de", words)).to.equal("dev");
  });
  it("is none where nothing is close, nothing was typed or there is nothing", () => {
    expect(nearest("kubernetes", words)).to.equal(undefined);
    expect(nearest("", words)).to.equal(undefined);
    expect(nearest("dev", [])).to.equal(undefined);
  });
});
