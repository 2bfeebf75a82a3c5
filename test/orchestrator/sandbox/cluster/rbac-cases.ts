import fc from "fast-check";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";
import type { Grants, Request, User } from "../../../../orchestrator/sandbox/cluster/rbac";

/** Small alphabets, so that grants and questions meet often. */
export const NAMESPACES = ["rbac-a", "rbac-b"] as const;
const API = "rbac.authorization.k8s.io";
const some = <T>(list: readonly T[]) => fc.uniqueArray(fc.constantFrom(...list), { minLength: 1, maxLength: 2 });
const rule = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      verbs: some(["get", "list", "create", "*"]),
      apiGroups: some(["", "apps", "*"]),
      resources: some(["pods", "pods/log", "*/log", "*", "deployments", "deployments/scale"]),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      verbs: some(["get", "*"]),
      apiGroups: fc.constant([""]),
      resources: fc.constant(["pods"]),
      resourceNames: some(["one", "two"]),
    }),
  },
);
const pathRule = fc.record({ verbs: some(["get", "*"]), nonResourceURLs: some(["/x", "/x/*", "*", "/y*"]) });
const names = ["r1", "r2", "r3"] as const;
const subject = fc.oneof(
  fc.record({ kind: fc.constantFrom("User"), apiGroup: fc.constant(API), name: fc.constantFrom("ada", "bob") }),
  fc.record({ kind: fc.constantFrom("Group"), apiGroup: fc.constant(API), name: fc.constantFrom("team", "other") }),
  fc.record({
    kind: fc.constantFrom("ServiceAccount"),
    name: fc.constantFrom("app", "job"),
    namespace: fc.constantFrom(...NAMESPACES),
  }),
);
const roleOf = (kind: "Role" | "ClusterRole", at: number, rules: object[], namespace?: string): KubeObject => ({
  apiVersion: `${API}/v1`,
  kind,
  metadata: { name: names[at] ?? "r1", ...(namespace !== undefined && { namespace }) },
  rules,
});
const roles = (namespace?: string) =>
  fc
    .array(fc.array(namespace === undefined ? fc.oneof(rule, pathRule) : rule, { maxLength: 2 }), {
      minLength: 2,
      maxLength: 2,
    })
    .map((all) =>
      all.map((rules, at) => roleOf(namespace === undefined ? "ClusterRole" : "Role", at, rules, namespace)),
    );
const bindings = (namespace?: string) =>
  fc
    .array(
      fc.record({
        kind: fc.constantFrom(...(namespace === undefined ? ["ClusterRole"] : ["ClusterRole", "Role"])),
        // The third role is never there.
        name: fc.constantFrom(...names),
        subjects: fc.array(subject, { maxLength: 2 }),
      }),
      { maxLength: 3 },
    )
    .map((all) =>
      all.map(({ kind, name, subjects }, at): KubeObject => ({
        apiVersion: `${API}/v1`,
        kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
        metadata: { name: `b${at}`, ...(namespace !== undefined && { namespace }) },
        roleRef: { apiGroup: API, kind, name },
        subjects,
      })),
    );
const user: fc.Arbitrary<User> = fc.oneof(
  fc.record({
    name: fc.constantFrom("ada", "bob", "eve"),
    groups: fc.uniqueArray(fc.constantFrom("team", "other"), { maxLength: 2 }),
  }),
  fc.record({
    name: fc
      .tuple(fc.constantFrom(...NAMESPACES), fc.constantFrom("app", "job"))
      .map(([namespace, name]) => `system:serviceaccount:${namespace}:${name}`),
    groups: fc.constant([]),
  }),
);
const request: fc.Arbitrary<Request> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      verb: fc.constantFrom("get", "list", "create", "delete", "*"),
      group: fc.constantFrom("", "apps"),
      resource: fc.constantFrom("pods", "deployments"),
      subresource: fc.constantFrom("", "", "log", "scale"),
      name: fc.constantFrom("", "one", "three"),
      namespace: fc.constantFrom(...NAMESPACES, ""),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constantFrom("get", "post"),
      path: fc.constantFrom("/x", "/x/1", "/y", "/yy", "/z"),
    }),
  },
);

/** Grants as an API server takes them, and questions about them. */
export const grantsAndQuestions: fc.Arbitrary<{ grants: Grants; questions: { user: User; request: Request }[] }> = fc
  .record({
    clusterRoles: roles(),
    roles: fc.tuple(...NAMESPACES.map((one) => roles(one))).map((all) => all.flat()),
    clusterRoleBindings: bindings(),
    roleBindings: fc.tuple(...NAMESPACES.map((one) => bindings(one))).map((all) => all.flat()),
  })
  .chain((grants) =>
    fc.record({
      grants: fc.constant(grants),
      questions: fc.array(fc.record({ user, request }), { minLength: 1, maxLength: 20 }),
    }),
  );
