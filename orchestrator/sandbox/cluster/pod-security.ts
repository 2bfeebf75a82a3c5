import { fieldsOf, specOf, stringsOf, type KubeObject } from "./object";
import { baseline } from "./pod-security/baseline";
import { judged, type Control } from "./pod-security/control";
import { restricted } from "./pod-security/restricted";
import { forbidden } from "./status";
import type { ClusterStore } from "./store";

const LABEL = "pod-security.kubernetes.io/";
const levels: Readonly<Record<string, readonly Control[]>> = { privileged: [], baseline, restricted };

/**
 * Pod Security Admission of a pod: refused at the namespace's `enforce` level, warned about at its `warn` level
 * (https://kubernetes.io/docs/concepts/security/pod-security-admission/). The level's version is always the latest.
 */
export function enforcePodSecurity(store: ClusterStore, pod: KubeObject, warn: (text: string) => void): void {
  const level = levelOf(store, pod, "enforce") ?? "privileged";
  const found = violations(pod, level);
  if (found.length > 0)
    throw forbidden("pods", "", pod.metadata.name, `violates PodSecurity "${level}:latest": ${found.join(", ")}`);
  warnOfPodSecurity(store, pod, warn);
}

/** What has a pod template is never refused, only warned about: the pods it makes are refused. */
export function warnOfPodSecurity(store: ClusterStore, object: KubeObject, warn: (text: string) => void): void {
  const level = levelOf(store, object, "warn") ?? levelOf(store, object, "enforce") ?? "privileged";
  const found = violations(podOf(object), level);
  if (found.length > 0) warn(`would violate PodSecurity "${level}:latest": ${found.join(", ")}`);
}

function levelOf(store: ClusterStore, object: KubeObject, mode: "enforce" | "warn"): string | undefined {
  const namespace = store.find("v1", "Namespace", object.metadata.namespace ?? "");
  return namespace?.metadata.labels?.[`${LABEL}${mode}`];
}
/** The pod of a template; a CronJob's is one level further down. */
function podOf(object: KubeObject): KubeObject {
  if (object.kind === "Pod") return object;
  const holder = object.kind === "CronJob" ? fieldsOf(fieldsOf(specOf(object)["jobTemplate"])["spec"]) : specOf(object);
  const template = fieldsOf(holder["template"]);
  const annotations = stringsOf(fieldsOf(template["metadata"])["annotations"]);
  return { ...object, metadata: { ...object.metadata, annotations }, spec: template["spec"] };
}
function violations(pod: KubeObject, level: string): string[] {
  const subject = judged(pod);
  return (levels[level] ?? []).map((control) => control(subject)).filter((violation) => violation !== undefined);
}
