import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createSigner, type Signer } from "../../../../orchestrator/promotion/rehearsal/signer";
import { commitAll, git } from "../../promotion/project";

const ROOT = path.join(__dirname, "..", "..", "..", "..");
const roles = ["tech-lead", "qa", "engineering-manager", "product-owner"] as const;

/** People of the project's own rules, with keys a test holds. */
export type Team = Readonly<Record<(typeof roles)[number], Signer>>;

/** The project's own settings and a program of one line, in a repository of its own; gives its first commit. */
export function project(root: string): string {
  mkdirSync(root, { recursive: true });
  const copied = ["package-lock.json", "Pulumi.yaml", "policy/package.json", "promotion"];
  for (const name of copied) cpSync(path.join(ROOT, name), path.join(root, name), { recursive: true });
  for (const name of ["dev", "staging", "production"]) {
    cpSync(path.join(ROOT, `Pulumi.${name}.yaml`), path.join(root, `Pulumi.${name}.yaml`));
  }
  mkdirSync(path.join(root, "infra"));
  writeFileSync(path.join(root, "infra", "index.ts"), "export default 1;\n");
  git(root, "ada@example.com", "init", "-q");
  return commitAll(root, "ada@example.com", "the platform");
}

/** Puts the team's keys into the project and commits them. */
export function hire(root: string): Team {
  const team = Object.fromEntries(
    roles.map((role) => [role, createSigner(`${role}@slipway.example`)]),
  ) as unknown as Team;
  writeFileSync(
    path.join(root, "promotion", "allowed_signers"),
    Object.values(team)
      .map(({ line }) => `${line}\n`)
      .join(""),
  );
  commitAll(root, "ada@example.com", "keys of the team");
  return team;
}
