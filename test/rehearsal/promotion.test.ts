import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { parseDocument } from "yaml";
import type { Entry } from "../../orchestrator/promotion/entry";
import { createSigner } from "../../orchestrator/promotion/rehearsal/signer";
import { cli } from "../orchestrator/cli/command-line";
import { commitAll, git } from "../orchestrator/promotion/project";
import { useFolder } from "../support/folder";

const ROOT = path.join(__dirname, "..", "..");

/** The project in a repository of its own, with people whose keys this test holds and who approve for dev already. */
function project(root: string) {
  const signers = ["tech-lead", "qa"].map((role) => createSigner(`${role}@slipway.example`));
  mkdirSync(root);
  const ofTheirOwn = (from: string) => !from.endsWith("node_modules");
  for (const name of ["infra", "policy", "promotion"]) {
    cpSync(path.join(ROOT, name), path.join(root, name), { recursive: true, filter: ofTheirOwn });
  }
  for (const name of ["package-lock.json", "Pulumi.yaml", ".gitignore"])
    cpSync(path.join(ROOT, name), path.join(root, name));
  for (const name of ["dev", "staging", "production"]) {
    cpSync(path.join(ROOT, `Pulumi.${name}.yaml`), path.join(root, `Pulumi.${name}.yaml`));
  }
  symlinkSync(path.join(ROOT, "node_modules"), path.join(root, "node_modules"));
  const rules = path.join(root, "promotion", "rules.yaml");
  const shipped = parseDocument(readFileSync(rules, "utf8"));
  shipped.setIn(["environments", "dev", "approvals"], { "tech-lead": 1, qa: 1 });
  shipped.setIn(["environments", "dev", "soakHours"], 24);
  shipped.setIn(["environments", "dev", "rollback"], "manual");
  writeFileSync(rules, shipped.toString());
  writeFileSync(path.join(root, "promotion", "allowed_signers"), signers.map(({ line }) => `${line}\n`).join(""));
  git(root, "ada@example.com", "init", "-q");
  writeFileSync(path.join(root, ".git", "info", "exclude"), "node_modules\n");
  commitAll(root, "ada@example.com", "the platform");
  return signers;
}

describe("a promotion by command line", function () {
  this.timeout(1_200_000);
  const folder = useFolder();

  it("takes a release from its commit through the real rollout on two signatures, and no further before it has soaked", async () => {
    const root = path.join(folder(), "project");
    const signers = project(root);
    const place = ["--state-dir", path.join(folder(), "state"), "--json"];
    const world = [...place, "--engine", "builtin", "--cluster", "embedded"];
    const run = async <T>(args: string[], expected = 0): Promise<T & { error: { message: string } }> => {
      const { exit, out, err } = await cli(root, ...args);
      expect(exit, err).to.equal(expected);
      return JSON.parse(out) as T & { error: { message: string } };
    };
    const { release } = await run<{ release: string }>(["release", "create", ...place]);

    const asked = await run<{ statement: string }>(["approve", release, "--to", "dev", ...world]);
    for (const [index, signer] of signers.entries()) {
      const signature = path.join(folder(), `${index}.sig`);
      writeFileSync(signature, signer.sign(asked.statement));
      await run(["approve", release, "--to", "dev", "--signature", signature, ...world]);
    }
    await run(["promote", release, "--to", "dev", ...world]);

    const { entries } = await run<{ entries: Entry[] }>(["ledger", "show", ...place]);
    expect(entries.map(({ event }) => event.kind)).to.deep.equal([
      "released",
      "approved",
      "approved",
      "started",
      "stage",
      "verified",
    ]);
    const last = entries.at(-1)?.event;
    expect(last?.kind === "verified" && (last.evidence.checks["passed"] ?? 0)).to.be.greaterThan(20);
    const proofs = last?.kind === "verified" ? last.evidence.proofs : [];
    expect(proofs).to.include("stand-in").and.not.include("real cloud").and.not.include("real control plane");
    await run(["ledger", "verify", "--head", entries.at(-1)?.hash ?? "", ...place]);

    const soaking = await run(["promote", release, "--to", "staging", ...world], 4);
    expect(soaking.error.message).to.include("soaks for 24 h").and.not.include("- dev runs");
    const back = await run(["rollback", "dev", ...world], 4);
    expect(back.error.message).to.include("nothing to roll dev back to");
    writeFileSync(path.join(root, "infra", "naming.ts"), "changed\n");
    const changed = await run(["promote", release, "--to", "dev", ...world], 4);
    expect(changed.error.message).to.include("infra/naming.ts");
  });
});
