import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { useFolder } from "../support/folder";
import { bundled, openWorld, PLAYED, THINGS_PER_PHASE } from "../support/mini-rollout";
import { root } from "../support/pulumi";

const THINGS = PLAYED.length * THINGS_PER_PHASE;
/** The program and what Node keeps of it compiled, for all runs of this file. */
const programs = mkdtempSync(path.join(os.tmpdir(), "slipway-test-"));
let script = "";
before(async () => {
  symlinkSync(path.join(root, "node_modules"), path.join(programs, "node_modules"));
  script = await bundled(programs);
});
after(() => rmSync(programs, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** One rollout in a process of its own; `watch` sees what it prints and may signal it. `more` are further arguments. */
function rollout(
  folder: string,
  command: string,
  watch: (child: ChildProcess, out: string, err: string) => void,
  more: readonly string[] = [],
): Promise<Ended> {
  const child = spawn(process.execPath, [script, folder, command, ...more], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_COMPILE_CACHE: path.join(programs, "compiled") },
  });
  let out = "";
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
    watch(child, out, err);
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    watch(child, out, err);
  });
  return new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal, out, err })));
}
const undisturbed = (folder: string, command = "bootstrap") => rollout(folder, command, () => undefined);

/** The stack's resources without what differs from run to run: times and ids. */
function stateOf(folder: string): string[] {
  const file = path.join(folder, "state", "rehearsal", "backend", ".pulumi", "stacks", "slipway", "dev.json");
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
    checkpoint: { latest: { resources?: { urn: string; inputs?: unknown }[]; pending_operations?: unknown[] } };
  };
  expect(checkpoint.latest.pending_operations ?? []).to.deep.equal([]);
  return (checkpoint.latest.resources ?? [])
    .filter(({ urn }) => !urn.includes("pulumi:providers:"))
    .map(({ urn, inputs }) => `${urn} ${JSON.stringify(inputs ?? {})}`)
    .toSorted();
}

/** Everything made once, and known to the state under the id it has in the world. */
function expectWhole(folder: string, expected: readonly string[], what: string): void {
  const things = openWorld(folder).things();
  expect(things.size, what).to.equal(THINGS);
  for (const [urn, ids] of things) expect(ids, `${what}: ${urn}`).to.have.length(1);
  expect(stateOf(folder), what).to.deep.equal(expected);
}

/** Pseudo-random and the same every time, so that a failure can be run again. */
function* moments(count: number): Generator<number> {
  let seed = 20261121;
  for (let index = 0; index < count; index++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    yield seed / 2147483648;
  }
}

/** Kills a run at this moment (0 to 1 of its work), resumes it and looks at the end. Tells whether the kill met it. */
async function killAndResume(place: string, moment: number, expected: readonly string[]): Promise<boolean> {
  // After this many things were made, and then at some instant of the next one.
  const after = Math.floor(moment * THINGS);
  let aimed = false;
  const first = await rollout(place, "bootstrap", (child) => {
    if (aimed) return;
    aimed = true;
    const poll = setInterval(() => {
      if (child.exitCode !== null) return clearInterval(poll);
      if (openWorld(place).made() < after) return;
      clearInterval(poll);
      setTimeout(() => child.kill("SIGKILL"), (moment * 1000) % 8);
    }, 2);
  });
  const second = await undisturbed(place);
  expect(second.code, `killed at ${moment}: ${second.out}${second.err}`).to.equal(0);
  const met = first.signal === "SIGKILL" && !first.out.includes("end dev/settle");
  const finished = [...first.out.matchAll(/^end (\S+) succeeded/gm)].map(([, id]) => id);
  const repeated = finished.filter((id) => id !== "dev/preflight" && second.out.includes(`begin ${id}\n`));
  // After a run that had ended before the kill reached it, the second is a new one and does everything.
  if (met) expect(repeated).to.deep.equal([]);
  expectWhole(place, expected, `killed at ${moment}, after ${after} things`);
  return met;
}

