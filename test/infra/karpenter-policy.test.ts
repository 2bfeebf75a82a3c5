import { expect } from "chai";
import { karpenterStatements } from "../../infra/karpenter-policy";
import { configOf } from "../support/pulumi";

const statements = karpenterStatements(configOf("dev"), "arn:aws:iam::1:role/node", "arn:aws:sqs:q");

describe("the rights of karpenter", () => {
  it("[E4.7] name no full wildcard: every action is one, and all resources only for reading", () => {
    for (const { actions, resources } of statements) {
      for (const action of actions) expect(action).to.match(/^[a-z0-9-]+:[A-Za-z]+$/);
      if (resources.includes("*")) for (const action of actions) expect(action).to.match(/:(Describe|List|Get)/);
    }
  });
  it("[A13.5] read prices wherever they are offered: which region that is depends on the continent", () => {
    const prices = statements.filter(({ actions }) => actions.includes("pricing:GetProducts"));
    expect(prices).to.deep.equal([{ actions: ["pricing:GetProducts"], resources: ["*"] }]);
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
