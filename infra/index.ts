import { loadConfig } from "./config";
import { buildPlatform } from "./platform";

/** The program: what `pulumi up` runs, and what the orchestrator hands to the Automation API. */
export = (): Promise<ReturnType<typeof buildPlatform>> => Promise.resolve(buildPlatform(loadConfig()));
