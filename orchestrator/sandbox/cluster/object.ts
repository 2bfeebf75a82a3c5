/** A Kubernetes object as JSON. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  // Everything else depends on the kind.
  [field: string]: unknown;
}
export interface Metadata {
  name: string;
  namespace?: string;
  generateName?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
  finalizers?: string[];
  managedFields?: ManagedFields[];
}
export interface ManagedFields {
  manager: string;
  operation: "Apply" | "Update";
  apiVersion: string;
  time: string;
  fieldsType: "FieldsV1";
  fieldsV1: FieldTree;
  subresource?: string;
}
export interface FieldTree {
  [key: string]: FieldTree;
}

export type Fields = Record<string, unknown>;
export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
export const listOf = <T = Fields>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : []);
/** `spec` of an object, whatever it holds. */
export const specOf = (object: KubeObject): Fields => fieldsOf(object["spec"]);
export const statusOf = (object: KubeObject): Fields => fieldsOf(object["status"]);
export const stringsOf = (value: unknown): Record<string, string> => fieldsOf(value) as Record<string, string>;

/** One API type and how it is served. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly subresources?: readonly string[];
  /** What may be done with it, where that is not everything. */
  readonly verbs?: readonly string[];
  /** Of a custom resource: its definition's `openAPIV3Schema`. */
  readonly schema?: Readonly<Fields>;
}
export const apiVersionOf = ({ group, version }: Pick<Resource, "group" | "version">): string =>
  group === "" ? version : `${group}/${version}`;
