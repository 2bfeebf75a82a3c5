import { version } from "../../package.json";
import { SlipwayError } from "../errors";
import type { Engine } from "../rollout/engine";
import { installedEngine, type InstalledRequest } from "./installed";

export interface EngineRequest extends InstalledRequest {
  readonly engine: "auto" | "pulumi" | "builtin";
  readonly target: "rehearsal" | "aws";
}

/**
 * Which Pulumi runs the program (design.md, Engine): `auto` takes the installed CLI when a usable one is there, else the
 * built-in engine for rehearsals. Only the CLI may touch a real account.
 * @throws SlipwayError when what was asked for cannot be had, with how to get it.
 */
export async function selectEngine(request: EngineRequest): Promise<Engine> {
  const { engine, target, root } = request;
  if (engine === "builtin") {
    refuseContradictions(target, root);
    return builtinEngine(request);
  }
  try {
    return await installedEngine(request);
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
    // A root that was named is meant: falling back would run something else than was asked for.
    if (engine === "pulumi" || root !== undefined) throw error;
    if (target === "aws")
      throw new SlipwayError(error.code, `the aws target needs the Pulumi CLI: ${error.message}`, error.fix, "engine");
    return builtinEngine(request, error.code === "pulumi-missing" ? undefined : error.message);
  }
}

function refuseContradictions(target: EngineRequest["target"], root: string | undefined): void {
  if (target === "aws")
    throw new SlipwayError(
      "builtin-is-for-rehearsals",
      "the built-in engine is a rehearsal engine and never touches a real account",
      "leave --engine out and install the Pulumi CLI, or use --target rehearsal",
      "usage",
    );
  if (root !== undefined)
    throw new SlipwayError(
      "pulumi-root-not-applicable",
      "--pulumi-root names a Pulumi CLI, and --engine builtin uses none",
      "leave one of the two out",
      "usage",
    );
}

/** Loaded on first use: a machine with the CLI never reads the built-in engine's code. */
async function builtinEngine(request: EngineRequest, insteadOf?: string): Promise<Engine> {
  const [{ createBuiltinEngine }, { listening }, { nearbyProgram }, { standstill }] = await Promise.all([
    import("./builtin/engine.js"),
    import("./builtin/command/event-log.js"),
    import("./builtin/program/nearby.js"),
    import("./builtin/program/standstill.js"),
  ]);
  const builtin = createBuiltinEngine({ environment: request.variables });
  return {
    kind: "builtin",
    version: builtin.version.version,
    label: `built-in rehearsal engine ${version}${insteadOf === undefined ? "" : ` (${insteadOf})`}`,
    command: () => Promise.resolve(builtin.pulumiCommand),
    nearby: nearbyProgram,
    listening,
    standstill,
    interrupt: (how) => builtin.interrupt(how),
  };
}
