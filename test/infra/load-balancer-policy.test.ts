import { expect } from "chai";
import { loadBalancerStatements } from "../../infra/load-balancer-policy";
import { configOf } from "../support/pulumi";

const statements = loadBalancerStatements(configOf("dev"));

describe("the rights of load balancer", () => {
  it("[E4.7] name no full wildcard: every action is one, and all resources only for reading", () => {
    for (const { actions, resources } of statements) {
      for (const action of actions) expect(action).to.match(/^[a-z0-9-]+:[A-Za-z]+$/);
      if (resources.includes("*")) for (const action of actions) expect(action).to.match(/:(Describe|List|Get)/);
    }
  });
  it("change only what carries this cluster's tag", () => {
    const changing = statements.filter(
      ({ actions }) =>
        actions.some((action) => /:(Terminate|Delete(?!Message)|Revoke)/.test(action)) &&
        !actions.some((action) => action.startsWith("iam:")),
    );
    expect(changing).to.not.deep.equal([]);
    for (const { conditions } of changing) expect(JSON.stringify(conditions)).to.include("ResourceTag");
  });
});
