import type { EngineEventPayload } from "../model";

const words: Readonly<Record<string, { sign: string; doing: string; done: string }>> = {
  same: { sign: " ", doing: "", done: "unchanged" },
  create: { sign: "+", doing: "creating", done: "created" },
  update: { sign: "~", doing: "updating", done: "updated" },
  delete: { sign: "-", doing: "deleting", done: "deleted" },
  replace: { sign: "+-", doing: "replacing", done: "replaced" },
  "create-replacement": { sign: "++", doing: "creating replacement", done: "created replacement" },
  "delete-replaced": { sign: "--", doing: "deleting original", done: "deleted original" },
  read: { sign: ">", doing: "reading", done: "read" },
  refresh: { sign: "~", doing: "refreshing", done: "refreshed" },
  import: { sign: "=", doing: "importing", done: "imported" },
};

interface Metadata {
  op: string;
  type: string;
  urn: string;
}

/** The text a person reads while an operation runs: one line per step, in the manner of the CLI. */
export function narrate(event: EngineEventPayload, stack: string): { out?: string; err?: string } {
  const pre = event["resourcePreEvent"] as { metadata: Metadata } | undefined;
  if (pre !== undefined) return { out: line(pre.metadata, "doing") };
  const finished = event["resOutputsEvent"] as { metadata: Metadata; planning?: boolean } | undefined;
  if (finished !== undefined && finished.planning !== true) return { out: line(finished.metadata, "done") };
  const failed = event["resOpFailedEvent"] as { metadata: Metadata } | undefined;
  if (failed !== undefined) return { out: ` ** ${failed.metadata.type} ${name(failed.metadata.urn)} failed\n` };
  const diagnostic = event["diagnosticEvent"] as
    { severity: string; prefix: string; message: string; urn?: string } | undefined;
  if (diagnostic !== undefined && diagnostic.severity !== "debug") {
    const about = diagnostic.urn === undefined || diagnostic.urn === "" ? stack : name(diagnostic.urn);
    return { err: `${diagnostic.prefix}${about}: ${diagnostic.message}` };
  }
  const policy = event["policyEvent"] as
    { enforcementLevel: string; policyName: string; resourceUrn: string; message: string } | undefined;
  if (policy !== undefined)
    return {
      out: `[${policy.enforcementLevel}]  ${policy.policyName}  (${name(policy.resourceUrn)})\n  ${policy.message.trimEnd().replaceAll("\n", "\n  ")}\n`,
    };
  return {};
}

function line(metadata: Metadata, tense: "doing" | "done"): string {
  const word = words[metadata.op] ?? { sign: " ", doing: metadata.op, done: metadata.op };
  return word[tense] === "" || (metadata.op === "same" && tense === "done")
    ? ""
    : ` ${word.sign.padEnd(2)} ${metadata.type} ${name(metadata.urn)} ${word[tense]}\n`;
}
function name(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** `Resources:` and the counts, as the CLI ends. */
export function summarise(changes: Readonly<Record<string, number>>, preview: boolean): string {
  const lines = Object.entries(changes)
    .filter(([op, count]) => op !== "same" && count > 0)
    .map(([op, count]) => `    ${words[op]?.sign ?? " "} ${count} ${preview ? `to ${op}` : (words[op]?.done ?? op)}\n`);
  const same = changes["same"] ?? 0;
  return `Resources:\n${lines.join("")}${same > 0 ? `    ${same} unchanged\n` : ""}`;
}
