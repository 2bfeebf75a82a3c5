import { spawn, spawnSync } from "node:child_process";
import { looksSecret } from "../../policy/credential";

/** A line that has the form of a credential; the line itself is never repeated. */
export interface SecretSight {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Texts that are examples by their own words: AWS's documented key, and addresses whose password is a placeholder. */
const EXAMPLE = /EXAMPLE|example|placeholder|:\/\/[^\s:@/]+:(?:password|secret|\*+|<[^>]*>)@/;
/** A longer line is data, not text that somebody wrote. */
const LONGEST_LINE = 4096;

/** Lines of a text with the form of a credential (A20.4, A7.8). Linear in the length of the text. */
export function secretsIn(file: string, text: string): SecretSight[] {
  if (text.includes("\0")) return [];
  return text.split("\n").flatMap((line, index) => {
    if (line.length > LONGEST_LINE || !looksSecret(line) || EXAMPLE.test(line)) return [];
    return [{ file, line: index + 1 }];
  });
}

/** One version of one file somewhere in a repository's history. */
interface Version {
  readonly id: string;
  readonly path: string;
}

/**
 * Credentials in any version of any file that any commit reachable from `commit` ever held, but for `exempt` paths: what
 * was once committed stays readable for everybody with a clone. Each content is read once.
 */
export async function secretsInHistory(
  root: string,
  commit: string,
  exempt: (path: string) => boolean = () => false,
): Promise<SecretSight[]> {
  const listed = spawnSync("git", ["rev-list", "--objects", commit, "--", "."], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (listed.status !== 0) throw new Error(listed.stderr.trim());
  const versions = listed.stdout
    .split("\n")
    .map((line): Version => ({ id: line.slice(0, 40), path: line.slice(41) }))
    .filter(({ path }) => path !== "" && !exempt(path));
  const found: SecretSight[] = [];
  for await (const { path, text } of contents(root, versions)) found.push(...secretsIn(path, text));
  const seen = new Set<string>();
  return found.filter(({ file, line }) => !seen.has(`${file}:${line}`) && seen.add(`${file}:${line}`));
}

/** The files among these objects, one after the other: memory stays flat. */
async function* contents(root: string, versions: readonly Version[]): AsyncGenerator<{ path: string; text: string }> {
  const git = spawn("git", ["cat-file", "--batch"], { cwd: root, stdio: ["pipe", "pipe", "ignore"] });
  git.stdin.on("error", () => undefined);
  git.stdin.end(versions.map(({ id }) => `${id}\n`).join(""));
  let rest: Buffer = Buffer.alloc(0);
  let next = 0;
  for await (const chunk of git.stdout as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const end = rest.indexOf(10);
      if (end < 0) break;
      const [, kind, size = "0"] = rest.subarray(0, end).toString("utf8").split(" ");
      const length = Number(size);
      if (rest.length < end + 1 + length + 1) break;
      const version = versions[next++];
      if (kind === "blob" && version !== undefined)
        yield { path: version.path, text: rest.subarray(end + 1, end + 1 + length).toString("utf8") };
      rest = rest.subarray(end + 1 + length + 1);
    }
  }
}

/** Credentials in what is about to be committed. */
export function secretsStaged(root: string, exempt: (path: string) => boolean = () => false): SecretSight[] {
  const git = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(stderr.trim());
    return stdout;
  };
  return git("diff", "--cached", "--name-only", "--diff-filter=ACMR", "--relative", "-z")
    .split("\0")
    .filter((file) => file !== "" && !exempt(file))
    .flatMap((file) => secretsIn(file, git("show", `:./${file}`)));
}
