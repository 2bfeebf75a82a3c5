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

/** Of what an environment chooses: each is a part of the node, or talks to the kernel for the pods on it. */
const CILIUM = ["DaemonSet/cilium", "DaemonSet/cilium-envoy"];
const CILIUM_OPERATOR = "Deployment/cilium-operator";
const MESH_AGENTS = ["DaemonSet/istio-cni-node", "DaemonSet/ztunnel"];
const LINKERD_CNI = "DaemonSet/linkerd-cni";
const CSI_DRIVER = "DaemonSet/secrets-store-csi-driver";
const CSI_PROVIDER = "DaemonSet/secrets-store-csi-driver-provider-aws";
const SHIPPERS = ["DaemonSet/fluent-bit", "DaemonSet/vector"];
const VAULT = "StatefulSet/vault";
const CALICO_OPERATOR = "Deployment/tigera-operator";
const CHAOS_DAEMON = "DaemonSet/chaos-daemon";
const CHOSEN = [...CILIUM, ...MESH_AGENTS, LINKERD_CNI, CSI_DRIVER, CSI_PROVIDER, CHAOS_DAEMON];
const PRIVILEGED =
  "an agent of nodes that an environment chose: it programs the kernel or mounts for pods; its namespace is privileged";

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
  waiver("volumes-are-of-safe-types", [...CHOSEN, ...SHIPPERS], PRIVILEGED),
  waiver("volumes-stay-off-the-host", [...CHOSEN, ...SHIPPERS], PRIVILEGED),
  waiver("containers-run-as-non-root", [...CHOSEN, CILIUM_OPERATOR, ...SHIPPERS], PRIVILEGED),
  waiver("containers-drop-capabilities", CHOSEN, PRIVILEGED),
  waiver(
    "containers-do-not-escalate",
    CHOSEN.filter((one) => one !== CSI_PROVIDER),
    PRIVILEGED,
  ),
  waiver(
    "containers-use-seccomp",
    CHOSEN.filter((one) => one !== LINKERD_CNI),
    PRIVILEGED,
  ),
  waiver("containers-add-only-safe-capabilities", [...CILIUM, ...MESH_AGENTS, CHAOS_DAEMON], PRIVILEGED),
  waiver("containers-are-unprivileged", ["DaemonSet/cilium", CSI_DRIVER, CHAOS_DAEMON], PRIVILEGED),
  ...[
    "pods-stay-off-the-host",
    "volumes-are-of-safe-types",
    "volumes-stay-off-the-host",
    "containers-run-as-non-root",
    "containers-drop-capabilities",
    "containers-do-not-escalate",
    "containers-use-seccomp",
    "containers-have-probes",
  ].map((rule) =>
    waiver(
      rule,
      [CALICO_OPERATOR],
      "it brings up what the network of pods is made with, in the network of the node; its chart sets no security context and no probe",
    ),
  ),
  waiver("pods-stay-off-the-host", [...CILIUM, CILIUM_OPERATOR, CHAOS_DAEMON], PRIVILEGED),
  waiver("ports-stay-off-the-host", [...CILIUM, CILIUM_OPERATOR], "is in the network of the node, where its ports are"),
  waiver("apparmor-profiles-are-kept", CILIUM, PRIVILEGED),
  waiver("selinux-options-are-safe", CILIUM, PRIVILEGED),
  waiver(
    "containers-have-resources",
    [
      ...CILIUM,
      CILIUM_OPERATOR,
      "Deployment/hubble-relay",
      "Deployment/clustermesh-apiserver",
      "Deployment/linkerd-destination",
      "Deployment/linkerd-identity",
      "Deployment/linkerd-proxy-injector",
    ],
    "the network of every pod must be neither throttled nor killed at a limit; Linkerd's validator only runs at a pod's start",
  ),
  waiver(
    "containers-have-probes",
    [
      "Deployment/hubble-relay",
      "Deployment/clustermesh-apiserver",
      "Deployment/trust-manager",
      "Deployment/chaos-controller-manager",
      CHAOS_DAEMON,
      "Deployment/istiod",
      ...MESH_AGENTS,
      LINKERD_CNI,
      CSI_DRIVER,
      CSI_PROVIDER,
    ],
    "parts of options whose charts decide themselves which containers have a probe",
  ),
  waiver(
    "images-come-from-known-registries",
    [...SHIPPERS, VAULT],
    "their projects publish there, until a mirror in ECR holds them",
  ),
  waiver("namespaces-enforce-pod-security", ["Namespace/cilium-secrets"], "holds certificates for Cilium and no pod"),
  waiver(
    "services-stay-internal",
    ["Service/traefik"],
    "it is the entry point, with the same allow list that Envoy Gateway's has (A6.1)",
  ),
  waiver(
    "services-stay-internal",
    ["Service/clustermesh-apiserver"],
    "clusters of the peering reach it by private addresses of nodes, and only with a certificate of the mesh",
  ),
  waiver(
    "databases-stay-internal",
    ["Service/clustermesh-apiserver"],
    "clusters of the peering reach it by private addresses of nodes, and only with a certificate of the mesh",
  ),
  waiver(
    "roles-cannot-escalate",
    ["ClusterRole/cluster-reconciler-impersonator"],
    "Flux applies what a tenant declares as the tenant's own account, which it has to impersonate",
  ),
];
