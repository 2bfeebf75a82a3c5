/**
 * Experiments that drills may run (A16.1, H2.1). Each is bound to the runbook it proves, to the alert whose behaviour is
 * expected, and to the budget that it may use up before it is aborted. Operators and checks read the same table.
 */
export interface Experiment {
  /** `slipway drill NAME`. */
  readonly name: ExperimentName;
  readonly title: string;
  /** Page in docs/runbooks. */
  readonly runbook: "pod-crash" | "node-failure" | "volume-loss" | "high-error-rate";
  /** An alert of phase 19, and whether it has to fire or to stay silent. */
  readonly alert: { readonly name: string; readonly expected: "fires" | "silent" };
  readonly budget: Budget;
}

/** Names of the table; a fault is of one of these kinds, whatever brings it about. */
export const experimentNames = ["pod-kill", "eviction", "node-kill", "network-delay"] as const;
export type ExperimentName = (typeof experimentNames)[number];

export interface Budget {
  /** Ready copies that have to be left at every moment, as a share of those wanted: the SLO impact of a drill. */
  readonly leastReady: number;
  /** Until everything is as it was (A16.2). */
  readonly recoverySeconds: number;
}

/** How long a fault that lasts is left in place; one that is over at once needs none. */
export const FAULT_SECONDS = 60;
/** Added to every answer: more than the p99 target of 500 ms leaves room for (A19.1). */
export const DELAY = { latency: "200ms", jitter: "20ms" } as const;

export const experiments: Readonly<Record<ExperimentName, Experiment>> = {
  "pod-kill": {
    name: "pod-kill",
    title: "one pod of the workload is killed without warning",
    runbook: "pod-crash",
    // One pod that comes back is no crash loop.
    alert: { name: "CrashLoopBackOff", expected: "silent" },
    budget: { leastReady: 0.5, recoverySeconds: 120 },
  },
  eviction: {
    name: "eviction",
    title: "one pod is evicted, as a drained node does it, within its disruption budget",
    runbook: "node-failure",
    alert: { name: "ErrorBudgetBurnsFast", expected: "silent" },
    budget: { leastReady: 0.5, recoverySeconds: 120 },
  },
  "node-kill": {
    name: "node-kill",
    title: "all pods of the workload on one node go at once, as with the node",
    runbook: "node-failure",
    // The node itself stays: only what it ran is taken away.
    alert: { name: "NodeNotReady", expected: "silent" },
    // Two copies may share a node only where there is no other.
    budget: { leastReady: 0.5, recoverySeconds: 300 },
  },
  "network-delay": {
    name: "network-delay",
    title: "answers of one pod come late",
    runbook: "high-error-rate",
    alert: { name: "ErrorBudgetBurnsFast", expected: "silent" },
    budget: { leastReady: 1, recoverySeconds: 180 },
  },
};

/** Bottlerocket and AL2023 run containerd at this socket; Chaos Mesh's own default is Docker's (A16.1). */
export const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";
