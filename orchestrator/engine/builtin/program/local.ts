import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import * as path from "node:path";
import { SlipwayError } from "../../../errors";
import type { ProgramHost, ProgramResult } from "../model";

/** A program that reported its own error ends with this code (cmd/run of the SDK): nothing is left to say. */
const ALREADY_REPORTED = 32;

export interface LocalProgram {
  /** Folder of Pulumi.yaml. */
  folder: string;
  /** `runtime` of Pulumi.yaml. */
  runtime: string;
  /** `main` of Pulumi.yaml: another folder or file than the project's own. */
  main: string | undefined;
  environment: Readonly<Record<string, string | undefined>>;
  /** Receives what the program prints. */
  say(text: string): void;
}

/** Runs a Node program in a process of its own, the way the CLI's language host does (pulumi.md 6.1). */
export function localProgram({ folder, runtime, main, environment, say }: LocalProgram): ProgramHost {
  return {
    run(request) {
      if (runtime !== "nodejs") {
        throw new SlipwayError(
          "unsupported-runtime",
          `the built-in engine runs nodejs programs, not ${runtime || "programs without a runtime"}`,
          "use an installed Pulumi CLI (--engine pulumi)",
          "usage",
        );
      }
      const place = main === undefined ? folder : path.resolve(folder, main);
      const runner = runnerOf(place);
      const args = [
        runner,
        "--monitor",
        request.monitorAddress,
        "--engine",
        request.engineAddress,
        "--organization",
        request.organization,
        "--project",
        request.project,
        "--stack",
        request.stack,
        "--pwd",
        folder,
        "--parallel",
        String(request.parallel),
        ...(request.dryRun ? ["--dry-run"] : []),
        main === undefined ? "." : place,
      ];
      const child = spawn(process.execPath, args, {
        cwd: folder,
        env: {
          ...process.env,
          ...environment,
          PULUMI_CONFIG: JSON.stringify(request.config),
          PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.configSecretKeys),
          PULUMI_NODEJS_TYPESCRIPT: "true",
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      child.stdout.on("data", (chunk: Buffer) => say(chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => say(chunk.toString()));
      const stop = () => child.kill("SIGTERM");
      if (request.signal.aborted) stop();
      request.signal.addEventListener("abort", stop, { once: true });
      return new Promise<ProgramResult>((resolve) => {
        const done = (result: ProgramResult) => {
          request.signal.removeEventListener("abort", stop);
          resolve(result);
        };
        child.on("error", (error) =>
          done({ ok: false, message: `the program could not be started: ${error.message}` }),
        );
        child.on("close", (code, signal) => {
          if (code === 0) done({ ok: true });
          else if (code === ALREADY_REPORTED)
            done({ ok: false, message: "the program failed; its own message stands above" });
          else
            done({
              ok: false,
              message: `Program exited with ${signal === null ? `non-zero exit code: ${code}` : `signal ${signal}`}`,
            });
        });
      });
    },
  };
}

/** The SDK the program itself would load: two copies in one program break it. */
function runnerOf(place: string): string {
  try {
    return createRequire(path.join(place, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  } catch (cause) {
    throw new SlipwayError(
      "no-sdk",
      `no @pulumi/pulumi is installed for the program in ${place}`,
      "install the program's dependencies (npm ci)",
      "usage",
      { cause },
    );
  }
}
