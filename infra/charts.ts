/** One chart the platform installs. */
export interface Chart {
  /** What goes into Pulumi's `chart`: a name in `repository`, or an OCI address. */
  readonly chart: string;
  readonly repository?: string;
  /** Exact; overridable by `slipway:charts`. */
  readonly version: string;
  readonly namespace: string;
  /** Least Pod Security level under which its pods run (Pod Security Standards 1.36). */
  readonly podSecurity: "restricted" | "baseline" | "privileged";
  /** Kubernetes versions its project tests; empty where the project does not say. */
  readonly testedOn: readonly string[];
  /** When the values we set were last read against this version. */
  readonly reviewed: string;
}

/** The one version table (A21.5). A version whose values were not looked at shows in `reviewed` being older than it. */
export const charts = {
  "karpenter-crd": {
    chart: "oci://public.ecr.aws/karpenter/karpenter-crd",
    version: "1.14.1",
    namespace: "kube-system",
    podSecurity: "restricted",
    testedOn: ["1.35", "1.36"],
    reviewed: "2026-11-21",
  },
  karpenter: {
    chart: "oci://public.ecr.aws/karpenter/karpenter",
    version: "1.14.1",
    namespace: "kube-system",
    podSecurity: "restricted",
    testedOn: ["1.35", "1.36"],
    reviewed: "2026-11-21",
  },
  "nvidia-device-plugin": {
    chart: "nvidia-device-plugin",
    repository: "https://nvidia.github.io/k8s-device-plugin",
    version: "0.20.0",
    namespace: "kube-system",
    podSecurity: "privileged",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  // Istio: values were read on branch release-1.31 of 2026-08-20, before 1.31.1; what 1.30.3 creates is on record (A10.1).
  // Since 1.31 charts come from ghcr.io; the older places end on 2026-12-08.
  "istio-base": {
    chart: "oci://ghcr.io/istio/release/charts/base",
    version: "1.31.1",
    namespace: "istio-system",
    podSecurity: "privileged",
    testedOn: [],
    reviewed: "2026-08-20",
  },
  istiod: {
    chart: "oci://ghcr.io/istio/release/charts/istiod",
    version: "1.31.1",
    namespace: "istio-system",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-08-20",
  },
  "istio-cni": {
    chart: "oci://ghcr.io/istio/release/charts/cni",
    version: "1.31.1",
    namespace: "istio-system",
    podSecurity: "privileged",
    testedOn: [],
    reviewed: "2026-08-20",
  },
  ztunnel: {
    chart: "oci://ghcr.io/istio/release/charts/ztunnel",
    version: "1.31.1",
    namespace: "istio-system",
    podSecurity: "privileged",
    testedOn: [],
    reviewed: "2026-08-20",
  },
  cilium: {
    chart: "cilium",
    repository: "https://helm.cilium.io/",
    version: "1.20.0",
    namespace: "kube-system",
    podSecurity: "privileged",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  "cert-manager": {
    chart: "oci://quay.io/jetstack/charts/cert-manager",
    version: "v1.21.1",
    namespace: "cert-manager",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  "chaos-mesh": {
    chart: "chaos-mesh",
    repository: "https://charts.chaos-mesh.org",
    version: "2.8.3",
    namespace: "chaos-mesh",
    // The daemon enters the namespaces of other pods' processes.
    podSecurity: "privileged",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  "aws-load-balancer-controller": {
    chart: "aws-load-balancer-controller",
    repository: "https://aws.github.io/eks-charts",
    version: "3.5.0",
    namespace: "kube-system",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  "external-dns": {
    chart: "external-dns",
    repository: "https://kubernetes-sigs.github.io/external-dns/",
    version: "1.21.1",
    namespace: "external-dns",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  "envoy-gateway": {
    chart: "oci://docker.io/envoyproxy/gateway-helm",
    version: "v1.9.0",
    namespace: "envoy-gateway-system",
    podSecurity: "restricted",
    testedOn: ["1.33", "1.34", "1.35", "1.36"],
    reviewed: "2026-11-21",
  },
  "kube-prometheus-stack": {
    chart: "oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack",
    version: "88.5.3",
    namespace: "monitoring",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  "argo-cd": {
    chart: "argo-cd",
    repository: "https://argoproj.github.io/argo-helm",
    version: "10.1.1",
    namespace: "argocd",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  // Installed instead of argo-cd where gitops.engine says so.
  flux2: {
    chart: "flux2",
    repository: "https://fluxcd-community.github.io/helm-charts",
    version: "2.18.3",
    namespace: "flux-system",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  loki: {
    chart: "oci://ghcr.io/grafana-community/helm-charts/loki",
    version: "18.11.0",
    namespace: "loki",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  alloy: {
    chart: "alloy",
    repository: "https://grafana.github.io/helm-charts",
    version: "1.11.1",
    namespace: "logging",
    podSecurity: "privileged",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  tempo: {
    chart: "oci://ghcr.io/grafana-community/helm-charts/tempo",
    version: "2.2.4",
    namespace: "tempo",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  "opentelemetry-collector": {
    chart: "opentelemetry-collector",
    repository: "https://open-telemetry.github.io/opentelemetry-helm-charts",
    version: "0.170.0",
    namespace: "opentelemetry",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  "external-secrets": {
    chart: "oci://ghcr.io/external-secrets/charts/external-secrets",
    version: "2.9.0",
    namespace: "external-secrets",
    podSecurity: "restricted",
    testedOn: ["1.36"],
    reviewed: "2026-11-21",
  },
  "vertical-pod-autoscaler": {
    chart: "vertical-pod-autoscaler",
    repository: "https://kubernetes.github.io/autoscaler",
    version: "0.11.0",
    namespace: "vertical-pod-autoscaler",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  keda: {
    chart: "keda",
    repository: "https://kedacore.github.io/charts",
    version: "2.20.2",
    namespace: "keda",
    podSecurity: "restricted",
    testedOn: ["1.33", "1.34", "1.35"],
    reviewed: "2026-11-21",
  },
  velero: {
    chart: "velero",
    repository: "https://vmware-tanzu.github.io/helm-charts",
    version: "12.1.0",
    namespace: "velero",
    podSecurity: "privileged",
    testedOn: ["1.33", "1.34", "1.35"],
    reviewed: "2026-11-21",
  },
  opencost: {
    chart: "opencost",
    repository: "https://opencost.github.io/opencost-helm-chart",
    version: "2.5.17",
    namespace: "opencost",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  "strimzi-kafka-operator": {
    chart: "oci://quay.io/strimzi-helm/strimzi-kafka-operator",
    version: "1.2.0",
    namespace: "kafka",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  "cloudnative-pg": {
    chart: "cloudnative-pg",
    repository: "https://cloudnative-pg.github.io/charts",
    version: "0.29.0",
    namespace: "cnpg-system",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
  "plugin-barman-cloud": {
    chart: "plugin-barman-cloud",
    repository: "https://cloudnative-pg.github.io/charts",
    version: "0.7.0",
    namespace: "cnpg-system",
    podSecurity: "restricted",
    testedOn: [],
    reviewed: "2026-11-21",
  },
} as const satisfies Readonly<Record<string, Chart>>;

export type ChartName = keyof typeof charts;
