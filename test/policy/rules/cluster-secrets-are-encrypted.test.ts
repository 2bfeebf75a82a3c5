import { expect } from "chai";
import { clusterSecretsAreEncrypted as rule } from "../../../policy/rules/cluster-secrets-are-encrypted";
import { judge, unknown } from "../../support/policy";

const EKS = "eks:index:Cluster";
const AWS = "aws:eks/cluster:Cluster";

describe("policy cluster-secrets-are-encrypted", () => {
  it("[A2.6] accepts a cluster that names a key, known or made by the same program", () => {
    expect(judge(rule, EKS, { encryptionConfigKeyArn: "arn:aws:kms:x" }).violations).to.deep.equal([]);
    expect(judge(rule, EKS, { encryptionConfigKeyArn: unknown })).to.deep.include({ violations: [], undecided: [] });
    expect(
      judge(rule, AWS, { encryptionConfig: { provider: { keyArn: "arn" }, resources: ["secrets"] } }).violations,
    ).to.deep.equal([]);
  });
  it("[A2.6] refuses a cluster without a key", () => {
    expect(judge(rule, EKS, {}).violations).to.have.length(1);
    expect(judge(rule, AWS, { encryptionConfig: {} }).violations).to.have.length(1);
  });
  it("leaves other types alone", () => expect(judge(rule, "aws:kms/key:Key", {}).notApplicable).to.equal(true));
});
