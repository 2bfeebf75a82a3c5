import { parse } from "yaml";

interface Workflow {
  readonly on?: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly jobs?: Readonly<Record<string, Job>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "runs-on"?: string | readonly string[];
  readonly "timeout-minutes"?: number;
  readonly secrets?: unknown;
  readonly steps?: readonly {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
  }[];
}

/** What a job may be allowed to write: the token of OIDC, and nothing of the repository. */
const WRITES = new Set(["id-token"]);

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
      if (level === "write" && !WRITES.has(scope)) tell(`it may write ${scope}`);
    }
    if (job["timeout-minutes"] === undefined) tell("it has no timeout");
    if (job.secrets === "inherit") tell("it hands every secret on");
    if (events.includes("pull_request") && [job["runs-on"]].flat().includes("self-hosted")) {
      tell("what a pull request holds runs on a machine of ours");
    }
    for (const { uses, run = "", with: given = {} } of steps) {
      if (uses !== undefined && !/@[0-9a-f]{40}$/.test(uses)) tell(`${uses} is not pinned to a commit`);
      if (uses?.startsWith("actions/checkout@") === true && given["persist-credentials"] !== false) {
        tell("the checkout leaves its token behind");
      }
      // An expression is pasted into the script before any shell quotes it.
      if (run.includes("${{")) tell(`an expression is pasted into a script: ${run.slice(0, 60)}`);
      if (/aws[-_](access|secret)/i.test(JSON.stringify(given) + run)) tell("it uses a stored key of AWS");
    }
  }
  if (/\$\{\{\s*secrets\./.test(text)) wrong.push("it uses a stored secret");
  return wrong;
}
