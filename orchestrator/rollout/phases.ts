import type { PlatformOutputs } from "../../infra/outputs";

/** One phase as the rollout knows it: the component of the program, the output it owns and its place in the order. */
export interface Phase {
  /** The phase's number in the specification: what `--from` and `--to` take. */
  readonly number: number;
  /** `Network` in the type token `slipway:phase:Network`. */
  readonly name: string;
  /** What it brings, for a person. */
  readonly title: string;
  /** The stack outputs this phase fills. */
  readonly outputs: readonly (keyof PlatformOutputs)[];
}

/** In rollout order, which is the order of statements in `infra/platform.ts` (A21.1). */
export const phases: readonly Phase[] = [
  { number: 1, name: "Network", title: "network and IAM", outputs: ["environment", "network"] },
  { number: 2, name: "Cluster", title: "control plane", outputs: ["cluster", "kubeconfig"] },
  { number: 3, name: "NodePools", title: "node pools", outputs: ["nodePools"] },
  { number: 4, name: "NetworkPolicy", title: "CNI and network policy", outputs: ["networkPolicy"] },
  { number: 5, name: "Certificates", title: "cert-manager and issuers", outputs: ["certificates"] },
  { number: 6, name: "EntryPoint", title: "entry point and example app", outputs: ["entryPoint"] },
  { number: 7, name: "Gitops", title: "GitOps", outputs: ["gitops"] },
  { number: 8, name: "Metrics", title: "metrics", outputs: ["metrics"] },
  { number: 9, name: "Logs", title: "logs and traces", outputs: ["logs", "traces"] },
  { number: 10, name: "Mesh", title: "service mesh", outputs: ["mesh"] },
  { number: 11, name: "Stateful", title: "stateful systems", outputs: ["stateful"] },
  { number: 12, name: "Secrets", title: "secrets", outputs: ["secrets"] },
  { number: 13, name: "Autoscaling", title: "autoscaling", outputs: ["autoscaling"] },
  { number: 14, name: "Security", title: "rights and admission policies", outputs: ["security"] },
  { number: 15, name: "Backup", title: "backup and restore", outputs: ["backup"] },
  { number: 16, name: "Chaos", title: "chaos and runbooks", outputs: ["chaos"] },
  { number: 17, name: "Cost", title: "cost governance", outputs: ["cost"] },
  { number: 18, name: "DayTwo", title: "day 2", outputs: ["dayTwo"] },
  { number: 19, name: "Slos", title: "service levels and alerts", outputs: ["slos"] },
  { number: 20, name: "Deliverables", title: "deliverables and evidence", outputs: ["deliverables"] },
];

/** Phases numbered `from` to `to`, both included. */
export function selectPhases(all: readonly Phase[], from?: number, to?: number): readonly Phase[] {
  return all.filter((phase) => phase.number >= (from ?? 0) && phase.number <= (to ?? Number.MAX_SAFE_INTEGER));
}
