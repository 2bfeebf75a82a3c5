import { containsUnknown, isObject, isUnknown } from "../../engine/builtin/values";
import type { Json, Properties, ResourceCall } from "../provider/serve";
import { randomBytes } from "node:crypto";
import type { KubeObject, ObjectRef } from "./object";

/** Annotation by which the provider remembers that it made the name up. */
export const AUTONAMED = "pulumi.com/autonamed";

/** The last part of a type token: `Deployment` of `kubernetes:apps/v1:Deployment`. */
export function kindInToken(type: string): string {
  return type.slice(type.lastIndexOf(":") + 1);
}

/** `apps/v1` of `kubernetes:apps/v1:Deployment`, `v1` of `kubernetes:core/v1:Service`. */
export function apiVersionInToken(type: string): string {
  const version = type.slice(type.indexOf(":") + 1, type.lastIndexOf(":"));
  return version.startsWith("core/") ? version.slice("core/".length) : version;
}

/** `...Patch` resources change an object that somebody else made. */
export function isPatch(type: string, inputs: Properties): boolean {
  const token = kindInToken(type);
  return token.endsWith("Patch") && token !== inputs["kind"];
}

/** `namespace/name`, or the name alone for what has no namespace. */
export function parseId(id: string): { name: string; namespace?: string } {
  const [first = "", second] = id.split("/", 2);
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

export function refFrom(type: string, id: string, known: Properties): ObjectRef {
  const apiVersion = known["apiVersion"];
  const kind = known["kind"];
  return {
    apiVersion: typeof apiVersion === "string" ? apiVersion : apiVersionInToken(type),
    kind: typeof kind === "string" ? kind : kindInToken(type).replace(/Patch$/, ""),
    ...parseId(id),
  };
}

/** Checked inputs as the object they are. */
export function objectOf(inputs: Properties): KubeObject {
  const {
    __fieldManager: _m,
    __initialApiVersion: _v,
    __initialKind: _k,
    __inputs: _i,
    __defaults: _d,
    ...object
  } = inputs;
  return object as unknown as KubeObject;
}

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** Completes inputs: the name when there is none, the namespace when the kind has one. */
export function complete(
  call: ResourceCall,
  olds: Properties | undefined,
  news: Properties,
  scope: { readonly namespaced: boolean | undefined; readonly namespace: string },
): { inputs: Properties; failures: Failure[] } {
  const { __defaults: _defaults, ...given } = news;
  const inputs: Properties = given;
  const failures = (["apiVersion", "kind"] as const)
    .filter((key) => inputs[key] === undefined || inputs[key] === "")
    .map((property) => ({ property, reason: `object has no ${property}` }));
  if (kindInToken(call.type).endsWith("List") && inputs["items"] !== undefined)
    failures.push({
      property: "kind",
      reason: `${String(inputs["kind"])} is a list as the API returns it and cannot be created; declare each item by itself`,
    } as never);
  if (isUnknown(inputs["metadata"])) return { inputs, failures };

  const metadata = { ...(isObject(inputs["metadata"]) ? inputs["metadata"] : {}) };
  const before = olds?.["metadata"];
  const oldMetadata = isObject(before) ? before : undefined;
  if (metadata["name"] === undefined && metadata["generateName"] === undefined) {
    if (isPatch(call.type, inputs))
      failures.push({
        property: "metadata.name",
        reason: "a Patch resource has to name the object it patches",
      } as never);
    else nameIt(call, metadata, oldMetadata);
  }
  if (metadata["namespace"] === undefined) {
    if (scope.namespaced === true) metadata["namespace"] = scope.namespace;
    // Whether it has one cannot be asked right now: what was found out before still holds.
    else if (scope.namespaced === undefined && oldMetadata?.["namespace"] !== undefined)
      metadata["namespace"] = oldMetadata["namespace"];
  }
  return { inputs: { ...inputs, metadata }, failures };
}

/** `<logical name>-<8 hex>`, kept for as long as the resource lives. */
function nameIt(call: ResourceCall, metadata: { [key: string]: Json }, old: { [key: string]: Json } | undefined): void {
  const annotations = old?.["annotations"];
  const kept = isObject(annotations) && annotations[AUTONAMED] === "true" ? old?.["name"] : undefined;
  const own = metadata["annotations"];
  metadata["name"] = kept ?? `${call.name.toLowerCase()}-${randomBytes(4).toString("hex")}`;
  metadata["annotations"] = { ...(isObject(own) ? own : {}), [AUTONAMED]: "true" };
}

/** A preview can ask the API server only about what is fully known. */
export const isKnown = (inputs: Properties): boolean => !containsUnknown(inputs);

/** What a person would have written to get this object: nothing that the server filled in. */
export function writtenPart(object: KubeObject): Properties {
  const { status: _status, metadata, ...rest } = object;
  const {
    uid: _u,
    resourceVersion: _r,
    generation: _g,
    creationTimestamp: _c,
    managedFields: _m,
    selfLink: _s,
    ownerReferences: _o,
    ...own
  } = metadata as Record<string, unknown>;
  return { ...(rest as unknown as Properties), metadata: own as unknown as Json };
}

/** The live values at the places the inputs speak of: what a refresh compares. */
export function project(live: Json | undefined, inputs: Json): Json | undefined {
  if (live === undefined) return undefined;
  if (isObject(inputs) && isObject(live)) {
    const entries = Object.entries(inputs).map(([key, value]) => [key, project(live[key], value as Json)] as const);
    return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
  }
  if (Array.isArray(inputs) && Array.isArray(live) && inputs.length === live.length)
    return inputs.map((item, i) => project(live[i], item) ?? null);
  return live;
}
