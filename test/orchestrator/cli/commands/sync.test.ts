import path from "node:path";
import { expect } from "chai";
import { useFolder } from "../../../support/folder";
import { cli } from "../command-line";

describe("slipway sync", () => {
  const folder = useFolder();
  const run = (...args: string[]) =>
    cli(folder(), "sync", ...args, "--state-dir", path.join(folder(), "state"), "--no-color");
  const until = "2099-01-31T18:00:00Z";

  it("pauses an application with end and reason, shows it, and resumes it for a reason [C7.2]", async () => {
    expect((await run("show", "production")).out).to.include("nothing is paused in production");
    const paused = await run("pause", "production", "shop", "--until", until, "--reason", "incident 7");
    expect(paused.exit).to.equal(0);
    expect(paused.out).to.include("synchronisation of shop in production paused until 2099-01-31T18:00:00.000Z");
    const { paused: shown } = JSON.parse((await run("show", "production", "--json")).out) as { paused: object[] };
    expect(shown).to.deep.equal([{ application: "shop", until: "2099-01-31T18:00:00.000Z", reason: "incident 7" }]);
    expect((await run("show", "staging")).out).to.include("nothing is paused");
    expect((await run("resume", "production", "--ended")).out).to.include("shop is paused until");
    expect((await run("resume", "production", "shop", "--reason", "solved")).out).to.include("nothing is paused");
  });

  for (const [what, args, words] of [
    [
      "a time that has passed",
      ["pause", "dev", "shop", "--until", "2020-01-01T00:00:00Z", "--reason", "x"],
      "no time to come",
    ],
    [
      "a time without its offset",
      ["pause", "dev", "shop", "--until", "2099-01-01 18:00", "--reason", "x"],
      "no time to come",
    ],
    ["no reason", ["pause", "dev", "shop", "--until", until], "--reason"],
    ["an empty reason", ["pause", "dev", "shop", "--until", until, "--reason", ""], "nothing was written"],
    [
      "an environment that is none",
      ["pause", "qa", "shop", "--until", until, "--reason", "x"],
      "dev, staging, production",
    ],
    ["what is not paused", ["resume", "dev", "shop", "--reason", "x"], "shop of dev is not paused"],
    ["no reason for an early end", ["resume", "dev", "shop"], "say --reason TEXT"],
    ["neither a name nor --ended", ["resume", "dev"], "name it, or say --ended"],
    ["both", ["resume", "dev", "shop", "--ended"], "name it, or say --ended"],
    ["a cluster without rules", ["show", "dev", "--target", "aws"], "rules.yaml"],
  ] as const) {
    it(`ends with 2 for ${what}`, async () => {
      const { exit, err } = await run(...args);
      expect(exit).to.equal(2);
      expect(err).to.include(words);
    });
  }
});
