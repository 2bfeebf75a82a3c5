import { expect } from "chai";
import { declared } from "./phase-parts";

describe("the database team", () => {
  let of: Awaited<ReturnType<typeof declared>>;
  before(async () => (of = await declared("production")));

  it("[A11.8] is alone in the database's namespace and reads no Secret", () => {
    const binding = of("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "stateful-database-team");
    expect(binding["subjects"]).to.deep.equal([
      { apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "slipway:database-team" },
    ]);
    expect(binding["roleRef"]).to.include({ kind: "Role", name: "database-team" });
    const { rules } = of("kubernetes:rbac.authorization.k8s.io/v1:Role", "stateful-database-team") as {
      rules: { resources: string[]; verbs: string[] }[];
    };
    const resources = rules.flatMap((rule) => rule.resources);
    expect(resources).to.include("clusters").and.not.include("secrets").and.not.include("*");
    expect(rules.flatMap(({ verbs }) => verbs)).to.not.include("*");
  });
});
