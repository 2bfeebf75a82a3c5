import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { isMap, isScalar, parseAllDocuments } from "yaml";
import { SlipwayError } from "../../errors";
import type { Environment } from "../environment";
import { short } from "../words";
import type { DeliverySettings } from "./settings";

/** What a branch says about an environment. */
export interface BranchState {
  readonly commit: string;
  /** Git's name of the environment's folder as it is. */
  readonly tree: string;
  /** The release of the newest commit that brought one. */
  readonly release?: string;
}

/** The branch Argo CD follows: written by promotions and by nothing that runs in a cluster (D1.7). */
export interface Branch {
  look(environment: Environment): BranchState;
  /** Every Application of the environment names this commit of the release. @returns the branch's commit with it. */
  set(environment: Environment, release: string, revision: string): string;
  /**
   * The environment's folder becomes what it was when this release was brought, in one commit that says what it reverts.
   * Folders of migrations stay: code goes back, a schema never (D3.9). @returns the branch's commit with it.
   * @throws SlipwayError `release-not-in-git` when the branch never had the release.
   */
  revert(environment: Environment, release: string): string;
  close(): void;
}

/** Pushes that somebody else overtook are made again on top of theirs, so often. */
const ATTEMPTS = 5;
const RELEASE = "Slipway-Release";
const ENVIRONMENT = "Slipway-Environment";
/** What holds SQL or the job that runs it. */
const MIGRATION = /(^|\/)migrations?(\/|$)|(^|\/)migration[^/]*\.ya?ml$/;

/** Clones the branch into a temporary folder, which `close` removes. */
export function openBranch({ repository, branch, folder }: DeliverySettings, by: string): Branch {
  const clone = mkdtempSync(path.join(os.tmpdir(), "slipway-delivery-"));
  const git = (...args: string[]): string => {
    const { status, stdout, stderr, error } = spawnSync("git", args, {
      cwd: clone,
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0" },
    });
    if (error === undefined && status === 0) return stdout.trimEnd();
    throw new GitFailed(args[0] ?? "", error?.message ?? stderr.trim());
  };
  const write = (message: string): string => {
    git(
      "-c",
      "user.name=slipway",
      "-c",
      `user.email=${mailOf(by)}`,
      "commit",
      "-q",
      "--no-verify",
      "--allow-empty",
      "-m",
      message,
    );
    git("push", "-q", "origin", `HEAD:${branch}`);
    return git("rev-parse", "HEAD");
  };
  /** Does it on the newest commit; when somebody pushed meanwhile, again on theirs. */
  const onTop = (change: () => string | undefined): string => {
    for (let attempt = 1; ; attempt++) {
      git("fetch", "-q", "origin", branch);
      git("reset", "-q", "--hard", "FETCH_HEAD");
      const message = change();
      if (message === undefined) return git("rev-parse", "HEAD");
      try {
        return write(message);
      } catch (error) {
        const overtaken = error instanceof GitFailed && /\[rejected\]|fetch first|cannot lock ref/.test(error.message);
        if (!overtaken || attempt === ATTEMPTS) throw error;
      }
    }
  };
  try {
    git("clone", "-q", "--single-branch", "--branch", branch, "--", repository, ".");
  } catch (error) {
    rmSync(clone, { recursive: true, force: true });
    throw error;
  }
  const folderOf = (environment: Environment) => folder.replaceAll("{environment}", environment);
  /** Commits that brought a release there, the newest first. */
  const brought = (environment: Environment): { commit: string; release: string }[] =>
    git(
      "log",
      `--format=%H %(trailers:key=${ENVIRONMENT},valueonly,separator=%x2C) %(trailers:key=${RELEASE},valueonly,separator=%x2C)`,
    )
      .split("\n")
      .flatMap((line) => {
        const [commit = "", where = "", release = ""] = line.split(" ");
        return where === environment && release !== "" ? [{ commit, release }] : [];
      });

  return {
    look(environment) {
      git("fetch", "-q", "origin", branch);
      git("reset", "-q", "--hard", "FETCH_HEAD");
      const release = brought(environment)[0]?.release;
      const tree = git("rev-parse", `HEAD:${folderOf(environment)}`);
      return { commit: git("rev-parse", "HEAD"), tree, ...(release !== undefined && { release }) };
    },
    set: (environment, release, revision) =>
      onTop(() => {
        const folder = folderOf(environment);
        const files = applications(path.join(clone, folder));
        if (files.length === 0) throw noApplications(folder, branch);
        for (const file of files) writeFileSync(file, withRevision(readFileSync(file, "utf8"), revision));
        git("add", "-A", "--", folder);
        // What is there already, brought by this very release, is no commit; another release's is.
        if (git("status", "--porcelain", "--", folder) === "" && brought(environment)[0]?.release === release)
          return undefined;
        if (git("status", "--porcelain", "--", folder) === "")
          return trailers(`${environment}: ${short(release)} changes nothing`, environment, release);
        return trailers(`${environment}: release ${short(release)}`, environment, release);
      }),
    revert: (environment, release) =>
      onTop(() => {
        const folder = folderOf(environment);
        const commits = brought(environment);
        const good = commits.find((one) => one.release === release);
        if (good === undefined) throw unknownRelease(release, environment, branch);
        const left = git("log", "--format=%H", `${good.commit}..HEAD`, "--", folder).split("\n").filter(Boolean);
        if (left.length === 0) return undefined;
        const names = (commit: string) =>
          git("ls-tree", "-r", "--name-only", commit, "--", folder).split("\n").filter(Boolean);
        const stays = names("HEAD").filter((name) => MIGRATION.test(name));
        const goes = names("HEAD").filter((name) => !MIGRATION.test(name));
        if (goes.length > 0) git("rm", "-q", "--", ...goes);
        const comes = names(good.commit).filter((name) => !MIGRATION.test(name));
        if (comes.length > 0) git("checkout", "-q", good.commit, "--", ...comes);
        if (git("status", "--porcelain", "--", folder) === "") return undefined;
        const schema = stays.length > 0 ? [`Kept, because a schema never goes back: ${stays.join(", ")}`, ""] : [];
        return trailers(
          [
            `${environment}: back to release ${short(release)}`,
            "",
            ...left.map((commit) => `This reverts commit ${commit} below ${folder}.`),
            ...(schema.length > 0 ? ["", ...schema] : []),
          ].join("\n"),
          environment,
          release,
        );
      }),
    close: () => rmSync(clone, { recursive: true, force: true }),
  };
}

