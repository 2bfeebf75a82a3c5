import { kindOf } from "./kind";
import { cnpgPod, strimziPod } from "./operated";
import type { Subject } from "./subject";
import type { Verdict } from "./rule";
import { along, at, isFields, items, UNKNOWN, type Fields, type Value } from "./value";

/** Where each kind keeps its pod template (https://kubernetes.io/docs/concepts/workloads/); Pods are one themselves. */
const templates: Readonly<Record<string, readonly string[]>> = {
  "/Pod": [],
  "/PodTemplate": ["template"],
  "/ReplicationController": ["spec", "template"],
  "apps/Deployment": ["spec", "template"],
  "apps/StatefulSet": ["spec", "template"],
  "apps/DaemonSet": ["spec", "template"],
  "apps/ReplicaSet": ["spec", "template"],
  "extensions/Deployment": ["spec", "template"],
  "extensions/DaemonSet": ["spec", "template"],
  "extensions/ReplicaSet": ["spec", "template"],
  "batch/Job": ["spec", "template"],
  "batch/CronJob": ["spec", "jobTemplate", "spec", "template"],
  "argoproj.io/Rollout": ["spec", "template"],
};
/** Custom resources whose operator makes the pods; only what the resource sets can be judged. */
const operated: Readonly<Record<string, (properties: Fields, kind: string) => OperatedPod | undefined>> = {
  "postgresql.cnpg.io/Cluster": cnpgPod,
  "kafka.strimzi.io/Kafka": strimziPod,
  "kafka.strimzi.io/KafkaNodePool": strimziPod,
  "kafka.strimzi.io/KafkaConnect": strimziPod,
  "kafka.strimzi.io/KafkaMirrorMaker2": strimziPod,
  "kafka.strimzi.io/KafkaBridge": strimziPod,
};

/** A pod as a custom resource describes it, in the words of a pod. */
export interface OperatedPod {
  readonly spec: Fields;
  readonly containers: readonly { readonly place: string; readonly fields: Fields }[];
  readonly replicas: Value;
}

/** `init` runs to its end before the others; `sidecar` is an init container that stays; `ephemeral` is for debugging. */
export type Role = "main" | "init" | "sidecar" | "ephemeral";

export class Container {
  constructor(
    readonly fields: Fields,
    readonly role: Role,
    readonly base: string,
    readonly index: number,
  ) {}
  /** `spec.template.spec.initContainers[0]` */
  get place(): string {
    return this.index < 0 ? this.base : `${this.base}[${this.index}]`;
  }
  /** For messages: its place and, when known, its name. */
  get title(): string {
    const name = this.fields["name"];
    return typeof name === "string" ? `${this.place} (${name})` : this.place;
  }
}

export interface Workload {
  readonly kind: string;
  /** A missing field says nothing: the resource is a patch, or an operator fills the pod in. */
  readonly partial: boolean;
  readonly patch: boolean;
  /** Windows pods have no Linux security settings (PSS, OS-specific policies). */
  readonly windows: boolean;
  readonly spec: Fields;
  /** Where the pod's spec is: `spec.template.spec`. */
  readonly place: string;
  /** Metadata of the pods; empty when there is none. */
  readonly metadata: Fields;
  readonly containers: readonly Container[];
  /** Places of containers that are not known before the update. */
  readonly unknown: readonly string[];
  /** Copies asked for; 1 where nothing is said, undefined where the kind has none. */
  readonly replicas: number | typeof UNKNOWN | undefined;
}

const workloadNames = new Set([...Object.keys(templates), ...Object.keys(operated)]);

export function isWorkload(type: string): boolean {
  const kind = kindOf(type);
  return kind !== undefined && workloadNames.has(`${kind.group}/${kind.kind}`);
}

/** A workload that is declared whole: no patch, no operator's custom resource. */
export function isWholeWorkload(type: string): boolean {
  const kind = kindOf(type);
  return kind !== undefined && !kind.patch && `${kind.group}/${kind.kind}` in templates;
}

