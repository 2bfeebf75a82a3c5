/** `apps/v1`, `Deployment` → `kubernetes:apps/v1:Deployment`; the core group has a name in tokens and none in manifests. */
export function tokenOf(apiVersion: string, kind: string): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

export interface Kind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** A `…Patch` resource of @pulumi/kubernetes: a field it leaves out says nothing about the object. */
  readonly patch: boolean;
}

const kinds = new Map<string, Kind | undefined>();

/** The Kubernetes kind of a type token; undefined for anything else. Remembered: a stack has few types. */
export function kindOf(type: string): Kind | undefined {
  if (kinds.has(type)) return kinds.get(type);
  const kind = parse(type);
  // Tokens come from the outside: a run with millions of made-up ones must not fill memory.
  if (kinds.size > 4096) kinds.clear();
  kinds.set(type, kind);
  return kind;
}

function parse(type: string): Kind | undefined {
  const [provider, api = "", name = "", ...more] = type.split(":");
  if (provider !== "kubernetes" || api === "" || name === "" || more.length > 0) return undefined;
  const slash = api.indexOf("/");
  const group = slash < 0 ? "" : api.slice(0, slash);
  const patch = name.length > 5 && name.endsWith("Patch");
  return {
    group: group === "core" ? "" : group,
    version: api.slice(slash + 1),
    kind: patch ? name.slice(0, -5) : name,
    patch,
  };
}

/** A test for kinds, whatever their version: `apps/Deployment`, `/Pod` (core), `networking.k8s.io/Ingress`. */
export function isKind(...names: readonly string[]): (type: string) => boolean {
  const wanted = new Set(names);
  return (type) => {
    const kind = kindOf(type);
    return kind !== undefined && wanted.has(`${kind.group}/${kind.kind}`);
  };
}
