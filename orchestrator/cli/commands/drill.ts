import path from "node:path";
import { FAULT_SECONDS, experiments } from "../../../infra/chaos/experiments";
import type { PlatformOutputs } from "../../../infra/outputs";
import type { Clients } from "../../checks/check";
import { viewCluster } from "../../checks/cluster-view";
import { createWait, realClock } from "../../checks/wait";
import { runDrill, type DrillRecord } from "../../drills/drill";
import { keepEvidence } from "../../drills/evidence";
import { SlipwayError } from "../../errors";
import { createInterruption, listenForSignals } from "../../rollout/interruption";
import { createLayout, makeFolders } from "../../rollout/layout";
import { acquireLease } from "../../rollout/lease";
import { phaseOutputs, secretTexts } from "../../rollout/outputs";
import { phases } from "../../rollout/phases";
import { processTable } from "../../rollout/processes";
import { withCluster } from "../cluster";
import type { DrillOptions } from "../drills";
import type { Invocation } from "../invocation";
import { loadConfig, wireEngine, wireParts } from "../parts";

/** What a drill stands on: everything up to the phase that allows it. */
const needed = phases.slice(0, phases.findIndex(({ outputs }) => outputs.includes("chaos")) + 1);

/** `slipway drill`: ends with 0 when the workload withstood the fault, with 1 when it did not or the drill was aborted. */
export async function drillCommand(given: DrillOptions, invocation: Invocation): Promise<number> {
  const { terminal, root, variables } = invocation;
  const { redactor } = terminal;
  const environment = given.where;
  const config = await loadConfig(root, environment);
  const options = await withCluster({ ...given, environment: [environment] }, invocation);
  const { target } = options;
  const engine = await wireEngine(options, variables);
  const layout = createLayout(options.stateDir, target);
  makeFolders(layout.base, layout.temporary);
  const interruption = createInterruption();
  const closing: (() => unknown)[] = [listenForSignals(interruption, (text) => terminal.aside(text))];
  try {
    // A rehearsed cluster lives in the process that plays it; a live one is changed by one at a time.
    const lease = acquireLease({
      directory: layout.environment(environment),
      environment,
      command: "slipway drill",
      processes: processTable,
      now: () => new Date(),
    });
    closing.push(() => lease.release());
    const parts = wireParts({
      options,
      root,
      layout,
      engine,
      redactor,
      interruption,
      variables,
      warn: (text) => terminal.aside(text),
    });
    const sandbox =
      target === "rehearsal" ? await parts.startSandbox(environment, layout.world(environment), config) : undefined;
    closing.push(() => sandbox?.close());
    const engineEnvironment = sandbox?.engineEnvironment ?? {};
    const { stack } = await parts.openStack({ environment, engineEnvironment, create: false });
    const known = await stack.outputs();
    for (const text of secretTexts(known)) redactor.add(text);
    const outputs = phaseOutputs(known, needed);
    const aws = sandbox?.aws ?? (await parts.realAws(config));
    const clients = await parts.clients({ outputs, aws, ...(sandbox && { sandbox }) });
    const experiment = experiments[given.experiment];
    terminal.line(`${experiment.title}; runbook docs/runbooks/${experiment.runbook}.md`);
    const record = await runDrill(
      {
        environment,
        chaos: outputs.chaos,
        view: await viewCluster(clients.kubernetes),
        waitUntil: createWait(realClock(interruption.cancelled), interruption.cancelled),
        evict: evictor(clients),
        firing: () => firing(clients, outputs),
        // What a fault does to a workload is played where its nodes and its operator are.
        proof: clients.proof.aws,
        milliseconds: () => performance.now(),
        now: () => new Date(),
        holdSeconds: target === "rehearsal" ? 0 : FAULT_SECONDS,
      },
      {
        experiment,
        target: workloadOf(given.workload, outputs),
        ...(given.scope !== undefined && { scope: given.scope }),
      },
    );
    const files = keepEvidence(path.join(layout.base, "drills"), record);
    tell(record, files, invocation);
    return record.verdict === "passed" ? 0 : 1;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function tell(record: DrillRecord, files: readonly string[], { terminal }: Invocation): void {
  const { impact, alerts } = record;
  const paint = record.verdict === "passed" ? terminal.paint.good : terminal.paint.bad;
  terminal.line(`drill ${record.experiment} on ${record.target} ${paint(record.verdict)}: ${record.reason}`);
  terminal.line(`  hit ${record.hit.join(", ") || "nothing"} (${record.proof})`);
  terminal.line(
    `  impact: ${impact.leastReady} of ${impact.wanted} copies at least, ${impact.missingCopySeconds} copy-seconds missing`,
  );
  terminal.line(
    `  alert ${alerts.name} ${alerts.fired.includes(alerts.name) ? "fired" : "stayed silent"}, as ${alerts.expected === "fires" ? "it had to fire" : "it had to stay silent"}`,
  );
  for (const file of files) terminal.line(`  evidence: ${file}`);
  terminal.document({
    result: record.verdict === "passed" ? "succeeded" : "failed",
    exitCode: record.verdict === "passed" ? 0 : 1,
    ...record,
    files,
  });
}

function workloadOf(given: string | undefined, outputs: PlatformOutputs): { namespace: string; name: string } {
  if (given === undefined) return outputs.chaos.target;
  const [namespace, name, ...rest] = given.split("/");
  if (namespace && name && rest.length === 0) return { namespace, name };
  throw new SlipwayError("wrong-workload", `"${given}" is no workload`, "say it as namespace/name", "usage");
}

/** The Eviction API, which disruption budgets are held by. */
function evictor({ kubernetes }: Clients) {
  return async (namespace: string, name: string): Promise<string | undefined> => {
    const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
    try {
      await kubernetes.core.createNamespacedPodEviction({ name, namespace, body });
      return undefined;
    } catch (error) {
      const { ApiException } = await import("@kubernetes/client-node");
      if (error instanceof ApiException && error.code === 429) return String(error.body);
      throw error;
    }
  };
}

/** Alerts that Prometheus has firing now. */
async function firing({ services }: Clients, { metrics }: PlatformOutputs): Promise<string[]> {
  const { namespace } = metrics;
  const { service: name, port } = metrics.prometheus;
  const { status, body } = await services.get({ namespace, service: name, port, path: "/api/v1/rules?type=alert" });
  if (status !== 200) throw new Error(`Prometheus answered ${status}: ${body.slice(0, 200)}`);
  const { data } = JSON.parse(body) as { data: { groups: { rules: { name: string; state?: string }[] }[] } };
  const names = data.groups.flatMap(({ rules }) =>
    rules.filter(({ state }) => state === "firing").map((rule) => rule.name),
  );
  return [...new Set(names)].toSorted();
}
