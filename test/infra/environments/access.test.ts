import { expect } from "chai";
import { accessManifests } from "../../../infra/environments/access";
import { kinds, type Kind } from "../../../infra/environments/sizes";
import { deliverer } from "../../../infra/deliverer";
import { usualGroups, type RoleRule } from "../../../infra/personas";

interface Access {
  kind: string;
  metadata: { name: string };
  rules?: RoleRule[];
  roleRef?: { name: string };
  subjects?: { name: string }[];
}
/** Whether the roles of an environment let somebody do something: what the API server would answer. */
function may(kind: Kind, who: string, verb: string, group: string, resource: string): boolean {
  const access = accessManifests(kind, "place") as unknown as Access[];
  return access
    .filter(({ subjects = [] }) => subjects.some(({ name }) => name === who))
    .flatMap(
      ({ roleRef }) => access.find((one) => one.kind === "Role" && one.metadata.name === roleRef?.name)?.rules ?? [],
    )
    .some((rule) => rule.apiGroups.includes(group) && rule.resources.includes(resource) && rule.verbs.includes(verb));
}
const { developers, qaEngineers, viewers } = usualGroups;

describe("who may do what in an environment", () => {
  it("[C6.1] developers and QA engineers read everywhere, logs too, secrets nowhere", () => {
    for (const kind of kinds)
      for (const who of [developers, qaEngineers, viewers]) {
        expect(may(kind, who, "list", "apps", "deployments"), kind).to.equal(true);
        expect(may(kind, who, "get", "", "pods/log"), kind).to.equal(true);
        expect(may(kind, who, "get", "", "secrets"), kind).to.equal(false);
      }
  });
  it("[C6.2] developers write and open shells in previews only", () => {
    expect(kinds.map((kind) => may(kind, developers, "create", "", "pods/exec"))).to.deep.equal([
      true,
      false,
      false,
      false,
    ]);
    expect(kinds.map((kind) => may(kind, developers, "patch", "apps", "deployments"))).to.deep.equal([
      true,
      false,
      false,
      false,
    ]);
  });
  it("[C6.3] QA engineers write in QA only", () => {
    expect(kinds.map((kind) => may(kind, qaEngineers, "delete", "batch", "jobs"))).to.deep.equal([
      false,
      true,
      false,
      false,
    ]);
  });
  it("[C6.4] only the sync controller delivers what Git declares, and sees a rollout to its end", () => {
    for (const kind of ["qa", "staging", "production"] as const) {
      for (const verb of ["get", "list", "watch", "create", "patch", "delete"])
        for (const [group, resource] of [
          ["apps", "deployments"],
          ["batch", "jobs"],
          ["", "services"],
        ] as const)
          expect(may(kind, deliverer.name, verb, group, resource), `${kind} ${verb} ${resource}`).to.equal(true);
      expect(may(kind, deliverer.name, "list", "apps", "replicasets")).to.equal(true);
      expect(may(kind, deliverer.name, "get", "", "pods/log")).to.equal(true);
    }
    expect(may("preview", deliverer.name, "patch", "apps", "deployments")).to.equal(false);
  });
  it("[C6.4] [A7.1] gives the sync controller no pod, secret, right, policy or quota to write", () => {
    for (const kind of kinds)
      for (const [group, resource] of [
        ["", "pods"],
        ["", "pods/exec"],
        ["", "secrets"],
        ["", "resourcequotas"],
        ["networking.k8s.io", "networkpolicies"],
        ["rbac.authorization.k8s.io", "rolebindings"],
      ] as const)
        for (const verb of ["create", "patch", "delete"])
          expect(may(kind, deliverer.name, verb, group, resource), `${kind} ${verb} ${resource}`).to.equal(false);
  });
  it("viewers write nowhere, and groups are called what the configuration says", () => {
    for (const kind of kinds) expect(may(kind, viewers, "patch", "apps", "deployments"), kind).to.equal(false);
    const named = JSON.stringify(accessManifests("qa", "place", { ...usualGroups, qaEngineers: "okta:qa" }));
    expect(named).to.include("okta:qa").and.not.include(qaEngineers);
  });
  it("[C6.3] no rule has a wildcard", () => {
    for (const kind of kinds) expect(JSON.stringify(accessManifests(kind, "place"))).to.not.include("*");
  });
});
