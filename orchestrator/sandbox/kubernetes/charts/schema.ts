import type { KubeObject } from "../object";

/** A structural schema (apiextensions v1), as far as the platform's kinds need it. */
export type Schema = Readonly<Record<string, unknown>>;

export const text = (...values: readonly string[]): Schema => ({
  type: "string",
  ...(values.length > 0 && { enum: values }),
});
export const int: Schema = { type: "integer" };
export const bool: Schema = { type: "boolean" };
/** Fields the table does not look into. */
export const open: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
export const intOrText: Schema = { "x-kubernetes-int-or-string": true };
export const map: Schema = { type: "object", additionalProperties: { type: "string" } };
export const list = (items: Schema): Schema => ({ type: "array", items });
/** Fields by name; a trailing `!` makes one required. */
export function fields(given: Readonly<Record<string, Schema>>): Schema {
  const required = Object.keys(given)
    .filter((key) => key.endsWith("!"))
    .map((key) => key.slice(0, -1));
  const properties = Object.fromEntries(Object.entries(given).map(([key, schema]) => [key.replace(/!$/, ""), schema]));
  return { type: "object", properties, ...(required.length > 0 && { required }) };
}

/** A LabelSelector (apimachinery meta/v1). */
export const selector: Schema = fields({
  matchLabels: map,
  matchExpressions: list(fields({ "key!": text(), "operator!": text(), values: list(text()) })),
});
/** A container's ResourceRequirements (core/v1). */
const quantities: Schema = { type: "object", additionalProperties: intOrText };
export const resources: Schema = fields({
  limits: quantities,
  requests: quantities,
  claims: list(fields({ "name!": text(), request: text() })),
});
/** A container's SecurityContext (core/v1). */
export const securityContext: Schema = fields({
  allowPrivilegeEscalation: bool,
  appArmorProfile: fields({ "type!": text(), localhostProfile: text() }),
  capabilities: fields({ add: list(text()), drop: list(text()) }),
  privileged: bool,
  procMount: text(),
  readOnlyRootFilesystem: bool,
  runAsGroup: int,
  runAsNonRoot: bool,
  runAsUser: int,
  seLinuxOptions: fields({ level: text(), role: text(), type: text(), user: text() }),
  seccompProfile: fields({ "type!": text(), localhostProfile: text() }),
});

/**
 * What a definition publishes about a field beyond its type, by path: `spec.rules[].name`, `spec.limits{}` for the
 * values of a map. Lengths, patterns, ranges, keys of lists and rules in CEL, word for word.
 */
export type Bounds = Readonly<Record<string, Schema>>;

/** A schema with its bounds; one for a field that it does not have is a mistake. */
export function bounded(schema: Schema, path: string, bounds: Bounds): Schema {
  const left = new Set(Object.keys(bounds));
  const walk = (node: Schema, place: string): Schema => {
    left.delete(place);
    const { properties, items, additionalProperties: values } = node as Record<string, Schema | undefined>;
    return {
      ...node,
      ...bounds[place],
      ...(properties !== undefined && {
        properties: Object.fromEntries(
          Object.entries(properties).map(([key, inner]) => [key, walk(inner as Schema, `${place}.${key}`)]),
        ),
      }),
      ...(items !== undefined && { items: walk(items, `${place}[]`) }),
      ...(typeof values === "object" && { additionalProperties: walk(values, `${place}{}`) }),
    };
  };
  const whole = walk(schema, path);
  if (left.size > 0) throw new Error(`bounds of fields that are not there: ${[...left].join(", ")}`);
  return whole;
}

export interface Definition {
  readonly group: string;
  readonly kind: string;
  /** Lower case plural, where it is not the kind with an `s`. */
  readonly plural?: string;
  readonly scope?: "Namespaced" | "Cluster";
  /** The stored version first. */
  readonly versions: readonly string[];
  /** Open where the platform makes no object of the kind. */
  readonly spec?: Schema;
  /** Limits of the spec's fields, as they are published. */
  readonly bounds?: Bounds;
  /** Fields beside the spec, of kinds that have some. */
  readonly root?: Readonly<Record<string, Schema>>;
  /** Where the number of copies stands, of kinds that an autoscaler can scale. */
  readonly scale?: object;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Groups below k8s.io are served only with the record of who approved them (published with each release). */
const approvals: Readonly<Record<string, string>> = {
  "autoscaling.k8s.io": "https://github.com/kubernetes/kubernetes/pull/63797",
  "gateway.networking.k8s.io": "https://github.com/kubernetes-sigs/gateway-api/pull/4530",
  "gateway.networking.x-k8s.io": "https://github.com/kubernetes-sigs/gateway-api/pull/4530",
  "snapshot.storage.k8s.io": "https://github.com/kubernetes-csi/external-snapshotter/pull/814",
  "externaldns.k8s.io": "https://github.com/kubernetes-sigs/external-dns/pull/2007",
};

/** A CustomResourceDefinition with a status of its own. */
export function definition({
  group,
  kind,
  plural = `${kind.toLowerCase()}s`,
  scope = "Namespaced",
  versions,
  spec = open,
  bounds = {},
  root = {},
  scale,
  annotations: given = {},
}: Definition): KubeObject {
  const approval = approvals[group];
  const annotations = { ...(approval !== undefined && { "api-approved.kubernetes.io": approval }), ...given };
  const schema = {
    openAPIV3Schema: {
      type: "object",
      // What the platform writes of a kind is its spec: an object without one is a mistake.
      ...(spec !== open && { required: ["spec"] }),
      properties: {
        apiVersion: text(),
        kind: text(),
        metadata: { type: "object" },
        spec: bounded(spec, "spec", bounds),
        status: open,
        ...root,
      },
    },
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}`, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: {
      group,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      versions: versions.map((name, i) => ({
        name,
        served: true,
        storage: i === 0,
        schema,
        subresources: { status: {}, ...(scale !== undefined && { scale }) },
      })),
    },
  };
}
