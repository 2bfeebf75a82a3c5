import type { Subject, Verdict } from "./rule";
import { at, isFields, items, UNKNOWN, type Fields, type Value } from "./value";

/** Where each workload kind keeps its pod (https://kubernetes.io/docs/concepts/workloads/). */
const podPaths: Readonly<Record<string, readonly string[]>> = {
  Pod: ["spec"],
  Deployment: ["spec", "template", "spec"],
  StatefulSet: ["spec", "template", "spec"],
  DaemonSet: ["spec", "template", "spec"],
  ReplicaSet: ["spec", "template", "spec"],
  ReplicationController: ["spec", "template", "spec"],
  Job: ["spec", "template", "spec"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** `kubernetes:apps/v1:Deployment` → Deployment; also for the `…Patch` resources of @pulumi/kubernetes. */
function workloadKind(type: string): string | undefined {
  const kind = /^kubernetes:[\w./]+:(\w+?)(Patch)?$/.exec(type)?.[1];
  return kind !== undefined && kind in podPaths ? kind : undefined;
}

export function isWorkload(type: string): boolean {
  return workloadKind(type) !== undefined;
}

/** A patch leaves out what it does not change: a missing field in it says nothing about the object. */
export function isPatch(type: string): boolean {
  return type.endsWith("Patch");
}

export interface Container {
  readonly fields: Fields;
  /** `spec.template.spec.initContainers[0]` */
  readonly place: string;
  /** Only long-running and init containers can carry resources; ephemeral ones cannot (API validation). */
  readonly ephemeral: boolean;
}

export interface Pod {
  readonly spec: Fields;
  readonly place: string;
  readonly containers: readonly Container[];
}

/** The pod of a workload, or UNKNOWN when some list or the pod itself is not known before the update. */
export function podOf(subject: Subject): Pod | typeof UNKNOWN | undefined {
  const path = podPaths[workloadKind(subject.type) ?? ""];
  if (path === undefined) return undefined;
  const spec = at(subject.properties, ...path);
  if (spec === UNKNOWN) return UNKNOWN;
  if (!isFields(spec)) return undefined;
  const containers: Container[] = [];
  for (const list of ["initContainers", "containers", "ephemeralContainers"]) {
    const found = items(spec[list]);
    if (found === UNKNOWN) return UNKNOWN;
    found.forEach((fields: Value, index) => {
      const where = `${path.join(".")}.${list}[${index}]`;
      if (isFields(fields)) containers.push({ fields, place: where, ephemeral: list === "ephemeralContainers" });
    });
  }
  return { spec, place: path.join("."), containers };
}

/** Container for messages: its place and, when known, its name. */
export function containerName(container: Container): string {
  const name = container.fields["name"];
  return typeof name === "string" ? `${container.place} (${name})` : container.place;
}

/** The container's own setting wins over the pod's (https://kubernetes.io/docs/tasks/configure-pod-container/security-context/). */
export function effective(pod: Pod, container: Container, field: string): Value {
  const own = at(container.fields, "securityContext", field);
  return own === undefined || own === null ? at(pod.spec, "securityContext", field) : own;
}

/** Hands each container of a workload to `judge`; a pod template that is not known yet is left undecided. */
export function eachContainer(
  subject: Subject,
  verdict: Verdict,
  judge: (container: Container, pod: Pod) => void,
): void {
  const pod = podOf(subject);
  if (pod === UNKNOWN) verdict.undecided("the pod template");
  else pod?.containers.forEach((container) => judge(container, pod));
}
