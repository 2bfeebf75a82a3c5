/** A rule that workloads of charts break, why they may, who answers for it and until when (E1.5). */
export interface ChartWaiver {
  readonly rule: string;
  /** By kind and name, as the chart writes them; `every` where the reason is one of charts as such. */
  readonly workloads: readonly string[] | "every";
  readonly owner: string;
  readonly reason: string;
  /** Last day it holds: by then the charts are looked at anew. */
  readonly expires: string;
}

const NVIDIA = ["DaemonSet/nvidia-device-plugin", "DaemonSet/nvidia-device-plugin-mps-control-daemon"];
const [, SHARING = ""] = NVIDIA;
const NODE_EXPORTER = "DaemonSet/kube-prometheus-stack-prometheus-node-exporter";
const NODE_AGENT = "DaemonSet/node-agent";
const ALLOY = "DaemonSet/alloy";
const ON_NODES = [...NVIDIA, NODE_EXPORTER, NODE_AGENT, ALLOY];

const waiver = (rule: string, workloads: ChartWaiver["workloads"], reason: string): ChartWaiver => ({
  rule,
  workloads,
  owner: "platform",
  reason,
  expires: "2027-05-31",
});

/**
 * What the charts' workloads are allowed that an application is not, at production's level of the policy pack. Whatever
 * is not here satisfies every mandatory rule; a test finds one that is missing and one that nobody needs any more.
 */
export const chartWaivers: readonly ChartWaiver[] = [
  waiver(
    "images-are-pinned-by-digest",
    "every",
    "a chart's version names its images by version; digests come with a mirror in ECR, whose repositories are immutable",
  ),
  waiver(
    "service-account-tokens-are-off",
    "every",
    "controllers and collectors talk to the API server; charts leave the field to its default for all of their parts",
  ),
  waiver(
    "updates-lose-no-capacity",
    "every",
    "the default of 25 % is rounded down to none of up to three copies, and a budget guards those with more than one",
  ),
  waiver(
    "containers-have-probes",
    [
      ...NVIDIA,
      NODE_AGENT,
      ALLOY,
      "Deployment/cert-manager",
      "Deployment/cert-manager-cainjector",
      "StatefulSet/loki",
      "Deployment/kube-prometheus-stack-grafana",
      "StatefulSet/argo-cd-argocd-application-controller",
      "Deployment/argo-cd-argocd-applicationset-controller",
      "Deployment/argo-cd-argocd-redis",
      "Deployment/plugin-barman-cloud",
    ],
    "the charts set none there and offer none; these serve no traffic by a Service, or end by themselves when they hang",
  ),
  waiver(
    "images-come-from-known-registries",
    [...NVIDIA, "Deployment/argo-cd-argocd-redis", "Deployment/velero", NODE_AGENT],
    "their projects publish there only, until a mirror in ECR holds them",
  ),
  waiver(
    "containers-run-as-non-root",
    [...NVIDIA, "Deployment/velero", NODE_AGENT, ALLOY],
    "they read devices, logs or volumes that belong to root; their namespaces are on the privileged list",
  ),
  waiver(
    "containers-use-seccomp",
    [...NVIDIA, NODE_EXPORTER, NODE_AGENT],
    "agents of nodes, whose charts leave it to the runtime's default",
  ),
  waiver("volumes-are-of-safe-types", ON_NODES, "agents of nodes read what is on their node"),
  waiver("volumes-stay-off-the-host", ON_NODES, "agents of nodes read what is on their node"),
  waiver("containers-are-unprivileged", [SHARING], "shares a GPU between processes; only on nodes of the GPU pool"),
  waiver(
    "containers-do-not-escalate",
    [SHARING, NODE_AGENT],
    "is privileged, or reads the volumes of other pods as their owner",
  ),
  waiver(
    "containers-drop-capabilities",
    [SHARING, NODE_AGENT],
    "is privileged, or reads the volumes of other pods as their owner",
  ),
  waiver("pods-stay-off-the-host", [SHARING, NODE_EXPORTER], "the processes and the network it serves are the node's"),
];
