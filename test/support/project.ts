import { execFileSync } from "node:child_process";
import { cpSync, symlinkSync } from "node:fs";
import path from "node:path";
import { root } from "./pulumi";

/** A project of its own in `folder`, of a known version: the real program and policy pack, settings a test may change. */
export function project(folder: string): string {
  for (const name of ["infra", "policy", "node_modules", "package-lock.json"])
    symlinkSync(path.join(root, name), path.join(folder, name));
  for (const name of ["Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.production.yaml"])
    cpSync(path.join(root, name), path.join(folder, name));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], { cwd: folder });
  git("init", "-q");
  git("commit", "-q", "--allow-empty", "-m", "a known version");
  return folder;
}
