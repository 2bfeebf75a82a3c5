import { expect } from "chai";
import fc from "fast-check";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";
import { authorise, type Grants, type Request, type User } from "../../../../orchestrator/sandbox/cluster/rbac";
import { grantsAndQuestions } from "./rbac-cases";

const API = "rbac.authorization.k8s.io/v1";
const none: Grants = { roles: [], roleBindings: [], clusterRoles: [], clusterRoleBindings: [] };
const role = (rules: object[], name = "role", more: object = {}): KubeObject => ({
  apiVersion: API,
  kind: "ClusterRole",
  metadata: { name },
  rules,
  ...more,
});
const binding = (subjects: object[], name = "role", namespace?: string): KubeObject => ({
  apiVersion: API,
  kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
  metadata: { name: "bound", ...(namespace !== undefined && { namespace }) },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
  subjects,
});
const ask = (more: object = {}): Request => ({
  verb: "get",
  group: "",
  resource: "pods",
  subresource: "",
  name: "",
  namespace: "shop",
  ...more,
});
const ada: User = { name: "ada", groups: ["team"] };
const may = (rules: object[], request: Request, user = ada) =>
  authorise(
    { ...none, clusterRoles: [role(rules)], clusterRoleBindings: [binding([{ kind: "Group", name: "team" }])] },
    user,
    request,
  ).allowed;
const pods = { verbs: ["get"], apiGroups: [""], resources: ["pods"] };

describe("role-based access control", () => {
  it("grants what a rule names, and says through which binding [C6.5]", () => {
    const grants = {
      ...none,
      clusterRoles: [role([pods])],
      clusterRoleBindings: [binding([{ kind: "User", name: "ada" }])],
    };
    expect(authorise(grants, ada, ask())).to.deep.equal({
      allowed: true,
      reason: 'RBAC: allowed by ClusterRoleBinding "bound" of ClusterRole "role" to User "ada"',
    });
    expect(authorise(grants, { name: "bob", groups: [] }, ask())).to.deep.equal({ allowed: false, reason: "" });
  });
  it("keeps verb, group, resource, subresource and name apart", () => {
    expect(may([pods], ask())).to.equal(true);
    expect(may([pods], ask({ verb: "list" }))).to.equal(false);
    expect(may([pods], ask({ group: "apps" }))).to.equal(false);
    expect(may([pods], ask({ subresource: "exec" }))).to.equal(false);
    expect(may([{ ...pods, resources: ["pods/log"] }], ask())).to.equal(false);
    expect(may([{ ...pods, resources: ["*/log"] }], ask({ subresource: "log" }))).to.equal(true);
    expect(may([{ ...pods, resources: ["*"] }], ask({ subresource: "exec" }))).to.equal(true);
    expect(may([{ ...pods, resourceNames: ["a"] }], ask({ name: "a" }))).to.equal(true);
    expect(may([{ ...pods, resourceNames: ["a"] }], ask())).to.equal(false);
  });
  it("covers addresses of the API by what they begin with", () => {
    const metrics = { verbs: ["get"], nonResourceURLs: ["/metrics/*"] };
    expect(may([metrics], { verb: "get", path: "/metrics/cadvisor" })).to.equal(true);
    expect(may([metrics], { verb: "get", path: "/metrics" })).to.equal(false);
    expect(may([pods], { verb: "get", path: "/pods" })).to.equal(false);
  });
  it("binds a role of the cluster in one namespace only", () => {
    const grants = {
      ...none,
      clusterRoles: [role([pods])],
      roleBindings: [binding([{ kind: "Group", name: "team" }], "role", "shop")],
    };
    expect(authorise(grants, ada, ask()).reason).to.equal(
      'RBAC: allowed by RoleBinding "bound/shop" of ClusterRole "role" to Group "team"',
    );
    expect(authorise(grants, ada, ask({ namespace: "other" })).allowed).to.equal(false);
    expect(authorise(grants, ada, ask({ namespace: "" })).allowed).to.equal(false);
  });
  it("knows a service account by its namespace, the binding's own where none is named", () => {
    const user = { name: "system:serviceaccount:shop:app", groups: [] };
    const bound = (subject: object) => ({
      ...none,
      clusterRoles: [role([pods])],
      roleBindings: [binding([subject], "role", "shop")],
    });
    expect(authorise(bound({ kind: "ServiceAccount", name: "app" }), user, ask()).allowed).to.equal(true);
    expect(authorise(bound({ kind: "ServiceAccount", name: "app", namespace: "shop" }), user, ask()).reason).to.include(
      'to ServiceAccount "app/shop"',
    );
    expect(authorise(bound({ kind: "ServiceAccount", name: "app", namespace: "x" }), user, ask()).allowed).to.equal(
      false,
    );
  });
  it("gathers the rules of roles by their labels, also in a circle", () => {
    const gathering = (label: string) => ({
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: "yes" } }] },
    });
    const clusterRoles = [
      role([], "all", { ...gathering("a"), metadata: { name: "all", labels: { b: "yes" } } }),
      role([], "half", { ...gathering("b"), metadata: { name: "half", labels: { a: "yes" } } }),
      role([pods], "part", { metadata: { name: "part", labels: { a: "yes" } } }),
    ];
    const grants = { ...none, clusterRoles, clusterRoleBindings: [binding([{ kind: "User", name: "ada" }], "all")] };
    expect(authorise(grants, ada, ask()).allowed).to.equal(true);
  });
  it("tells of a role that is not there", () => {
    const grants = { ...none, clusterRoleBindings: [binding([{ kind: "User", name: "ada" }], "gone")] };
    expect(authorise(grants, ada, ask()).reason).to.equal(
      'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    );
  });
  it("asks system:masters nothing, and lets everybody known discover the API", () => {
    expect(authorise(none, { name: "x", groups: ["system:masters"] }, ask()).allowed).to.equal(true);
    const known = { name: "x", groups: ["system:authenticated"] };
    expect(authorise(none, known, { verb: "get", path: "/apis/apps" }).allowed).to.equal(true);
    expect(authorise(none, known, ask()).allowed).to.equal(false);
  });
  it("only ever adds up: one more binding takes nothing away, and without bindings there is nothing", () => {
    fc.assert(
      fc.property(grantsAndQuestions, ({ grants, questions }) => {
        const [, ...fewer] = grants.roleBindings;
        for (const { user, request } of questions) {
          const all = authorise(grants, user, request).allowed;
          if (authorise({ ...grants, roleBindings: fewer }, user, request).allowed) expect(all).to.equal(true);
          const unbound = { ...grants, roleBindings: [], clusterRoleBindings: [] };
          expect(authorise(unbound, user, request).allowed).to.equal(false);
        }
      }),
      { numRuns: 300 },
    );
  });
  it("does not depend on the order of anything", () => {
    fc.assert(
      fc.property(grantsAndQuestions, ({ grants, questions }) => {
        const turned = Object.fromEntries(
          Object.entries(grants).map(([key, list]) => [key, (list as KubeObject[]).toReversed()]),
        ) as unknown as Grants;
        for (const { user, request } of questions)
          expect(authorise(turned, user, request).allowed).to.equal(authorise(grants, user, request).allowed);
      }),
      { numRuns: 300 },
    );
  });
});
