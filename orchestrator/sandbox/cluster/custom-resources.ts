import { apiVersionOf, type KubeObject, type Resource } from "./object";
import { prune, validate, withDefaults } from "./schema";
import { ApiError, badRequest, invalid } from "./status";

/** What a request says shall happen to fields nobody knows: refused, told and dropped, or dropped. */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

export interface Decoding {
  readonly fieldValidation: FieldValidation;
  readonly warn: (text: string) => void;
  /** A patch is refused in other words than a whole object. */
  readonly patched: boolean;
}

/** A custom resource as its definition knows it; objects of other kinds pass as they are. */
export function decode(
  resource: Resource,
  object: KubeObject,
  { fieldValidation, warn, patched }: Decoding,
): KubeObject {
  if (resource.schema === undefined) return object;
  const { value, unknown } = prune(resource.schema, object);
  const mistakes = unknown.sort().map((path) => `unknown field "${path}"`);
  if (fieldValidation === "Warn") mistakes.forEach(warn);
  if (fieldValidation !== "Strict" || mistakes.length === 0) return value as KubeObject;
  const reason = `strict decoding error: ${mistakes.join(", ")}`;
  if (patched)
    throw invalid("", "", "", [
      { field: "patch", message: `Invalid value: ${JSON.stringify(JSON.stringify(object))}: ${reason}` },
    ]);
  throw badRequest(
    `${resource.kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}: ${reason}`,
  );
}

/**
 * Server-side apply needs to know every field it will own, whatever `fieldValidation` says. The API server answers 500
 * without a reason (https://github.com/kubernetes/kubernetes/issues/139253).
 */
export function requireDeclared(resource: Resource, applied: KubeObject, name: string): void {
  if (resource.schema === undefined) return;
  const [first] = prune(resource.schema, applied).unknown;
  if (first === undefined) return;
  const { namespace = "" } = applied.metadata;
  throw new ApiError(
    500,
    "",
    `failed to create typed patch object (${namespace}/${name}; ${apiVersionOf(resource)}, Kind=${resource.kind}): .${first}: field not declared in schema`,
  );
}

/** A custom resource with its definition's defaults, or everything that is wrong with it. */
export function admitCustom(resource: Resource, object: KubeObject, before: KubeObject | undefined): KubeObject {
  if (resource.schema === undefined) return object;
  const { apiVersion, kind, metadata } = object;
  const complete = { ...(withDefaults(resource.schema, object) as KubeObject), apiVersion, kind, metadata };
  // Identity is judged by the API server itself, not by the definition.
  const content = ({ apiVersion: _a, kind: _k, metadata: _m, ...rest }: KubeObject) => rest;
  const own = { ...resource.schema, required: withoutIdentity(resource.schema["required"]) };
  const causes = validate(own, content(complete), before && content(before));
  if (causes.length > 0) throw invalid(resource.kind, resource.group, metadata.name, causes);
  return complete;
}
const withoutIdentity = (required: unknown) =>
  Array.isArray(required) ? required.filter((key) => key !== "apiVersion" && key !== "kind" && key !== "metadata") : [];
