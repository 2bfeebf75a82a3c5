import { expect } from "chai";
import { policyDocument, trust } from "../../infra/iam";

describe("IAM documents", () => {
  it("[A2.5] trust one service, and let EKS and Pod Identity tag the session", () => {
    expect(JSON.parse(trust("eks.amazonaws.com"))).to.deep.nested.include({
      "Statement[0].Principal.Service": "eks.amazonaws.com",
      "Statement[0].Action": ["sts:AssumeRole", "sts:TagSession"],
    });
    expect(JSON.parse(trust("ec2.amazonaws.com"))).to.deep.nested.include({
      "Statement[0].Action": ["sts:AssumeRole"],
    });
  });
  it("carry conditions only where there are some", () => {
    const [plain, bound] = (
      JSON.parse(
        policyDocument([
          { actions: ["a:B"], resources: ["x"] },
          { actions: ["a:B"], resources: ["x"], conditions: { StringEquals: { k: "v" } } },
        ]),
      ) as { Statement: object[] }
    ).Statement;
    expect(plain).to.not.have.property("Condition");
    expect(bound).to.deep.include({ Condition: { StringEquals: { k: "v" } } });
  });
});
