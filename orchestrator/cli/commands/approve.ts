import { readFileSync } from "node:fs";
import {
  inviteApproval,
  recordApproval,
  recordGithub,
  statementFile,
  type ApprovalWork,
} from "../../promotion/approval/request";
import { NAMESPACE } from "../../promotion/approval/sshsig";
import { parseStatement } from "../../promotion/approval/statement";
import { approvalLine, type GithubSource } from "../../promotion/github/approvals";
import { SlipwayError } from "../../errors";
import { short } from "../../promotion/words";
import { changes as changesInWords } from "../../report/words";
import type { Invocation } from "../invocation";
import { requireGithub } from "../github";
import type { ApproveOptions } from "../promotion";
import { requireCheckedOut, wirePromotion } from "../promotion-work";
import type { Terminal } from "../terminal";

/** `slipway approve RELEASE --to ENVIRONMENT`: writes what to sign; with `--signature` records it. */
export async function approveCommand(options: ApproveOptions, invocation: Invocation): Promise<number> {
  const wired = wirePromotion(options, invocation);
  const work: ApprovalWork = { ...wired, release: await wired.store.releases.find(options.release) };
  if (options.signature !== undefined) return record(work, options, options.signature, invocation.terminal);
  const { githubReview, githubRun } = options;
  if (githubReview !== undefined) {
    return recordFrom({ kind: "review", subject: githubReview }, work, options, invocation);
  }
  if (githubRun !== undefined) {
    return recordFrom({ kind: "environment", subject: githubRun }, work, options, invocation);
  }
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
  const line = approvalLine(parseStatement(text));
  if (work.rules.github !== undefined) {
    terminal.line(`or approve on GitHub with this line in the review, or in the environment's comment: ${line}`);
  }
  for (const one of missing) terminal.line(one);
  terminal.document({
    result: "succeeded",
    exitCode: 0,
    release,
    environment,
    file,
    statement: text,
    sign,
    record,
    github: line,
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

async function recordFrom(
  source: GithubSource,
  work: ApprovalWork,
  options: ApproveOptions,
  { terminal, variables }: Invocation,
): Promise<number> {
  const statement = read(options.statement ?? statementFile(work));
  const entries = await recordGithub(work, requireGithub(work.rules, variables), source, statement);
  for (const { sequence, event } of entries) {
    const person = event.kind === "approved" ? event.person : "";
    terminal.line(`recorded as entry ${sequence}: ${person} approves ${short(work.release)} for ${work.environment}`);
  }
  terminal.document({ result: "succeeded", exitCode: 0, entries });
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
