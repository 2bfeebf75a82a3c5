import * as fs from "node:fs";
import * as path from "node:path";

/** The standards' own cases (kubernetes/pod-security-admission, Apache-2.0), where they lie beside the project. */
const file = path.join(__dirname, "..", "..", "..", "..", "shared", "conformance", "pod-security-standards.jsonl");

export interface Row {
  readonly id: string;
  readonly rule: string;
  readonly expect: "pass" | "fail";
  readonly level: "baseline" | "restricted";
  readonly manifest: Record<string, unknown>;
}

/** Rules that hold the profile baseline. */
export const BASELINE = [
  "apparmor-profiles-are-kept",
  "containers-add-only-safe-capabilities",
  "containers-are-unprivileged",
  "containers-keep-proc-masked",
  "pods-stay-off-the-host",
  "ports-stay-off-the-host",
  "probes-stay-in-the-pod",
  "selinux-options-are-safe",
  "sysctls-are-safe",
  "volumes-stay-off-the-host",
];
/** Rules that hold the profile restricted. */
export const RESTRICTED = [
  ...BASELINE,
  "containers-do-not-escalate",
  "containers-drop-capabilities",
  "containers-run-as-non-root",
  "containers-use-seccomp",
  "volumes-are-of-safe-types",
];

/** Every row; none where the folder is not at hand. */
export function podSecurityRows(): Row[] {
  if (!fs.existsSync(file)) return [];
  const lines = fs.readFileSync(file, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Row);
}
