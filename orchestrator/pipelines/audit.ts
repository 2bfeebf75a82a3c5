import { parse } from "yaml";

interface Workflow {
  readonly on?: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly jobs?: Readonly<Record<string, Job>>;
}
interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly container?: string | { readonly image: string };
  readonly services?: Readonly<Record<string, { readonly image: string }>>;
  readonly environment?: unknown;
  readonly "runs-on"?: string | readonly string[];
  readonly "timeout-minutes"?: number;
  readonly secrets?: unknown;
  readonly steps?: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
}

/** What any job may be allowed to write: the token of OIDC, and nothing of the repository. */
const WRITES = new Set(["id-token"]);
/** What a job may write that runs nobody's code: a comment (C2.7). */
const ALONE = new Set(["pull-requests"]);
/** A condition that keeps the work of forks out. */
const OURS = "github.event.pull_request.head.repo.full_name == github.repository";

/** What makes a workflow of GitHub Actions unsafe, however well it is formed; empty when nothing does. Pure. */
export function auditWorkflow(text: string): string[] {
  const workflow = parse(text) as Workflow;
  const wrong: string[] = [];
  const events = Object.keys(workflow.on ?? {});
  // Both run with the rights of the repository on what somebody else wrote.
  for (const event of ["pull_request_target", "workflow_run"]) {
    if (events.includes(event)) wrong.push(`it is started by ${event}`);
  }
  if (JSON.stringify(workflow.permissions) !== "{}") wrong.push("it does not take every permission away first");
  for (const [name, job] of Object.entries(workflow.jobs ?? {})) {
    const tell = (what: string) => wrong.push(`job ${name}: ${what}`);
    const { permissions, steps = [] } = job;
    if (permissions === undefined) tell("it names no permissions");
    for (const [scope, level] of Object.entries(permissions ?? {})) {
      const alone =
        ALONE.has(scope) && steps.every(({ uses, run = "" }) => uses === undefined && !/\bnp[mx]\b/.test(run));
      if (level === "write" && !WRITES.has(scope) && !alone) tell(`it may write ${scope}`);
    }
    if (job["timeout-minutes"] === undefined) tell("it has no timeout");
    if (job.secrets === "inherit") tell("it hands every secret on");
    if (events.includes("pull_request") && permissions?.["id-token"] === "write" && !(job.if ?? "").includes(OURS)) {
      tell("what a fork holds may take a role");
    }
    const images = [job.container, ...Object.values(job.services ?? {})].flatMap((one) =>
      one === undefined ? [] : [typeof one === "string" ? one : one.image],
    );
    for (const one of images) {
      if (!/@sha256:[0-9a-f]{64}$/.test(one)) tell(`image ${one} is not pinned by digest`);
    }
    if (events.includes("pull_request") && [job["runs-on"]].flat().includes("self-hosted")) {
      tell("what a pull request holds runs on a machine of ours");
    }
    for (const { uses, run = "", with: given = {} } of steps) {
      if (uses !== undefined && !/@[0-9a-f]{40}$/.test(uses)) tell(`${uses} is not pinned to a commit`);
      if (uses?.startsWith("actions/checkout@") === true && given["persist-credentials"] !== false) {
        tell("the checkout leaves its token behind");
      }
      // A later job would run what an earlier one of somebody else left there.
      // The action for Node keeps a cache by itself unless it is told not to.
      const caches =
        /^actions\/cache(\/\w+)?@/.test(uses ?? "") ||
        given["cache"] !== undefined ||
        (uses?.startsWith("actions/setup-node@") === true && given["package-manager-cache"] !== false);
      if (caches) {
        if (permissions?.["id-token"] === "write") tell("it takes a role and a cache that others fill");
      }
      if (/GITHUB_(ENV|PATH)\b/.test(run)) tell("it changes the variables of later steps");
      // An expression is pasted into the script before any shell quotes it.
      if (run.includes("${{")) tell(`an expression is pasted into a script: ${run.slice(0, 60)}`);
      if (/aws[-_](access|secret)/i.test(JSON.stringify(given) + run)) tell("it uses a stored key of AWS");
    }
  }
  if (text.includes("ACTIONS_ALLOW_UNSECURE_COMMANDS")) wrong.push("it takes commands from what steps print");
  // Anybody can give a commit or a branch the name of a bot.
  if (/github\.(actor|triggering_actor)\b/.test(text)) wrong.push("it trusts the name of whoever started it");
  if (/\$\{\{\s*secrets\./.test(text)) wrong.push("it uses a stored secret");
  return wrong;
}