describe("a run that is killed", () => {
  const folder = useFolder();
  const at = (name: string) => path.join(folder(), name);

  it("at 50 random moments ends, resumed, as an undisturbed one with nothing made twice", async () => {
    await undisturbed(at("reference"));
    const expected = stateOf(at("reference"));
    const all = [...moments(50)].entries();
    let killed = 0;
    // One worker per core of the smallest machine; each takes the next moment when it has finished one.
    const worker = async () => {
      for (const [index, moment] of all) killed += Number(await killAndResume(at(`kill-${index}`), moment, expected));
    };
    await Promise.all([worker(), worker()]);
    // How many kills come too late depends on the machine; a test in which all do would prove nothing.
    expect(killed, "kills met a running rollout").to.be.greaterThan(10);
  });

  it("may be killed again while it resumes", async () => {
    await undisturbed(at("reference"));
    for (const after of [3, 9, 15]) {
      await rollout(at("twice"), "bootstrap", (child) => {
        if (openWorld(at("twice")).made() >= after) child.kill("SIGKILL");
      });
    }
    expect((await undisturbed(at("twice"))).code).to.equal(0);
    expectWhole(at("twice"), stateOf(at("reference")), "killed three times");
  });

  it("while it takes everything down ends, resumed, with nothing left", async () => {
    await undisturbed(at("gone"));
    const made = openWorld(at("gone")).made();
    await rollout(at("gone"), "destroy", (child) => {
      if (openWorld(at("gone")).made() >= made + 7) child.kill("SIGKILL");
    });
    const { code, out, err } = await undisturbed(at("gone"), "destroy");
    expect(code, out + err).to.equal(0);
    expect(openWorld(at("gone")).things().size).to.equal(0);
  });
});

describe("a run that is interrupted", () => {
  const folder = useFolder();
  /** Signals the run as soon as it builds its second phase. */
  const interrupt = (signal: NodeJS.Signals) => {
    let sent = false;
    return rollout(folder(), "bootstrap", (child, out) => {
      if (sent || !out.includes("begin dev/up/Cluster\n")) return;
      sent = child.kill(signal);
    });
  };
  /** Signals a run that waits for a thing the world never answers for, and again once it has said what it got. */
  const interruptTwice = () => {
    const seen = { first: false, second: false };
    const watch = (child: ChildProcess, _out: string, err: string) => {
      if (!seen.first && err.includes("stuck at ")) seen.first = child.kill("SIGINT");
      if (!seen.second && err.includes("interrupted: ")) seen.second = child.kill("SIGINT");
    };
    return rollout(folder(), "bootstrap", watch, [`${THINGS_PER_PHASE + 1}`]);
  };

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`once by ${signal} ends what runs cleanly, exits with 130 and can be continued`, async () => {
      const { code, out, err } = await interrupt(signal);
      expect(code, out + err).to.equal(130);
      expect(err).to.include("run the same command again to continue");
      for (const ids of openWorld(folder()).things().values()) expect(ids).to.have.length(1);
      const again = await undisturbed(folder());
      expect(again.code, again.out).to.equal(0);
      expect(again.out).to.not.include("begin dev/up/Network\n");
      // Ended cleanly, nothing was left pending: the resume had nothing to adopt.
      expect(again.out).to.not.include("adopted");
      expect(openWorld(folder()).things().size).to.equal(THINGS);
    });
  }

  it("twice stops at once though a call never ends, exits with 130 and can be continued with nothing made twice", async () => {
    const { code, out, err } = await interruptTwice();
    expect(code, out + err).to.equal(130);
    expect(err).to.include("stopping now");
    const again = await undisturbed(folder());
    expect(again.code, again.out + again.err).to.equal(0);
    const things = openWorld(folder()).things();
    expect(things.size).to.equal(THINGS);
    for (const [urn, ids] of things) expect(ids, urn).to.have.length(1);
  });
});

describe("two runs at once", () => {
  const folder = useFolder();

  it("end with one that runs and one that is refused with 4, naming the other", async () => {
    let second: Promise<Ended> | undefined;
    const first = await rollout(folder(), "bootstrap", (child, out) => {
      if (second || !out.includes("begin dev/up/Network\n")) return;
      second = undisturbed(folder());
      expect(child.pid).to.be.a("number");
    });
    const refused = await second;
    expect(first.code).to.equal(0);
    expect(refused?.code, refused?.err).to.equal(4);
    expect(refused?.err).to.include("lease-held");
    expect(openWorld(folder()).things().size).to.equal(THINGS);
  });
});
