import { createPreview } from "../../previews/create";
import { farewell } from "../../previews/comment";
import { overdue, type Preview, type PreviewSettings } from "../../previews/preview";
import { reapPreviews, removePreview } from "../../previews/remove";
import { listPreviews, type PreviewWork } from "../../previews/work";
import type { EnvironmentCommand, EnvironmentOptions } from "../environments";
import type { Invocation } from "../invocation";
import { withPreviews } from "../previews";

/** `slipway environment create|list|delete|reap`. */
export function environmentCommand(command: EnvironmentCommand) {
  return (options: EnvironmentOptions, invocation: Invocation): Promise<number> =>
    withPreviews(options, invocation, (work) => {
      switch (command) {
        case "create":
          return create(work, options, invocation);
        case "list":
          return list(work, invocation);
        case "delete":
          return remove(work, options, invocation);
        case "reap":
          return reap(work, options, invocation);
      }
    });
}

async function create(
  work: PreviewWork,
  { pr: pullRequest = 0, sha: digest = "", fork = false, approvedBy }: EnvironmentOptions,
  { terminal }: Invocation,
): Promise<number> {
  const made = await createPreview(work, {
    pullRequest,
    digest,
    ...(fork && { fork: { ...(approvedBy !== undefined && { approvedBy }) } }),
  });
  terminal.line(`${made.namespace} ${terminal.paint.good(made.status)}: ${made.url}`);
  terminal.line();
  terminal.line(made.comment);
  terminal.document({ result: "succeeded", exitCode: 0, ...made });
  return 0;
}

async function list(work: PreviewWork, { terminal }: Invocation): Promise<number> {
  const { settings } = work;
  const previews = await listPreviews(work);
  for (const preview of previews)
    terminal.line(`${preview.namespace}  image ${preview.image}  ${ends(preview, settings, work.now())}`);
  terminal.line(`${previews.length} of ${settings.maximum} previews`);
  terminal.document({ result: "succeeded", exitCode: 0, maximum: settings.maximum, previews });
  return 0;
}

/** When and why a preview ends, as far as its labels tell. */
function ends(preview: Preview, settings: PreviewSettings, now: Date): string {
  if (preview.ending) return "is being removed";
  if (preview.keep) return "kept";
  const over = overdue(preview, settings, now);
  if (over !== undefined) return `over: ${over}`;
  const idle = preview.pushed.getTime() + settings.idleHours * 3_600_000;
  const old = preview.created.getTime() + settings.lifetimeHours * 3_600_000;
  return `until ${new Date(Math.min(idle, old)).toISOString()} unless it is pushed to`;
}

async function remove(
  work: PreviewWork,
  { pr: pullRequest = 0 }: EnvironmentOptions,
  { terminal }: Invocation,
): Promise<number> {
  const removed = await removePreview(work, pullRequest);
  terminal.line(`${removed.namespace} ${removed.status}`);
  terminal.document({ result: "succeeded", exitCode: 0, ...removed, comment: farewell(removed.namespace) });
  return 0;
}

async function reap(
  work: PreviewWork,
  { dryRun = false }: EnvironmentOptions,
  { terminal }: Invocation,
): Promise<number> {
  const reaped = await reapPreviews(work, { dryRun });
  for (const { preview, reason, status, error } of reaped)
    terminal.line(`${preview.namespace} ${status}: ${reason}${error === undefined ? "" : `; ${error}`}`);
  terminal.line(`${reaped.length} previews over`);
  const exitCode = reaped.some(({ status }) => status === "failed") ? 1 : 0;
  terminal.document({ result: exitCode === 0 ? "succeeded" : "failed", exitCode, dryRun, reaped });
  return exitCode;
}
