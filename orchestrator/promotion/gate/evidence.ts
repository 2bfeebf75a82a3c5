import path from "node:path";
import type { Redactor } from "../../report/redact";
import { writeFileWhole } from "../../rollout/files";
import { digestOf } from "../canonical";

/** Keeps what proved something, by its digest, and says the digest. */
export type Keep = (output: string) => string;

/** The end of an output says how it went; a gate that writes without end must not fill the disk. */
const MOST_BYTES = 1024 * 1024;

/** Evidence beside the ledger, which holds the digest: one file each, without secrets, never rewritten. */
export function keepEvidence(folder: string, redactor: Pick<Redactor, "text">): Keep {
  return (output) => {
    const bytes = Buffer.from(redactor.text(output));
    const kept = bytes.length <= MOST_BYTES ? bytes : bytes.subarray(bytes.length - MOST_BYTES);
    const text = kept.toString("utf8");
    const digest = digestOf(text);
    writeFileWhole(path.join(folder, `${digest.replace("sha256:", "")}.log`), text);
    return digest;
  };
}
