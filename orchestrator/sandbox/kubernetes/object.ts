/** Any Kubernetes object, as it travels. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  [field: string]: unknown;
}

export interface Metadata {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  [field: string]: unknown;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** What names an object. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason?: string;
  message?: string;
  observedGeneration?: number;
  lastTransitionTime?: string;
}

export function refOf(object: KubeObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, name, namespace };
}

/** `namespace/name`, or the name alone. */
export function pathOf({ name, namespace }: { name: string; namespace?: string | undefined }): string {
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

/** A value inside an object by its field names; undefined when a step is missing. */
export function at(object: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | null | undefined)?.[step],
    object,
  );
}

/** A list inside an object; empty when it is missing. */
export function listAt<T = Record<string, unknown>>(object: unknown, ...path: readonly (string | number)[]): T[] {
  const value = at(object, ...path);
  return Array.isArray(value) ? (value as T[]) : [];
}

export function conditionOf(object: KubeObject | undefined, type: string): Condition | undefined {
  return listAt<Condition>(object, "status", "conditions").find((condition) => condition.type === type);
}

/** True when all labels of the selector are there. */
export function selects(selector: unknown, labels: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries((selector ?? {}) as Record<string, string>).every(([key, value]) => labels[key] === value);
}
