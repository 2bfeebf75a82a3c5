import { loadConfig } from "./config";
import { buildInPhases, buildPlatform, type MayGoOn, type ProgramOutputs } from "./platform";

/**
 * The program: what `pulumi up` runs whole. In a first build the orchestrator hands it to the Automation API in part: the
 * phases up to a number, or one after the other as it is told.
 */
export = (part?: number | MayGoOn): Promise<Partial<ProgramOutputs>> =>
  typeof part === "function" ? buildInPhases(loadConfig(), part) : Promise.resolve(buildPlatform(loadConfig(), part));
