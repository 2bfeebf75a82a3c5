import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";

/** The verdict on one phase with all that led to it. */
export interface PhaseVerdict {
  /** `passed` only when there are findings and every one of them passed: missing data is never a pass. */
  readonly result: Finding["verdict"];
  readonly findings: readonly Finding[];
  readonly diagnoses: readonly Diagnosis[];
}

/**
 * Runs a phase's check and, when something is not as promised, its diagnosis. A check or diagnosis that throws is a
 * finding of its own, so that one defect never hides the other answers.
 */
export async function judge(check: PhaseCheck, context: CheckContext): Promise<PhaseVerdict> {
  const findings = await check.verify(context).catch((error: unknown) => [broken("the check itself ran", error)]);
  const result = worst(findings);
  if (result === "passed") return { result, findings, diagnoses: [] };
  try {
    return { result, findings, diagnoses: await check.diagnose(context, findings) };
  } catch (error) {
    return { result, findings: [...findings, broken("the diagnosis itself ran", error)], diagnoses: [] };
  }
}

function worst(findings: readonly Finding[]): Finding["verdict"] {
  const found = new Set(findings.map(({ verdict }) => verdict));
  if (found.has("failed")) return "failed";
  if (found.has("errored")) return "errored";
  return found.has("inconclusive") || found.size === 0 ? "inconclusive" : "passed";
}

function broken(title: string, error: unknown): Finding {
  const detail = error instanceof Error ? error.message : String(error);
  return { requirement: "A21.1", title, verdict: "errored", detail, subjects: [] };
}

/** The check of a phase by the name of its component; each is loaded when first asked for. */
export async function phaseCheck(name: string): Promise<PhaseCheck> {
  const load = loaders[name];
  if (load === undefined) throw new Error(`phase ${name} has no check in orchestrator/checks`);
  return load();
}

/** Component name → its check; a test holds it against the table of phases. */
export const loaders: Readonly<Record<string, () => Promise<PhaseCheck>>> = {
  Network: async () => (await import("./01-network.js")).networkCheck,
  Cluster: async () => (await import("./02-cluster.js")).clusterCheck,
  NodePools: async () => (await import("./03-node-pools.js")).nodePoolsCheck,
  NetworkPolicy: async () => (await import("./04-network-policy.js")).networkPolicyCheck,
  Certificates: async () => (await import("./05-certificates.js")).certificatesCheck,
  EntryPoint: async () => (await import("./06-entry-point.js")).entryPointCheck,
  Gitops: async () => (await import("./07-gitops.js")).gitopsCheck,
  Metrics: async () => (await import("./08-metrics.js")).metricsCheck,
  Logs: async () => (await import("./09-logs.js")).logsCheck,
  Mesh: async () => (await import("./10-mesh.js")).meshCheck,
  Stateful: async () => (await import("./11-stateful.js")).statefulCheck,
  Secrets: async () => (await import("./12-secrets.js")).secretsCheck,
  Autoscaling: async () => (await import("./13-autoscaling.js")).autoscalingCheck,
  Security: async () => (await import("./14-security.js")).securityCheck,
  Backup: async () => (await import("./15-backup.js")).backupCheck,
  Chaos: async () => (await import("./16-chaos.js")).chaosCheck,
  Cost: async () => (await import("./17-cost.js")).costCheck,
  DayTwo: async () => (await import("./18-day-two.js")).dayTwoCheck,
  Slos: async () => (await import("./19-slos.js")).slosCheck,
  Deliverables: async () => (await import("./20-deliverables.js")).deliverablesCheck,
};
