import { equal, isObject } from "../../engine/builtin/values";
import type { DiffResult, Json, Properties } from "../provider/serve";
import { AUTONAMED, isPatch } from "./inputs";

/**
 * Fields whose change means a new object, by group and kind (the provider's own table, provider/pkg/provider/diff in
 * pulumi/pulumi-kubernetes; ConfigMap and Secret are replaced so that pods see a new name).
 */
const immutable: Readonly<Record<string, readonly string[]>> = {
  "/ConfigMap": ["data", "binaryData"],
  "/Secret": ["data", "stringData", "type"],
  "/Service": ["spec.clusterIP"],
  "/PersistentVolumeClaim": [
    "spec.accessModes",
    "spec.selector",
    "spec.storageClassName",
    "spec.volumeName",
    "spec.volumeMode",
  ],
  "apps/Deployment": ["spec.selector"],
  "apps/DaemonSet": ["spec.selector"],
  "apps/ReplicaSet": ["spec.selector"],
  "apps/StatefulSet": ["spec.podManagementPolicy", "spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"],
  "batch/Job": ["spec.selector", "spec.template", "spec.completionMode", "spec.completions"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
  "scheduling.k8s.io/PriorityClass": ["value"],
};
/** Of a running pod only these can change (Kubernetes API reference, Pod update and replacement). */
const MUTABLE_OF_POD = /^spec\.(containers\.\d+\.image|initContainers\.\d+\.image|activeDeadlineSeconds|tolerations)/;
/** What the object is: another one of any of these is another object. */
const IDENTITY = ["metadata.name", "metadata.namespace", "metadata.generateName", "kind"];

/** What an update would change, and whether it has to be a new object. */
export function compare(type: string, olds: Properties, news: Properties): DiffResult {
  const changed = differences(normal(olds), normal(news), "");
  const group = String(news["apiVersion"] ?? "").includes("/") ? String(news["apiVersion"]).split("/")[0] : "";
  const kind = String(news["kind"]);
  const fixed = immutable[`${group ?? ""}/${kind}`] ?? [];
  const forces = (path: string) =>
    [...IDENTITY, ...fixed].some(
      (prefix) => path === prefix || path.startsWith(`${prefix}.`) || prefix.startsWith(`${path}.`),
    ) ||
    (group === "" && kind === "Pod" && path.startsWith("spec") && !MUTABLE_OF_POD.test(path)) ||
    (path === "apiVersion" && groupOf(olds) !== groupOf(news));
  const replaces = isPatch(type, news) ? changed.filter((path) => IDENTITY.includes(path)) : changed.filter(forces);
  return {
    changes: changed.length > 0,
    replaces,
    diffs: changed,
    // Two objects of one name cannot be there at once.
    deleteBeforeReplace: replaces.length > 0 && !autonamed(news) && sameName(olds, news),
  };
}

function normal(inputs: Properties): Properties {
  const { __defaults: _d, __fieldManager: _m, __initialApiVersion: _v, __initialKind: _k, ...rest } = inputs;
  const metadata = rest["metadata"];
  if (!isObject(metadata)) return rest;
  const annotations = isObject(metadata["annotations"]) ? { ...metadata["annotations"] } : undefined;
  if (annotations) delete annotations[AUTONAMED];
  const bare = { ...metadata };
  delete bare["annotations"];
  if (annotations && Object.keys(annotations).length > 0) bare["annotations"] = annotations;
  return { ...rest, metadata: bare };
}

/** Paths of what differs, as deep as both sides have the same structure. */
function differences(a: Json | undefined, b: Json | undefined, path: string): string[] {
  if (equal(a, b)) return [];
  const step = (key: string | number) => (path === "" ? String(key) : `${path}.${key}`);
  if (isObject(a) && isObject(b))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
      differences(a[key], b[key], step(key)),
    );
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
    return a.flatMap((item, i) => differences(item, b[i], step(i)));
  return [path];
}

const groupOf = (inputs: Properties): string =>
  String(inputs["apiVersion"] ?? "")
    .split("/")
    .slice(0, -1)
    .join("/");
function metadataOf(inputs: Properties): { [key: string]: Json } {
  return isObject(inputs["metadata"]) ? inputs["metadata"] : {};
}
function autonamed(inputs: Properties): boolean {
  const annotations = metadataOf(inputs)["annotations"];
  return isObject(annotations) && annotations[AUTONAMED] === "true";
}
function sameName(olds: Properties, news: Properties): boolean {
  const [a, b] = [metadataOf(olds), metadataOf(news)];
  return a["name"] === b["name"] && (a["namespace"] ?? "default") === (b["namespace"] ?? "default");
}
