import { admitCustom } from "./custom-resources";
import { withLimits } from "./limit-range";
import { validateMetadata } from "./metadata";
import { specOf, type KubeObject, type Resource } from "./object";
import { enforcePodSecurity, warnOfPodSecurity } from "./pod-security";
import { enforceQuota } from "./quotas";
import { admitService } from "./services";
import type { ClusterStore } from "./store";
import { forbidden, notFound } from "./status";
import { hasTemplate, validateWorkload, warnOfAnnotations } from "./workloads";

/**
 * What the API server checks and fills in before it stores an object; `warn` takes what it lets pass and tells the
 * client all the same. Everybody who asks is the administrator; what others may is answered to access reviews.
 */
export function admit(
  store: ClusterStore,
  resource: Resource,
  given: KubeObject,
  before: KubeObject | undefined,
  warn: (text: string) => void,
): KubeObject {
  const object = isNamespace(resource) ? withNameLabel(given) : given;
  validateMetadata(resource, object);
  if (resource.namespaced && before === undefined) requireNamespace(store, resource, object);
  validateWorkload(resource, object, before);
  warnOfAnnotations(object, warn);
  if (hasTemplate(resource)) warnOfPodSecurity(store, object, warn);
  if (resource.kind !== "Pod" || before !== undefined) return defaulted(store, resource, object, before);
  const pod = withLimits(store, object);
  requireServiceAccount(store, pod);
  enforcePodSecurity(store, pod, warn);
  enforceQuota(store, pod);
  return pod;
}

const isNamespace = ({ group, kind }: Resource) => group === "" && kind === "Namespace";
/** What selectors of namespaces rely on. */
function withNameLabel(object: KubeObject): KubeObject {
  const labels = { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name };
  return { ...object, metadata: { ...object.metadata, labels } };
}

function requireNamespace(store: ClusterStore, resource: Resource, { metadata }: KubeObject): void {
  const namespace = store.find("v1", "Namespace", metadata.namespace ?? "");
  if (namespace === undefined) throw notFound("namespaces", "", metadata.namespace ?? "");
  if (namespace.metadata.deletionTimestamp !== undefined)
    throw forbidden(
      resource.plural,
      resource.group,
      metadata.name,
      `unable to create new content in namespace ${metadata.namespace ?? ""} because it is being terminated`,
    );
}

/** Defaults that clients rely on reading back. */
function defaulted(
  store: ClusterStore,
  resource: Resource,
  object: KubeObject,
  before: KubeObject | undefined,
): KubeObject {
  if (resource.kind === "Service" && resource.group === "") return admitService(store, object, before);
  if (resource.group === "apps" && hasTemplate(resource) && resource.kind !== "DaemonSet")
    return { ...object, spec: { replicas: 1, ...specOf(object) } };
  if (resource.kind === "Secret" && resource.group === "") return withData(object);
  if (isNamespace(resource))
    return {
      ...object,
      spec: { finalizers: ["kubernetes"], ...specOf(object) },
      status: object["status"] ?? { phase: "Active" },
    };
  return admitCustom(resource, object, before);
}

/** What clients write in clear text is stored, and read back, as data. */
function withData({ stringData, ...secret }: KubeObject): KubeObject {
  const encoded = Object.entries((stringData ?? {}) as Record<string, string>).map(
    ([key, text]) => [key, Buffer.from(text).toString("base64")] as const,
  );
  const type = secret["type"] ?? "Opaque";
  if (encoded.length === 0) return { ...secret, type };
  return { ...secret, type, data: { ...(secret["data"] as object | undefined), ...Object.fromEntries(encoded) } };
}

function requireServiceAccount(store: ClusterStore, pod: KubeObject): void {
  const name = String(specOf(pod)["serviceAccountName"] ?? "default");
  if (store.find("v1", "ServiceAccount", name, pod.metadata.namespace) === undefined)
    throw forbidden(
      "pods",
      "",
      pod.metadata.name,
      `error looking up service account ${pod.metadata.namespace ?? ""}/${name}: serviceaccount "${name}" not found`,
    );
}
