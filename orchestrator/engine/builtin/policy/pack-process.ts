/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published stubs are untyped */
import { spawn, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { SlipwayError } from "../../../errors";
import { channelOptions } from "../provider/connection";

const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb") as any;

/** A pack compiles and starts in a second or two; one that says nothing for this long never will. */
const START_SECONDS = 60;
/** A pack holds a compiler and its rules and makes little garbage: left to itself its heap would be twice as large. */
const MEMORY = ["--max-semi-space-size=4", "--heap-growing-percent=20"];
/** Lines of a failed pack's own output that go into the error. */
const TAIL_LINES = 15;

/** A policy pack in its own process, behind the SDK's runner (pulumi.md 6.2). */
export class PackProcess {
  private constructor(
    readonly place: string,
    private readonly child: ChildProcess,
    private readonly client: any,
  ) {}

  static async start(
    place: string,
    facts: {
      organization: string;
      project: string;
      stack: string;
      dryRun: boolean;
      config: Readonly<Record<string, string>>;
    },
  ): Promise<PackProcess> {
    if (!fs.existsSync(place))
      throw new SlipwayError(
        "no-policy-pack",
        `there is no policy pack at ${place}`,
        "correct the path of --policy-pack",
        "usage",
      );
    const directory = fs.statSync(place).isDirectory();
    const [command, args] = directory
      ? [process.execPath, [...MEMORY, runnerOf(place), "127.0.0.1:1", place]]
      : [place, ["127.0.0.1:1"]];
    const child = spawn(command, args, {
      cwd: directory ? place : process.cwd(),
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...(directory ? compileCache(place) : {}),
        ...process.env,
        PULUMI_NODEJS_ORGANIZATION: facts.organization,
        PULUMI_NODEJS_PROJECT: facts.project,
        PULUMI_NODEJS_STACK: facts.stack,
        PULUMI_NODEJS_DRY_RUN: String(facts.dryRun),
        PULUMI_NODEJS_TYPESCRIPT: "true",
        ...(Object.keys(facts.config).length > 0 ? { PULUMI_CONFIG: JSON.stringify(facts.config) } : {}),
      },
    });
    try {
      const port = await announcedPort(place, child);
      return new PackProcess(
        place,
        child,
        new AnalyzerClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), channelOptions),
      );
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  ask(method: string, request: unknown): Promise<any> {
    return new Promise((resolve, reject) =>
      this.client[method](request, (error: grpc.ServiceError | null, reply: unknown) => {
        if (error === null) return resolve(reply);
        reject(
          new SlipwayError(
            "policy-pack-failed",
            `policy pack ${this.place} failed in ${method}: ${error.details || error.message}`,
            "correct the pack; nothing was touched",
            "engine",
            { cause: error },
          ),
        );
      }),
    );
  }
  /** For calls older packs do not have. */
  async askIfOffered(method: string, request: unknown): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      this.client[method](request, (error: grpc.ServiceError | null) =>
        error === null || error.code === grpc.status.UNIMPLEMENTED ? resolve() : reject(error),
      ),
    );
  }

  async close(): Promise<void> {
    this.client.close();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill();
    await ended;
  }
}

function runnerOf(pack: string): string {
  try {
    return createRequire(path.join(pack, "package.json")).resolve("@pulumi/pulumi/cmd/run-policy-pack");
  } catch (cause) {
    throw new SlipwayError(
      "no-sdk",
      `the policy pack ${pack} has no @pulumi/pulumi`,
      "install the pack's dependencies",
      "usage",
      { cause },
    );
  }
}

/**
 * Where Node keeps what it compiles of the runner and its packages: a TypeScript compiler is most of a start. Beside
 * the pack's packages, for nobody else to write; a pack that asks Node to flush fills it. Nowhere is no mistake.
 */
function compileCache(pack: string): { NODE_COMPILE_CACHE?: string } {
  try {
    const sdk = createRequire(path.join(pack, "package.json")).resolve("@pulumi/pulumi/package.json");
    const folder = path.join(sdk, "../../..", ".cache", "slipway-policy");
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    return { NODE_COMPILE_CACHE: path.join(folder, "compiled") };
  } catch {
    return {};
  }
}

/** The first line on stdout is the port; everything before an early end is the reason. */
function announcedPort(place: string, child: ChildProcess): Promise<number> {
  let out = "";
  let err = "";
  return new Promise<number>((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      const tail = (err || out).trim().split("\n").slice(-TAIL_LINES).join("\n");
      reject(
        new SlipwayError(
          "policy-pack-broken",
          `policy pack ${place} did not start: ${why}${tail === "" ? "" : `\n${tail}`}`,
          "correct the pack, then run again; nothing was touched",
          "engine",
        ),
      );
    };
    const timer = setTimeout(() => fail(`it said nothing for ${START_SECONDS} s`), START_SECONDS * 1000);
    child.stdout?.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      const line = /^(\d+)\r?\n/.exec(out);
      if (line === null) {
        if (out.includes("\n")) fail("its first line is no port");
        return;
      }
      clearTimeout(timer);
      resolve(Number(line[1]));
    });
    child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.on("error", (error) => fail(error.message));
    child.on("exit", (code, signal) => fail(`it ended with ${signal ?? `exit code ${code}`}`));
  });
}
