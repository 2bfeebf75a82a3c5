import { readFileSync } from "node:fs";
import { inviteApproval, recordApproval, statementFile, type ApprovalWork } from "../../promotion/approval/request";
import { NAMESPACE } from "../../promotion/approval/sshsig";
import { SlipwayError } from "../../errors";
import { short } from "../../promotion/words";
import { changes as changesInWords } from "../../report/words";
import type { Invocation } from "../invocation";
import type { ApproveOptions } from "../promotion";
import { requireCheckedOut, wirePromotion } from "../promotion-work";
import type { Terminal } from "../terminal";

/** `slipway approve RELEASE --to ENVIRONMENT`: writes what to sign; with `--signature` records it. */
export async function approveCommand(options: ApproveOptions, invocation: Invocation): Promise<number> {
  const wired = wirePromotion(options, invocation);
  const work: ApprovalWork = { ...wired, release: await wired.store.releases.find(options.release) };
  if (options.signature !== undefined) return record(work, options, options.signature, invocation.terminal);
  await requireCheckedOut(work, work.release, invocation.root);
  return invite(work, invocation.terminal);
}

async function invite(work: ApprovalWork, terminal: Terminal): Promise<number> {
  const { file, text, changes, missing } = await inviteApproval(work);
  const { environment, release } = work;
  terminal.line(`the promotion would do in ${environment}: ${changesInWords({ changes }) || "nothing"}`);
  terminal.line("to sign, to the byte:");
  terminal.line();
  for (const line of text.trimEnd().split("\n")) terminal.line(`    ${line}`);
  terminal.line();
  const sign = `ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n ${NAMESPACE} ${file}`;
  const record = `slipway approve ${short(release)} --to ${environment} --signature ${file}.sig`;
  terminal.line(`it is in ${file}; sign it with your own key, then have it recorded:`);
  terminal.line(`  ${sign}`);
  terminal.line(`  ${record}`);
  for (const line of missing) terminal.line(line);
  terminal.document({
    result: "succeeded",
    exitCode: 0,
    release,
    environment,
    file,
    statement: text,
    sign,
    record,
    missing,
  });
  return 0;
}

async function record(
  work: ApprovalWork,
  options: ApproveOptions,
  signature: string,
  terminal: Terminal,
): Promise<number> {
  const statement = options.statement ?? statementFile(work);
  const { sequence, event } = await recordApproval(work, read(signature), read(statement));
  const person = event.kind === "approved" ? event.person : "";
  terminal.line(`recorded as entry ${sequence}: ${person} approves ${short(work.release)} for ${work.environment}`);
  terminal.document({ result: "succeeded", exitCode: 0, entry: sequence, event });
  return 0;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new SlipwayError(
      "file-unreadable",
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      "name the statement that slipway approve wrote, and the .sig file that ssh-keygen made of it",
      "usage",
      { cause: error },
    );
  }
}
