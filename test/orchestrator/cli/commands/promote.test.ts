import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { Entry } from "../../../../orchestrator/promotion/entry";
import { statementText } from "../../../../orchestrator/promotion/approval/statement";
import { openStore } from "../../../../orchestrator/promotion/store";
import { useFolder } from "../../../support/folder";
import { commitAll } from "../../promotion/project";
import { cli } from "../command-line";
import { hire, project } from "./project";

/** What these commands refuse before they reach an environment; test/rehearsal/promotion.test.ts goes all the way. */
describe("slipway approve, promote and rollback", () => {
  const folder = useFolder();
  const root = () => path.join(folder(), "project");
  const run = (...args: string[]) => cli(root(), ...args, "--state-dir", path.join(folder(), "state"));
  const made = async () => (JSON.parse((await run("release", "create", "--json")).out) as { release: string }).release;
  const events = async () =>
    (JSON.parse((await run("ledger", "show", "--json")).out) as { entries: Entry[] }).entries.map(({ event }) => event);

  beforeEach(() => project(root()));

  /** The ledger says that this release was verified there. */
  const verifiedIn = (environment: "dev" | "production", release: string) => {
    const { ledger } = openStore(path.join(folder(), "state", "rehearsal"), () => new Date());
    const digest = `sha256:${"0".repeat(64)}`;
    const look = { plan: digest, state: digest, rules: digest };
    ledger.append("test", () => ({
      ...{ kind: "started", environment, release, purpose: "promotion", approvals: [] },
      ...look,
    }));
    const engine = { run: "x", report: digest, engine: "x", cluster: "x" };
    const evidence = { ...engine, checks: {}, proofs: [], packs: [], advisories: 0 };
    ledger.append("test", () => ({ kind: "verified", environment, run: 2, evidence }));
  };

  it("refuse with 4 and all that is missing, and write the refusal down", async () => {
    const release = await made();
    const { exit, err } = await run("promote", release, "--to", "staging");
    expect(exit).to.equal(4);
    expect(err).to.include("promotion-refused").and.include("dev never ran a release").and.include("fix: ");
    expect((await events()).at(-1)).to.include({ kind: "refused", environment: "staging", release });
  });

  for (const [what, args, code, words] of [
    ["a release that is not there", ["promote", "abcdef123456", "--to", "dev"], 2, "release-unknown"],
    ["no environment", ["promote", "abcdef123456"], 2, "--to"],
    ["an environment that is none", ["promote", "abcdef123456", "--to", "qa"], 2, "dev, staging, production"],
    ["an environment that is none", ["rollback", "qa"], 2, "dev, staging, production"],
    ["nowhere to go back to", ["rollback", "production"], 4, "no-way-back"],
    ["nothing to watch", ["watch", "production"], 4, "nothing-to-watch"],
    ["metrics at no address", ["watch", "production", "--prometheus", "prometheus.example"], 2, "address-invalid"],
    [
      "a pause that is over",
      ["ledger", "pause", "dev", "--until", "2020-01-01T00:00:00Z", "--reason", "x"],
      2,
      "time-invalid",
    ],
    [
      "a pause in local time",
      ["ledger", "pause", "dev", "--until", "2999-01-01T00:00:00", "--reason", "x"],
      2,
      "time-invalid",
    ],
    ["a pause without a reason", ["ledger", "pause", "dev", "--until", "2999-01-01T00:00:00Z"], 2, "--reason"],
  ] as const) {
    it(`end with ${code} on ${what}: ${args.slice(0, 2).join(" ")}`, async () => {
      const { exit, err } = await run(...args);
      expect(exit).to.equal(code);
      expect(err).to.include(words);
    });
  }

  it("refuse to lift a hold that is not there", async () => {
    const { exit, err } = await run("release", "unhold", await made(), "--reason", "x");
    expect([exit, err.includes("not-held")]).to.deep.equal([2, true]);
  });

  it("refuse a checkout that is not the release, and go on with one that differs in nothing that decides", async () => {
    const release = await made();
    writeFileSync(path.join(root(), "NOTES.md"), "words\n");
    commitAll(root(), "ada@example.com", "words");
    expect((await run("promote", release, "--to", "staging")).err).to.include("promotion-refused");
    writeFileSync(path.join(root(), "infra", "index.ts"), "export default 2;\n");
    const { exit, err } = await run("promote", release, "--to", "staging");
    expect(exit).to.equal(4);
    expect(err).to.include("checkout-differs").and.include("infra/index.ts");
  });

  it("refuse rules that are not committed", async () => {
    const release = await made();
    writeFileSync(path.join(root(), "promotion", "allowed_signers"), "# mine\n");
    const { exit, err } = await run("promote", release, "--to", "staging");
    expect(exit).to.equal(4);
    expect(err).to.include("rules-uncommitted").and.include("promotion/allowed_signers");
  });

  it("pause and unpause an environment", async () => {
    expect(
      (await run("ledger", "pause", "dev", "--until", "2999-01-01T01:00:00+01:00", "--reason", "incident 7")).exit,
    ).to.equal(0);
    const release = await made();
    expect((await run("promote", release, "--to", "dev")).err)
      .to.include("2999-01-01T00:00:00.000Z")
      .and.include("incident 7");
    const { out } = await run("ledger", "unpause", "dev", "--reason", "solved");
    expect(out).to.include("pause of dev ended: solved");
  });

  it("take what production runs for what a release builds on", async () => {
    verifiedIn("production", await made());
    commitAll(root(), "bea@example.com", "one");
    commitAll(root(), "cleo@example.com", "two");
    const { out } = await run("release", "create");
    expect(out).to.include("written by bea@example.com, cleo@example.com, who do not approve it");
  });

  describe("recording a signature", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    // The command has its own clock, so the statement ends an hour from now.
    const statementOf = (release: string) =>
      statementText({
        target: "rehearsal",
        environment: "staging",
        release,
        plan: digest,
        state: digest,
        expires: new Date(Date.now() + 3_600_000).toISOString(),
      });
    const write = (name: string, text: string) => {
      const file = path.join(folder(), name);
      writeFileSync(file, text);
      return file;
    };

    it("says whose it is, and keeps it", async () => {
      const team = hire(root());
      const release = await made();
      verifiedIn("dev", release);
      const text = statementOf(release);
      const statement = write("statement", text);
      const signature = write("statement.sig", team.qa.sign(text));
      const args = ["approve", release, "--to", "staging", "--signature", signature, "--statement", statement];
      const { exit, out, err } = await run(...args);
      expect(exit, err).to.equal(0);
      expect(out).to.include("qa@slipway.example approves");
      expect((await events()).at(-1)).to.include({ kind: "approved", person: "qa@slipway.example", release });
    });

    it("refuses a key that nobody put into the file, and says who can approve", async () => {
      const team = hire(root());
      const release = await made();
      verifiedIn("dev", release);
      writeFileSync(path.join(root(), "promotion", "allowed_signers"), `${team.qa.line}\n`);
      const text = statementOf(release);
      const statement = write("statement", text);
      const signature = write("statement.sig", team["tech-lead"].sign(text));
      const { exit, err } = await run(
        "approve",
        release,
        "--to",
        "staging",
        "--signature",
        signature,
        "--statement",
        statement,
      );
      expect(exit).to.equal(4);
      expect(err).to.include("approval-refused").and.include("tech-lead@slipway.example (tech-lead)");
    });

    it("says which file it cannot read", async () => {
      const release = await made();
      const { exit, err } = await run(
        "approve",
        release,
        "--to",
        "staging",
        "--signature",
        path.join(folder(), "absent.sig"),
      );
      expect(exit).to.equal(2);
      expect(err).to.include("absent.sig");
    });
  });
});