class GitFailed extends SlipwayError {
  constructor(command: string, why: string) {
    super(
      "delivery-failed",
      // Git names the address it pushed to, and somebody may have put a token into it.
      `git ${command}: ${why.replace(/\/\/[^/@\s]+@/g, "//***@")}`,
      "see that the repository and branch of promotion/rules.yaml can be read and pushed to from here",
    );
  }
}

/** Applications of a folder, by file. */
function applications(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => path.join(folder, name))
    .filter((file) => /^kind: Application$/m.test(readFileSync(file, "utf8")))
    .toSorted();
}

/** The same file, with every Application at this revision; comments and order stay. Pure. */
export function withRevision(text: string, revision: string): string {
  const documents = parseAllDocuments(text);
  for (const document of documents) {
    if (!isMap(document.contents) || document.get("kind") !== "Application") continue;
    const place = ["spec", "source", "targetRevision"];
    const known = document.getIn(place, true);
    if (isScalar(known)) known.value = revision;
    else document.setIn(place, revision);
  }
  return documents.map((document) => document.toString({ lineWidth: 0 })).join("");
}

function trailers(message: string, environment: Environment, release: string): string {
  return `${message.trimEnd()}\n\n${ENVIRONMENT}: ${environment}\n${RELEASE}: ${release}\n`;
}

/** Who runs a command is a mail address or a name on a machine. */
function mailOf(by: string): string {
  return by.includes("@") ? by : `${by}@localhost`;
}

function noApplications(folder: string, branch: string): SlipwayError {
  return new SlipwayError(
    "no-applications",
    `branch ${branch} has no Application in ${folder}, so there is nothing a release could be brought to`,
    "declare the applications of that environment, or correct folder: in promotion/rules.yaml",
    "usage",
  );
}

function unknownRelease(release: string, environment: Environment, branch: string): SlipwayError {
  return new SlipwayError(
    "release-not-in-git",
    `branch ${branch} never brought release ${short(release)} to ${environment}, so it cannot be reverted to`,
    "was its history rewritten? Bring it by hand: set the revision of its Applications, commit, push",
    "refused",
  );
}
