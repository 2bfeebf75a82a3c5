import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { coerce, gte } from "semver";
import { SlipwayError } from "../../errors";
import { processTable } from "../../rollout/processes";
import { cacheRoot, modulesFolder, partFolder, readPart, writeManifest } from "./cache";
import { alerting, GO_FLOOR, type Part } from "./versions";

type Variables = Readonly<Record<string, string | undefined>>;

/** How far a build is. */
export interface BuildProgress {
  readonly part: string;
  /** Packages compiled of those that have to be; 0 of 0 while modules are fetched. */
  readonly done: number;
  readonly total: number;
  readonly doing: "waiting" | "fetching" | "compiling";
}
export interface BuildRequest {
  readonly part: Part;
  readonly variables: Variables;
  readonly progress: (progress: BuildProgress) => void;
  /** Ends the build; nothing of it stays. */
  readonly signal: AbortSignal;
  /** Time between two looks at a build of another process. */
  readonly lookMs?: number;
}

/** Who builds or waits: written into the lock and into the name of an unfinished folder. */
interface Owner {
  readonly pid: number;
  readonly startedAt: string | undefined;
}
const LOOK_MS = 500;
const UNFINISHED = ".building-";

/**
 * Builds a part once for this user. Whoever comes second waits and takes what the first one made. The programs appear
 * under their final name all at once, by one rename: what an interrupted or killed build leaves is removed by the next.
 * @throws SlipwayError `go-missing`, `control-plane-build-failed` with the compiler's last words, or `interrupted`.
 */
