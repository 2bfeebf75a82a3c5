import { listOf, stringsOf, type KubeObject } from "./object";
import { selectorMatcher } from "./selectors";

/** Somebody as the API server knows him once it has checked who he is. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}
/** What somebody would do: something with objects, or with an address of the API that is none. */
export type Request =
  | {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource: string;
      /** Of one object; empty for a whole kind. */
      readonly name: string;
      /** Empty for all namespaces, and for kinds that have none. */
      readonly namespace: string;
    }
  | { readonly verb: string; readonly path: string };

export interface Verdict {
  readonly allowed: boolean;
  /** In the API server's words; empty for a plain refusal. */
  readonly reason: string;
}
/** The objects that say who may what. */
export interface Grants {
  readonly roles: readonly KubeObject[];
  readonly roleBindings: readonly KubeObject[];
  readonly clusterRoles: readonly KubeObject[];
  readonly clusterRoleBindings: readonly KubeObject[];
}

interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}
interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}
interface Reference {
  readonly kind: string;
  readonly name: string;
}

/** Whoever is in it is asked nothing (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles). */
const MASTERS = "system:masters";
const API = "rbac.authorization.k8s.io";

/** What every API server grants from its start, as far as people meet it (same page, "Default roles"). */
const bootstrapRoles: Readonly<Record<string, readonly Rule[]>> = {
  "cluster-admin": [
    { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
    { verbs: ["*"], nonResourceURLs: ["*"] },
  ],
  "system:basic-user": [
    {
      verbs: ["create"],
      apiGroups: ["authorization.k8s.io"],
      resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    },
    { verbs: ["create"], apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"] },
  ],
  "system:discovery": [
    {
      verbs: ["get"],
      nonResourceURLs: [
        "/api",
        "/api/*",
        "/apis",
        "/apis/*",
        "/healthz",
        "/livez",
        "/openapi",
        "/openapi/*",
        "/readyz",
        "/version",
        "/version/",
      ],
    },
  ],
  "system:public-info-viewer": [
    { verbs: ["get"], nonResourceURLs: ["/healthz", "/livez", "/readyz", "/version", "/version/"] },
  ],
};
const bootstrapBindings: readonly KubeObject[] = [
  binding("system:basic-user", "system:authenticated"),
  binding("system:discovery", "system:authenticated"),
  binding("system:public-info-viewer", "system:authenticated", "system:unauthenticated"),
];

function binding(name: string, ...groups: string[]): KubeObject {
  return {
    apiVersion: `${API}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: API, kind: "ClusterRole", name },
    subjects: groups.map((group) => ({ kind: "Group", name: group })),
  };
}

/**
 * Role-based access control as the API server works it out: rights only ever add up, what nobody granted is refused, and
 * a binding to a role that is not there grants nothing and is told of. Pure.
 */
export function authorise(grants: Grants, user: User, request: Request): Verdict {
  if (user.groups.includes(MASTERS)) return { allowed: true, reason: "" };
  const errors = new Set<string>();
  const namespace = "path" in request ? "" : request.namespace;
  const local = namespace === "" ? [] : grants.roleBindings.filter(({ metadata }) => metadata.namespace === namespace);
  for (const one of [...bootstrapBindings, ...grants.clusterRoleBindings, ...local]) {
    const home = one.kind === "RoleBinding" ? namespace : "";
    const subject = listOf<Subject>(one["subjects"]).find((candidate) => isSubject(candidate, user, home));
    if (subject === undefined) continue;
    const reference = one["roleRef"] as Reference;
    const rules = rulesOf(grants, reference, home);
    if (rules === undefined)
      errors.add(`${reference.kind.toLowerCase()}.${API} ${JSON.stringify(reference.name)} not found`);
    else if (rules.some((rule) => grantsIt(rule, request)))
      return { allowed: true, reason: `RBAC: allowed by ${described(one, reference, subject, home)}` };
  }
  const [first, ...others] = errors;
  if (first === undefined) return { allowed: false, reason: "" };
  return { allowed: false, reason: `RBAC: ${others.length === 0 ? first : `[${[...errors].join(", ")}]`}` };
}

function isSubject({ kind, name, namespace = "" }: Subject, user: User, home: string): boolean {
  switch (kind) {
    case "User":
      return user.name === name;
    case "Group":
      return user.groups.includes(name);
    case "ServiceAccount": {
      const place = namespace === "" ? home : namespace;
      return place !== "" && user.name === `system:serviceaccount:${place}:${name}`;
    }
    default:
      return false;
  }
}

function rulesOf(
  { roles, clusterRoles }: Grants,
  { kind, name }: Reference,
  home: string,
): readonly Rule[] | undefined {
  if (kind === "Role") {
    const role = roles.find(({ metadata }) => metadata.name === name && metadata.namespace === home);
    return role && listOf<Rule>(role["rules"]);
  }
  const role = clusterRoles.find(({ metadata }) => metadata.name === name);
  return role === undefined ? bootstrapRoles[name] : collected(role, clusterRoles, new Set());
}

/** Of a role that gathers others by their labels, theirs; each role counts once, or two could gather each other for ever. */
function collected(role: KubeObject, all: readonly KubeObject[], seen: Set<KubeObject>): readonly Rule[] {
  if (seen.has(role)) return [];
  seen.add(role);
  const gathering = role["aggregationRule"] as { clusterRoleSelectors?: unknown[] } | undefined;
  if (gathering === undefined) return listOf<Rule>(role["rules"]);
  const matchers = listOf<unknown>(gathering.clusterRoleSelectors).map((selector) => selectorMatcher(selector));
  return all
    .filter(({ metadata }) => matchers.some((matches) => matches(stringsOf(metadata.labels))))
    .flatMap((one) => collected(one, all, seen));
}

const has = (list: readonly string[] | undefined, wanted: string) =>
  list?.some((one) => one === "*" || one === wanted) === true;

function grantsIt(rule: Rule, request: Request): boolean {
  if (!has(rule.verbs, request.verb)) return false;
  if ("path" in request) return rule.nonResourceURLs?.some((url) => coversPath(url, request.path)) === true;
  const { group, resource, subresource, name } = request;
  if (!has(rule.apiGroups, group)) return false;
  const names = rule.resourceNames ?? [];
  if (names.length > 0 && !names.includes(name)) return false;
  const wanted = subresource === "" ? resource : `${resource}/${subresource}`;
  return has(rule.resources, wanted) || (subresource !== "" && rule.resources?.includes(`*/${subresource}`) === true);
}

function coversPath(url: string, path: string): boolean {
  return url === "*" || url === path || (url.endsWith("*") && path.startsWith(url.replace(/\*+$/, "")));
}

function described({ kind, metadata }: KubeObject, role: Reference, subject: Subject, home: string): string {
  const place = subject.kind === "ServiceAccount" ? `/${subject.namespace || home}` : "";
  const own = kind === "RoleBinding" ? `${metadata.name}/${metadata.namespace ?? ""}` : metadata.name;
  const [of, to] = [JSON.stringify(role.name), JSON.stringify(`${subject.name}${place}`)];
  return `${kind} ${JSON.stringify(own)} of ${role.kind} ${of} to ${subject.kind} ${to}`;
}
