import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { Module } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { buildSync } from "esbuild";
import type * as Face from "../policy/crossguard";
import { Evaluator } from "../policy/evaluate";
import { Check } from "../policy/manifest/check";
import { tokenOf } from "../policy/kind";
import { rules } from "../policy/rules";
import type * as Table from "../policy/rules";
import { Subject } from "../policy/subject";
import type { Fields } from "../policy/value";
import { cases } from "../test/policy/cases";
import { deployment } from "../test/policy/cases/case";
import { version } from "../package.json";
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
const messages = require("@pulumi/pulumi/proto/analyzer_pb") as any;
const { Struct } = require("google-protobuf/google/protobuf/struct_pb") as any;

const TODAY = "2026-06-15";
const root = path.join(__dirname, "..");
/** A run is repeated and the best kept: what else the machine does is not what is measured. */
const RUNS = 5;

interface Thing {
  readonly type: string;
  readonly props: object;
}
const clone = (name: number): Thing => {
  const whole = deployment();
  whole.metadata = { name: `app-${name}`, namespace: `team-${name % 50}` };
  return { type: "kubernetes:apps/v1:Deployment", props: whole };
};

async function best(run: () => number | Promise<number>): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < RUNS; i++) least = Math.min(least, await run());
  return least;
}
/** Seconds of processor time of this process: what one core takes, whatever else the machine does. */
async function spent(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
const told = (what: string, figure: string, goal: string, ratio: number) =>
  console.log(`  ${what.padEnd(58)} ${figure.padStart(16)}  (goal ${goal}, ratio ${ratio.toFixed(2)})`);

/** The pure evaluator: manifests of two-container Deployments, every rule. */
async function benchEvaluator(): Promise<void> {
  const things = Array.from({ length: 10_000 }, (_, index) => clone(index));
  const seconds = await best(() => {
    const evaluator = new Evaluator({ rules, environment: "production" });
    const subjects = things.map(({ type, props }, index) => new Subject(`u${index}`, type, "it", props as Fields));
    return spent(() => subjects.forEach((subject) => evaluator.resource(subject)));
  });
  const rate = things.length / seconds;
  told("pure evaluator, workload manifests a second", `${Math.round(rate)}/s`, "50,000/s", rate / 50_000);
}

/** The pack's face as its entry loads it: in one file, without what a TypeScript loader adds to every function. */
function bundled(): typeof Face & typeof Table {
  const contents = 'export * from "./crossguard"; export { rules } from "./rules";';
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: path.join(root, "policy") },
    bundle: true,
    platform: "node",
    format: "cjs",
    packages: "external",
    write: false,
  });
  const loaded = new Module(path.join(root, "policy", "bench.cjs"), module) as Module & {
    _compile(source: string, file: string): void;
  };
  loaded.paths = module.paths;
  loaded._compile(outputFiles[0]?.text ?? "", loaded.id);
  return loaded.exports as ReturnType<typeof bundled>;
}

/** The SDK's own handler in this process, every rule mandatory. */
async function benchSdk(): Promise<void> {
  const { crossguard, shareProperties, rules } = bundled();
  shareProperties(require("@pulumi/policy/deserialize") as object);
  const { makeAnalyzeRpcFun } = require("@pulumi/policy/server") as any;
  const run = async (things: readonly Thing[], idle = false): Promise<number> => {
    const own = crossguard(rules, TODAY);
    // As many policies that do nothing: what the SDK itself takes to hand a resource around.
    const policies = idle
      ? own.map((policy) => ({
          ...policy,
          ...("validateResource" in policy && { validateResource: idling(policy.name, things[0]?.type) }),
        }))
      : own;
    const handler = makeAnalyzeRpcFun("slipway", "0.1.0", "mandatory", policies);
    const requests = things.map(({ type, props }, index) => {
      const message = new messages.AnalyzeRequest();
      message.setType(type);
      message.setUrn(`urn:pulumi:dev::app::${type}::${index}`);
      message.setName(String(index));
      message.setOptions(new messages.AnalyzerResourceOptions());
      message.setProperties(Struct.fromJavaScript(JSON.parse(JSON.stringify(props))));
      return message;
    });
    const each = (request: unknown) =>
      new Promise<void>((resolve, reject) =>
        handler({ request }, (error: Error | null) => (error ? reject(error) : resolve())),
      );
    return (
      (await spent(async () => {
        for (const request of requests) await each(request);
      })) / things.length
    );
  };
  const stack = stackLike();
  const mixed = await best(() => run(stack));
  told("SDK in process, a resource of a platform's stack", `${(mixed * 1e6).toFixed(0)} µs`, "100 µs", mixed / 100e-6);
  const workloads = Array.from({ length: 1000 }, (_, index) => clone(index));
  const pods = await best(() => run(workloads));
  told(
    "SDK in process, a Deployment (every rule about pods)",
    `${(pods * 1e6).toFixed(0)} µs`,
    "100 µs",
    pods / 100e-6,
  );
  const floor = await best(() => run(workloads, true));
  const figure = `${(floor * 1e6).toFixed(0)} µs`;
  console.log(`  ${"of which the SDK, with as many policies that do nothing".padEnd(58)} ${figure.padStart(16)}`);
}

/** A policy that does nothing, for the types its rule is for. */
function idling(name: string, type = ""): () => void {
  const rule = rules.find((one) => one.name === name);
  const concerned = rule?.scope === "resource" && rule.applies(type);
  return Object.assign(() => undefined, concerned ? {} : { __pulumiType: "none" });
}

