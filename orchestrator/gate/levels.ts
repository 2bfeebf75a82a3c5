import { readFileSync } from "node:fs";
import type { PackConfig } from "../../policy/config";
import { SlipwayError } from "../errors";

/** What a policy-config file says. @throws SlipwayError `policy-config-unreadable` for one that is no JSON object */
export function readPackConfig(file: string): PackConfig {
  try {
    const parsed = JSON.parse(readFileSync(file, "utf8")) as unknown;
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed as PackConfig;
  } catch (cause) {
    throw unreadable(file, (cause as Error).message);
  }
  throw unreadable(file, "it is no JSON object");
}

const unreadable = (file: string, why: string) =>
  new SlipwayError(
    "policy-config-unreadable",
    `policy config ${file}: ${why}`,
    "correct the file, or name another with --config",
    "usage",
  );
