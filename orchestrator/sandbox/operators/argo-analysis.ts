import { at, listAt, type KubeObject } from "../kubernetes/object";
import { ownedBy } from "./members";
import type { OperatorContext } from "./operator";

const API = "argoproj.io/v1alpha1";
const HASH = "rollouts-pod-template-hash";
/**
 * On a pod template: what its pods would measure, by the name of the analysis' metric, as JSON like
 * `{"success-rate": 0.95}`; null is no traffic. Without it all is well. Nothing but a rehearsal reads it.
 */
export const MEASURED = "rehearsal.slipway.dev/measured";

/** How an analysis stands after one more look. */
export type Judged =
  { readonly phase: "Running" } | { readonly phase: "Failed" | "Inconclusive"; readonly message: string };

interface MetricResult {
  readonly name: string;
  readonly phase: string;
  readonly successful: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly measurements: readonly { readonly value: string; readonly phase: string; readonly finishedAt: string }[];
}

/**
 * One look of a Rollout's analysis at a version, as Argo Rollouts takes one in each interval: the conditions of its template
 * over what the pods measure, counted against its limits, and kept in an AnalysisRun. Where the templates are not there,
 * nothing is judged.
 */
export async function lookAt(
  { world, now }: OperatorContext,
  rollout: KubeObject,
  hash: string,
  template: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } },
): Promise<Judged> {
  const { namespace = "" } = rollout.metadata;
  const background = at(rollout, "spec", "strategy", "canary", "analysis");
  const metrics = listAt(background, "templates").flatMap((one) => {
    const name = String(at(one, "templateName"));
    return listAt(world.get({ apiVersion: API, kind: "AnalysisTemplate", name, namespace }), "spec", "metrics");
  });
  if (metrics.length === 0) return { phase: "Running" };
  const name = `${rollout.metadata.name}-${hash}-canary`;
  const known = world.get({ apiVersion: API, kind: "AnalysisRun", name, namespace });
  const before = listAt<MetricResult>(known, "status", "metricResults");
  const measured = JSON.parse(template.metadata?.annotations?.[MEASURED] ?? "{}") as Record<string, number | null>;
  const results = metrics.map((metric) => {
    const called = String(at(metric, "name"));
    const value = called in measured ? measured[called] : undefined;
    const last = before.find((one) => one.name === called);
    return resultOf(metric, value, last, now());
  });
  const judged = verdictOf(metrics, results);
  const run =
    known ??
    (await world.create({
      apiVersion: API,
      kind: "AnalysisRun",
      metadata: { name, namespace, labels: { [HASH]: hash }, ownerReferences: ownedBy(rollout) },
      spec: { metrics },
    }));
  const message = "message" in judged ? { message: judged.message } : {};
  await world.status(run, { phase: judged.phase, ...message, metricResults: results });
  return judged;
}

/** What a metric measured, one look more. A value that nobody gave meets the condition of success. */
function resultOf(
  metric: object,
  value: number | null | undefined,
  last: MetricResult | undefined,
  finishedAt: string,
): MetricResult {
  const name = String(at(metric, "name"));
  const holds = (which: string) => value != null && meets(String(at(metric, which) ?? ""), value);
  const good = value === undefined || holds("successCondition");
  const phase = good ? "Successful" : holds("failureCondition") ? "Failed" : "Inconclusive";
  const count = (one: string, before = 0) => before + (phase === one ? 1 : 0);
  const measurement = { value: value == null ? "[]" : `[${value}]`, phase, finishedAt };
  return {
    name,
    phase: "Running",
    successful: count("Successful", last?.successful),
    failed: count("Failed", last?.failed),
    inconclusive: count("Inconclusive", last?.inconclusive),
    measurements: [...(last?.measurements ?? []), measurement].slice(-10),
  };
}

/** Argo Rollouts' own words for the first metric that went over a limit. */
function verdictOf(metrics: readonly object[], results: readonly MetricResult[]): Judged {
  for (const [index, { name, failed, inconclusive }] of results.entries()) {
    const [failures, blind] = ["failureLimit", "inconclusiveLimit"].map((key) => Number(at(metrics[index], key) ?? 0));
    const over = (phase: "Failed" | "Inconclusive", why: string): Judged => ({
      phase,
      message: `Metric "${name}" assessed ${phase} due to ${why}`,
    });
    if (failed > (failures ?? 0)) return over("Failed", `failed (${failed}) > failureLimit (${failures})`);
    if (inconclusive > (blind ?? 0))
      return over("Inconclusive", `inconclusive (${inconclusive}) > inconclusiveLimit (${blind})`);
  }
  return { phase: "Running" };
}

/** `len(result) > 0 && result[0] >= 0.99`: the one form of condition that the platform writes. Another is no pass. */
function meets(condition: string, value: number): boolean {
  const [, operator = "", number = ""] =
    /^len\(result\) > 0 && result\[0\] (<|<=|>|>=) ([\d.]+)$/.exec(condition) ?? [];
  const bound = Number(number);
  switch (operator) {
    case "<":
      return value < bound;
    case "<=":
      return value <= bound;
    case ">":
      return value > bound;
    case ">=":
      return value >= bound;
    default:
      return false;
  }
}