/** Resources in the proportions of the platform's own production stack (test/golden/production.txt). */
function stackLike(): Thing[] {
  const types = fs
    .readFileSync(path.join(root, "test", "golden", "production.txt"), "utf8")
    .split("\n")
    .flatMap((line) => line.split(/\s+/)[0] || []);
  const known = new Map<string, object>();
  for (const given of cases.flatMap(({ pass }) => Object.values(pass)).flat() as any[]) {
    const type = given.type ?? tokenOf(given.apiVersion, given.kind);
    if (!known.has(type)) known.set(type, given.props ?? given);
  }
  return Array.from({ length: 8 }, () =>
    types.map((type) => ({ type, props: known.get(type) ?? { tags: { a: "b" }, metadata: { name: "it" } } })),
  ).flat();
}

/** User and system time of a process so far, from /proc; 0 where there is none. Clock ticks are hundredths of a second. */
function processorSeconds(pid: number): number {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

/** From the start of the SDK's runner to the port it announces. */
async function benchStart(): Promise<void> {
  const once = (folder: string, given: NodeJS.ProcessEnv) =>
    new Promise<{ wall: number; processor: number }>((resolve, reject) => {
      const started = process.hrtime.bigint();
      const runner = spawn(
        process.execPath,
        [require.resolve("@pulumi/pulumi/cmd/run-policy-pack"), "127.0.0.1:1", folder],
        {
          cwd: folder,
          stdio: ["ignore", "pipe", "inherit"],
          env: { ...process.env, PULUMI_NODEJS_TYPESCRIPT: "true", NODE_OPTIONS: "", ...given },
        },
      );
      runner.once("error", reject);
      runner.stdout.once("data", () => {
        const wall = Number(process.hrtime.bigint() - started) / 1e9;
        const processor = processorSeconds(runner.pid ?? 0);
        runner.once("exit", () => resolve({ wall, processor }));
        runner.kill();
      });
    });
  const least = async (folder: string, given: NodeJS.ProcessEnv = {}) => {
    const runs = [];
    for (let i = 0; i < RUNS; i++) runs.push(await once(folder, given));
    return {
      wall: Math.min(...runs.map(({ wall }) => wall)),
      processor: Math.min(...runs.map(({ processor }) => processor)),
    };
  };
  // What the SDK's runner takes with a pack that has nothing in it and loads the SDK as it comes, beside this one.
  const empty = fs.mkdtempSync(path.join(root, "node_modules", ".cache-policy-"));
  fs.writeFileSync(path.join(empty, "package.json"), '{"name":"empty","version":"0.0.1","main":"index.js"}');
  fs.writeFileSync(path.join(empty, "PulumiPolicy.yaml"), "runtime: nodejs\n");
  fs.writeFileSync(
    path.join(empty, "index.js"),
    'new (require("@pulumi/policy").PolicyPack)("empty", { policies: [] });',
  );
  try {
    const own = await least(path.join(root, "policy"));
    // As the built-in engine starts it, with Node's cache of what the runner itself compiles.
    const compiled = path.join(empty, "compiled");
    const engine = await least(path.join(root, "policy"), { NODE_COMPILE_CACHE: compiled });
    const plainly = await least(empty);
    told("pack start, as the Pulumi CLI starts it", `${own.wall.toFixed(2)} s`, "0.7 s", own.wall / 0.7);
    told("pack start, as the built-in engine does", `${engine.wall.toFixed(2)} s`, "0.7 s", engine.wall / 0.7);
    const beside = `${plainly.wall.toFixed(2)} s`;
    console.log(`  ${"an empty pack that loads the SDK as it comes".padEnd(58)} ${beside.padStart(16)}`);
    const times = [own, engine, plainly].map(({ processor }) => processor.toFixed(2)).join(", ");
    console.log(`  ${"processor time of the three".padEnd(58)} ${`${times} s`.padStart(16)}`);
  } finally {
    fs.rmSync(empty, { recursive: true, force: true });
  }
}

/** `policy check` of one file, from text to verdict, with the memory it keeps. */
async function benchCheck(): Promise<void> {
  const { stringify } = await import("yaml");
  const sizes = [1_000, 10_000];
  const grown: number[] = [];
  for (const size of sizes) {
    const one = stringify(clone(0).props);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-bench-policy-"));
    const file = path.join(folder, "all.yaml");
    fs.writeFileSync(
      file,
      Array.from({ length: size }, (_, index) => one.replace("app-0", `app-${index}`)).join("---\n"),
    );
    let kept = 0;
    const seconds = await best(async () => {
      global.gc?.();
      const before = process.memoryUsage().heapUsed;
      const check = new Check({ rules, environment: "production", config: {}, today: TODAY, version });
      const stream = fs.createReadStream(file);
      stream.setEncoding("utf8");
      const took = await spent(async () => {
        await check.file(file, stream as AsyncIterable<string>);
        check.report();
      });
      global.gc?.();
      kept = process.memoryUsage().heapUsed - before;
      return took;
    });
    grown.push(kept / size);
    if (size === 10_000)
      told("policy check of 10,000 manifests in one file", `${seconds.toFixed(2)} s`, "2 s", seconds / 2);
    fs.rmSync(folder, { recursive: true, force: true });
  }
  if (global.gc)
    console.log(
      `  ${"memory kept per manifest, 1,000 and 10,000 (flat when equal)".padEnd(58)} ${grown
        .map((one) => `${(one / 1024).toFixed(1)} KiB`)
        .join(", ")
        .padStart(16)}`,
    );
}

/** Figures of the policy pack against their goals (issue 6, Numbers). */
export async function benchPolicy(): Promise<void> {
  console.log(`\npolicy pack, ${rules.length} rules`);
  await benchEvaluator();
  await benchSdk();
  await benchCheck();
  await benchStart();
}

if (require.main === module) void benchPolicy();
