import type { RoleRule } from "../personas";

/** A kind of object, by its name and as the API server's paths say it. */
interface WorkloadKind {
  readonly group: string;
  readonly kind: string;
  readonly resource: string;
}

/** What an application is made of. Rights, policies, quotas and secrets are the platform's and come from no repository. */
export const workloadKinds: readonly WorkloadKind[] = [
  { group: "", kind: "ConfigMap", resource: "configmaps" },
  { group: "", kind: "Service", resource: "services" },
  { group: "", kind: "ServiceAccount", resource: "serviceaccounts" },
  { group: "", kind: "PersistentVolumeClaim", resource: "persistentvolumeclaims" },
  { group: "apps", kind: "Deployment", resource: "deployments" },
  { group: "apps", kind: "StatefulSet", resource: "statefulsets" },
  // What takes a new version in by canary (D5.3).
  { group: "argoproj.io", kind: "AnalysisTemplate", resource: "analysistemplates" },
  { group: "argoproj.io", kind: "Rollout", resource: "rollouts" },
  { group: "autoscaling", kind: "HorizontalPodAutoscaler", resource: "horizontalpodautoscalers" },
  { group: "batch", kind: "CronJob", resource: "cronjobs" },
  { group: "batch", kind: "Job", resource: "jobs" },
  { group: "external-secrets.io", kind: "ExternalSecret", resource: "externalsecrets" },
  { group: "flagger.app", kind: "Canary", resource: "canaries" },
  { group: "gateway.envoyproxy.io", kind: "SecurityPolicy", resource: "securitypolicies" },
  { group: "gateway.networking.k8s.io", kind: "HTTPRoute", resource: "httproutes" },
  { group: "monitoring.coreos.com", kind: "PodMonitor", resource: "podmonitors" },
  { group: "monitoring.coreos.com", kind: "PrometheusRule", resource: "prometheusrules" },
  { group: "policy", kind: "PodDisruptionBudget", resource: "poddisruptionbudgets" },
];

const DELIVER = ["get", "list", "watch", "create", "update", "patch", "delete"];

/** The rights by which the API server itself holds a delivery to these kinds. */
export const workloadRules: readonly RoleRule[] = [...new Set(workloadKinds.map(({ group }) => group))].map(
  (group) => ({
    apiGroups: [group],
    resources: workloadKinds.filter((one) => one.group === group).map(({ resource }) => resource),
    verbs: DELIVER,
  }),
);

/** What the application of applications may write into the namespaces of applications: how they are delivered. */
export const declaringRules: readonly RoleRule[] = [
  { apiGroups: ["source.toolkit.fluxcd.io"], resources: ["gitrepositories"], verbs: DELIVER },
  { apiGroups: ["kustomize.toolkit.fluxcd.io"], resources: ["kustomizations"], verbs: DELIVER },
];
