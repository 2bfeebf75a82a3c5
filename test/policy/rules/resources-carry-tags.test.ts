import { expect } from "chai";
import { resourcesCarryTags as rule } from "../../../policy/rules/resources-carry-tags";
import { judge, unknown } from "../../support/policy";

const VPC = "aws:ec2/vpc:Vpc";
const tags = { environment: "dev", "cost-centre": "engineering", owner: "platform" };

describe("policy resources-carry-tags", () => {
  it("[E5.4] accepts a resource with the three tags, a value of which may not be known yet", () => {
    expect(judge(rule, VPC, { tags }).violations).to.deep.equal([]);
    expect(judge(rule, VPC, { tags: { ...tags, owner: unknown } })).to.deep.include({ violations: [] });
  });
  for (const key of Object.keys(tags)) {
    it(`[E5.4] refuses a resource without ${key}`, () => {
      const { violations } = judge(rule, VPC, { tags: { ...tags, [key]: "" } });
      expect(violations).to.have.length(1);
      expect(violations[0]).to.include(`tag ${key} is missing`);
    });
  }
  it("[E5.4] refuses a resource without tags", () => expect(judge(rule, VPC, {}).violations).to.have.length(3));
  it("leaves unknown tags open", () => expect(judge(rule, VPC, { tags: unknown }).undecided).to.have.length(1));
  it("leaves types that cannot be tagged alone", () => {
    expect(judge(rule, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", {}).notApplicable).to.equal(true);
  });
});
