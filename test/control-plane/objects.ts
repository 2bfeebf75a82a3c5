import { quantityOf } from "../../orchestrator/checks/quantity";
import type { KubeApi } from "../../orchestrator/sandbox/kubernetes/api";
import { at, listAt, type KubeObject } from "../../orchestrator/sandbox/kubernetes/object";

/** Built-in kinds that somebody writes on purpose; what else there is, controllers make of these. */
const BUILT_IN: Readonly<Record<string, string>> = {
  v1: "Namespace Service ServiceAccount ConfigMap Secret Node LimitRange ResourceQuota PersistentVolumeClaim",
  "apps/v1": "Deployment DaemonSet StatefulSet",
  "batch/v1": "CronJob",
  "policy/v1": "PodDisruptionBudget",
  "networking.k8s.io/v1": "NetworkPolicy Ingress IngressClass",
  "rbac.authorization.k8s.io/v1": "Role RoleBinding ClusterRole ClusterRoleBinding",
  "storage.k8s.io/v1": "StorageClass CSIDriver",
  "autoscaling/v2": "HorizontalPodAutoscaler",
  "scheduling.k8s.io/v1": "PriorityClass",
  "admissionregistration.k8s.io/v1":
    "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding MutatingAdmissionPolicy MutatingAdmissionPolicyBinding",
  "apiextensions.k8s.io/v1": "CustomResourceDefinition",
};
/** Kinds of which an operator makes one for each of its runs, under a name of its own. */
const PASSING = new Set(["acme.cert-manager.io", "metrics.k8s.io"]);
const PASSING_KINDS = new Set(["CertificateRequest"]);

/** Everything on a cluster that somebody wrote on purpose, of every kind that it serves, by kind, namespace and name. */
export async function objectsOn(api: KubeApi): Promise<Map<string, KubeObject>> {
  const { items: definitions } = await api.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
  const custom = definitions.flatMap((definition): [string, string][] => {
    const [group, kind] = [at(definition, "spec", "group"), at(definition, "spec", "names", "kind")].map(String);
    const version = listAt<{ name: string; served: boolean; storage: boolean }>(definition, "spec", "versions").find(
      ({ served, storage }) => served && storage,
    );
    if (version === undefined || PASSING.has(group ?? "") || PASSING_KINDS.has(kind ?? "")) return [];
    return [[`${group ?? ""}/${version.name}`, kind ?? ""]];
  });
  const kinds = Object.entries(BUILT_IN).flatMap(([apiVersion, words]) =>
    words.split(" ").map((kind): [string, string] => [apiVersion, kind]),
  );
  const found = new Map<string, KubeObject>();
  for (const [apiVersion, kind] of [...kinds, ...custom])
    for (const object of (await api.list(apiVersion, kind)).items) {
      const { namespace = "", name } = object.metadata;
      // A schedule names what it makes by the time.
      const key = `${kind} ${namespace}/${name.replace(/-\d{14}$/, "")}`;
      if (!OWN.test(key)) found.set(key, object);
    }
  return found;
}

/** What a real control plane makes for itself. */
const OWN = new RegExp(
  `^(${[
    "ServiceAccount (kube-system|kube-public|kube-node-lease)/.*",
    "ConfigMap (kube-system|kube-public)/.*",
    "ConfigMap .*/kube-root-ca\\.crt",
    "(Cluster)?Role(Binding)? .*/system:.*",
    "Role kube-system/extension-apiserver-authentication-reader",
    "ClusterRole /(admin|edit|view|cluster-admin)",
    "ClusterRoleBinding /cluster-admin",
    "PriorityClass /system-.*",
  ].join("|")})$`,
);

/** Where an object of one cluster says something that its counterpart on the other does not; defaults may be added. */
export function lost(object: KubeObject, counterpart: KubeObject): string[] {
  const { kind, metadata } = object;
  const key = `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
  if (kind === "CustomResourceDefinition" || kind === "Node") return [];
  if (key === "Service default/kubernetes") return [];
  const parts = Object.keys(object).filter((key) => !["metadata", "status", "apiVersion", "kind"].includes(key));
  const values = parts.flatMap((key) =>
    kind === "Secret" && key !== "type"
      ? keysMissing(object[key], counterpart[key], key)
      : missing(object[key], counterpart[key], key),
  );
  const labels = missing(object.metadata.labels ?? {}, counterpart.metadata.labels ?? {}, "labels");
  return [...values, ...labels];
}

const keysMissing = (one: unknown, other: unknown, path: string): string[] =>
  Object.keys((one ?? {}) as object)
    .filter((key) => !(key in ((other ?? {}) as object)))
    .map((key) => `${path}.${key}`);

function missing(one: unknown, other: unknown, path: string): string[] {
  if (one === null || one === undefined) return [];
  if (Array.isArray(one)) {
    const list = Array.isArray(other) ? (other as unknown[]) : [];
    if (list.length !== one.length) return [`${path}: ${JSON.stringify(one)} and ${JSON.stringify(other)}`];
    return one.flatMap((item, index) => missing(item, list[index], `${path}[${index}]`));
  }
  if (typeof one === "object")
    return Object.entries(one)
      .filter(([key]) => !key.startsWith("clusterIP"))
      .flatMap(([key, value]) =>
        missing(value, (other as Record<string, unknown> | undefined)?.[key], `${path}.${key}`),
      );
  return known(one) === known(other) || amount(one) === amount(other)
    ? []
    : [`${path}: ${JSON.stringify(one)} and ${JSON.stringify(other)}`];
}

/** Each world has ids, ports and addresses of its own. */
const known = (value: unknown): unknown =>
  typeof value === "string"
    ? value.replaceAll(/\b(vpc|subnet|sg|eni|fs)-[0-9a-f]{17}\b|\bZ[0-9A-F]{20}\b|\b127\.0\.0\.1:\d+\b/g, "*")
    : value;
/** An API server writes quantities in their shortest form; what is none equals no other. */
const amount = (value: unknown): number => (typeof value === "string" ? quantityOf(value) : Number.NaN);
