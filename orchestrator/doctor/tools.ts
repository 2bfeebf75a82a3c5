import { coerce, gte, type SemVer } from "semver";
import type { DoctorItem } from "../rollout/context";
import type { Shell } from "./shell";

interface Tool {
  readonly name: string;
  readonly args: readonly string[];
  /** Least supported version. */
  readonly least: string;
  readonly why: string;
}

/**
 * Tools a platform engineer works with beside Slipway. No command of Slipway runs them, so their absence is a warning
 * (A0.3). Floors: kubectl supports one minor either way of the oldest offered control plane; helm 3 is the first
 * without Tiller; aws 2 is the maintained line; jq 1.6 is what every distribution has.
 */
const companions: readonly Tool[] = [
  { name: "kubectl", args: ["version", "--client", "--output=json"], least: "1.33.0", why: "to look into a cluster" },
  { name: "helm", args: ["version", "--short"], least: "3.0.0", why: "to look at a release" },
  { name: "aws", args: ["--version"], least: "2.0.0", why: "to look into the account" },
  { name: "jq", args: ["--version"], least: "1.6.0", why: "to read reports in scripts" },
];

/** Presence and version of each companion tool, asked at once. */
export async function examineTools(shell: Shell): Promise<DoctorItem[]> {
  return Promise.all(companions.map((tool) => examineTool(tool, shell)));
}

async function examineTool({ name, args, least, why }: Tool, shell: Shell): Promise<DoctorItem> {
  const item = { name, requirement: "A0.3" };
  const { ok, absent, text } = await shell(name, args);
  const remedy = `install ${name} ${least} or newer ${why}; Slipway itself does not run it`;
  if (!ok) {
    return { ...item, status: "warning", detail: absent ? "not installed" : `does not answer: ${text}`, remedy };
  }
  const version = versionIn(text);
  if (version === null) return { ...item, status: "warning", detail: "says no version", remedy };
  if (!gte(version, least)) return { ...item, status: "warning", detail: `${version.version} is too old`, remedy };
  return { ...item, status: "ok", detail: version.version };
}

function versionIn(text: string): SemVer | null {
  return coerce(/\d+\.\d+(?:\.\d+)?/.exec(text)?.[0]);
}