export async function buildPart({
  part,
  variables,
  progress,
  signal,
  lookMs = LOOK_MS,
}: BuildRequest): Promise<string> {
  const root = cacheRoot(variables);
  fs.mkdirSync(root, { recursive: true, mode: 0o700 });
  const release = await lock(path.join(root, `${part.name}.lock`), signal, lookMs, () =>
    progress({ part: part.name, done: 0, total: 0, doing: "waiting" }),
  );
  try {
    const final = partFolder(root, part);
    if ((await readPart(root, part)) !== undefined) return final;
    const go = await goVersion(part, variables, signal);
    sweep(root);
    const folder = path.join(root, `${UNFINISHED}${process.pid}-${randomBytes(4).toString("hex")}`);
    fs.mkdirSync(folder, { mode: 0o700 });
    try {
      fs.writeFileSync(path.join(folder, "owner.json"), JSON.stringify(self()), { mode: 0o600 });
      const source = path.join(folder, "source");
      const made = path.join(folder, "made");
      fs.mkdirSync(made, { mode: 0o700 });
      fs.cpSync(path.join(modulesFolder, part.name), source, { recursive: true });
      await compile(part, source, made, variables, progress, signal);
      await writeManifest(made, part, go);
      fs.renameSync(made, final);
      return final;
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    release();
  }
}

const self = (): Owner => ({ pid: process.pid, startedAt: processTable.startedAt(process.pid) });

/** A process that is there and the one meant: a pid alone is handed out again. */
function lives({ pid, startedAt }: Owner): boolean {
  return processTable.alive(pid) && (startedAt === undefined || processTable.startedAt(pid) === startedAt);
}

/** One builder at a time; a lock whose owner is dead is taken over. */
async function lock(file: string, signal: AbortSignal, lookMs: number, waiting: () => void): Promise<() => void> {
  const mine = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  fs.writeFileSync(mine, JSON.stringify(self()), { mode: 0o600 });
  try {
    for (;;) {
      if (signal.aborted) throw interrupted();
      try {
        // A link is made or not made; unlike a new file it never exists without its owner in it.
        fs.linkSync(mine, file);
        return () => fs.rmSync(file, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const owner = ownerIn(file);
      if (owner === undefined || lives(owner)) {
        waiting();
        await pause(lookMs, signal);
      } else takeAway(file, owner);
    }
  } finally {
    fs.rmSync(mine, { force: true });
  }
}

/** Removes a dead owner's lock; of several who find it, one does. */
function takeAway(file: string, dead: Owner): void {
  const aside = `${file}.dead-${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return;
  }
  const taken = ownerIn(aside);
  // In between somebody else may have removed it and locked: theirs is put back.
  if (taken !== undefined && taken.pid !== dead.pid && lives(taken)) fs.renameSync(aside, file);
  else fs.rmSync(aside, { force: true });
}

function ownerIn(file: string): Owner | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as Owner;
  } catch {
    return undefined;
  }
}

/** Removes what builds left that did not get to their end. */
function sweep(root: string): void {
  for (const name of fs.readdirSync(root).filter((entry) => entry.startsWith(UNFINISHED))) {
    const owner = ownerIn(path.join(root, name, "owner.json"));
    if (owner === undefined || !lives(owner)) fs.rmSync(path.join(root, name), { recursive: true, force: true });
  }
}

async function compile(
  part: Part,
  source: string,
  made: string,
  variables: Variables,
  progress: BuildRequest["progress"],
  signal: AbortSignal,
): Promise<void> {
  const linked = Object.entries(part.linked).map(([name, value]) => `-X ${name}=${value}`);
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags", ["-s -w", ...linked].join(" ")];
  const packages = Object.values(part.packages).map(({ path: name }) => name);
  const run = (args: string[], line: (text: string) => void) => go(args, source, variables, line, signal);
  progress({ part: part.name, done: 0, total: 0, doing: "fetching" });
  // What has to be compiled: everything that Go's own cache does not hold.
  let total = 0;
  await run(["list", ...flags, "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", ...packages], (text) => {
    if (text !== "" && !text.startsWith("go: ")) total += 1;
  });
  let done = 0;
  for (const [name, { path: main }] of Object.entries(part.packages))
    await run(["build", "-v", ...flags, "-o", path.join(made, name), main], (text) => {
      if (text.startsWith("go: ") || text.includes(" ")) return;
      done += 1;
      progress({ part: part.name, done, total: Math.max(done, total), doing: "compiling" });
    });
}

/** Lines kept of what Go says: the reason stands in the last ones. */
const WORDS = 12;

/** One run of Go in a folder of its own. Its children die with it: they form a process group. */
function go(
  args: readonly string[],
  folder: string,
  variables: Variables,
  line: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  // The pins decide, not the user's workspace or flags. Where modules come from stays the user's choice.
  const env = { ...variables, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off", GO111MODULE: "on" };
  return new Promise((resolve, reject) => {
    const child = spawn("go", args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const words: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (text) => {
        words.push(text);
        if (words.length > WORDS) words.shift();
        line(text);
      });
    const stop = () => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    child.on("error", (error) => reject(failed(error.message)));
    child.on("close", (code) => {
      signal.removeEventListener("abort", stop);
      if (signal.aborted) return reject(interrupted());
      if (code === 0) return resolve();
      const said = words.filter((text) => !text.startsWith("go: downloading")).join("\n");
      reject(failed(`go ${args[0] ?? ""} ended with ${code ?? "a signal"}:\n${said}`));
    });
  });
}

const failed = (why: string): SlipwayError =>
  new SlipwayError(
    "control-plane-build-failed",
    why,
    "mend what it says (a module proxy that is not reached: see go env GOPROXY), then run it again",
  );

/** Version of Go that will compile the part. @throws SlipwayError when there is none or it is too old. */
async function goVersion(part: Part, variables: Variables, signal: AbortSignal): Promise<string> {
  let said = "";
  try {
    // Asked where the part's go.mod is: Go itself may fetch the toolchain that names.
    await go(["env", "GOVERSION"], path.join(modulesFolder, part.name), variables, (text) => (said = text), signal);
  } catch (error) {
    if (error instanceof SlipwayError && error.code === "control-plane-build-failed") throw noGo(part, error.message);
    throw error;
  }
  const version = coerce(said)?.version ?? "0.0.0";
  if (!gte(version, GO_FLOOR)) throw noGo(part, `it is ${said || "of no known version"}`);
  return version;
}

/** What to do without Go: for the tools that judge alerts another thing than for a control plane. */
const noGo = (part: Part, why: string): SlipwayError =>
  new SlipwayError(
    "go-missing",
    `building ${part.name} needs Go ${GO_FLOOR} or newer on PATH: ${why}`,
    alerting.includes(part)
      ? "install it from https://go.dev/dl, or put promtool and amtool on PATH"
      : "install it from https://go.dev/dl; or put kube-apiserver, etcd (setup-envtest use), kube-controller-manager, kube-scheduler and kwok into one folder and set KUBEBUILDER_ASSETS to it; until then --cluster embedded needs none of them",
    "usage",
  );

const interrupted = (): SlipwayError =>
  new SlipwayError(
    "interrupted",
    "the build was interrupted; nothing of it was kept but Go's own cache",
    "run npm run control-plane again; it goes on from what is compiled",
    "interrupted",
  );

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