/** Path of the pod's spec in a workload that is declared whole. */
export function podPath(type: string): readonly string[] | undefined {
  const kind = kindOf(type);
  const path = kind && templates[`${kind.group}/${kind.kind}`];
  return path && [...path, "spec"];
}

/** The one view of every kind that makes pods; UNKNOWN when the template is not known yet. */
export function readWorkload(type: string, properties: Fields): Workload | typeof UNKNOWN | undefined {
  const kind = kindOf(type);
  if (kind === undefined) return undefined;
  const name = `${kind.group}/${kind.kind}`;
  const path = templates[name];
  if (path === undefined) {
    const pod = operated[name]?.(properties, kind.kind);
    return pod && operatedWorkload(kind.kind, kind.patch, pod);
  }
  const template = along(properties, path);
  const spec = at(template, "spec");
  if (template === UNKNOWN || spec === UNKNOWN) return UNKNOWN;
  if (!isFields(spec)) return undefined;
  const place = path.length === 0 ? "spec" : `${path.join(".")}.spec`;
  const containers: Container[] = [];
  const unknown: string[] = [];
  collect(spec["initContainers"], "init", `${place}.initContainers`, containers, unknown);
  collect(spec["containers"], "main", `${place}.containers`, containers, unknown);
  collect(spec["ephemeralContainers"], "ephemeral", `${place}.ephemeralContainers`, containers, unknown);
  const metadata = at(template, "metadata");
  return {
    kind: kind.kind,
    partial: kind.patch,
    patch: kind.patch,
    windows: at(spec, "os", "name") === "windows",
    spec,
    place,
    metadata: isFields(metadata) ? metadata : {},
    containers,
    unknown,
    replicas: replicated.has(kind.kind) ? copies(at(properties, "spec", "replicas")) : undefined,
  };
}

const replicated = new Set(["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"]);

function operatedWorkload(kind: string, patch: boolean, { spec, containers, replicas }: OperatedPod): Workload {
  return {
    kind,
    partial: true,
    patch,
    windows: false,
    spec,
    place: "spec",
    metadata: {},
    containers: containers.map(({ place, fields }) => new Container(fields, "main", place, -1)),
    unknown: [],
    replicas: replicas === undefined ? undefined : copies(replicas),
  };
}

function copies(value: Value): number | typeof UNKNOWN {
  if (value === UNKNOWN) return UNKNOWN;
  return typeof value === "number" ? value : 1;
}

function collect(value: Value, role: Role, base: string, containers: Container[], unknown: string[]): void {
  const found = items(value);
  if (found === UNKNOWN) {
    unknown.push(base);
    return;
  }
  for (let index = 0; index < found.length; index++) {
    const fields = found[index];
    if (fields === UNKNOWN) unknown.push(`${base}[${index}]`);
    else if (isFields(fields)) {
      const stays = role === "init" && fields["restartPolicy"] === "Always";
      containers.push(new Container(fields, stays ? "sidecar" : role, base, index));
    }
  }
}

/** The container's own setting wins over the pod's (https://kubernetes.io/docs/tasks/configure-pod-container/security-context/). */
export function effective(workload: Workload, container: Container, field: string): Value {
  const own = at(container.fields["securityContext"], field);
  return own === undefined || own === null ? at(workload.spec["securityContext"], field) : own;
}

/** Hands the workload to `judge`; a template that is not known yet is left undecided. */
export function withWorkload(subject: Subject, verdict: Verdict, judge: (workload: Workload) => void): void {
  const workload = subject.workload;
  if (workload === UNKNOWN) verdict.undecided("the pod template");
  else if (workload !== undefined) judge(workload);
}

/** Hands each known container to `judge` first, then says which are not known yet. */
export function eachContainer(
  subject: Subject,
  verdict: Verdict,
  judge: (container: Container, workload: Workload) => void,
): void {
  withWorkload(subject, verdict, (workload) => {
    for (const container of workload.containers) judge(container, workload);
    for (const place of workload.unknown) verdict.undecided(place);
  });
}
