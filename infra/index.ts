import { loadConfig } from "./config";
import { buildPlatform, type ProgramOutputs } from "./platform";

/** The program: what `pulumi up` runs whole, and the orchestrator hands to the Automation API, in a first build in part. */
export = (through?: number): Promise<Partial<ProgramOutputs>> => Promise.resolve(buildPlatform(loadConfig(), through));
