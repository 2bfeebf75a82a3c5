import { IAMClient } from "@aws-sdk/client-iam";
import { expect } from "chai";
import { iamReader, trusted } from "../../../../orchestrator/checks/aws/iam";
import { sdkError, settings, useClient } from "./fixture";

const allow = (more: object) => ({ Effect: "Allow", Action: "sts:AssumeRole", ...more });
const document = (Statement: unknown) => JSON.stringify({ Version: "2012-10-17", Statement });

describe("the roles of a real account", () => {
  const aws = useClient(IAMClient);
  const reader = () => iamReader(settings);

  it("are read with their policies over all pages, and a trust policy that IAM sends URL-encoded [A1.6]", async () => {
    const policy = encodeURIComponent(document([allow({ Principal: { Service: "eks.amazonaws.com" } })]));
    aws.answer({
      GetRoleCommand: () => ({ Role: { Arn: "arn:role", AssumeRolePolicyDocument: policy } }),
      ListAttachedRolePoliciesCommand: ({ Marker }: { Marker?: string }) =>
        Marker === undefined
          ? { AttachedPolicies: [{ PolicyArn: "arn:one" }], IsTruncated: true, Marker: "more" }
          : { AttachedPolicies: [{ PolicyArn: "arn:two" }], IsTruncated: false },
    });
    expect(await reader().role("nodes")).to.deep.equal({
      name: "nodes",
      arn: "arn:role",
      trustedServices: ["eks.amazonaws.com"],
      attachedPolicyArns: ["arn:one", "arn:two"],
    });
    expect(aws.asked.map(({ input }) => input)).to.deep.equal([
      { RoleName: "nodes" },
      { RoleName: "nodes", Marker: undefined },
      { RoleName: "nodes", Marker: "more" },
    ]);
  });
  it("are absent when IAM says so, and their policies are not asked for then", async () => {
    aws.answer({ GetRoleCommand: () => Promise.reject(sdkError("NoSuchEntityException")) });
    expect(await reader().role("nobody")).to.equal(undefined);
  });
  it("are not absent because we may not look", async () => {
    aws.answer({ GetRoleCommand: () => Promise.reject(sdkError("AccessDenied")) });
    const error = await reader()
      .role("nodes")
      .catch((reason: Error) => reason);
    expect(error).to.have.property("name", "AccessDenied");
  });
  it("trust each service that a statement allows, whether it stands alone or in a list [A2.5]", () => {
    const pods = allow({
      Principal: { Service: ["pods.eks.amazonaws.com"] },
      Action: ["sts:AssumeRole", "sts:TagSession"],
    });
    expect(trusted(document([pods, allow({ Principal: { Service: "ec2.amazonaws.com" } })]))).to.deep.equal([
      "pods.eks.amazonaws.com",
      "ec2.amazonaws.com",
    ]);
    expect(trusted(document(pods))).to.deep.equal(["pods.eks.amazonaws.com"]);
    expect(trusted(document(allow({ Principal: { Service: "a" }, Action: "*" })))).to.deep.equal(["a"]);
  });
  it("trust nobody by a denial, another action, an account or no statement", () => {
    const service = { Principal: { Service: "ec2.amazonaws.com" } };
    for (const statement of [
      { ...allow(service), Effect: "Deny" },
      allow({ ...service, Action: "sts:TagSession" }),
      allow({ Principal: { AWS: "arn:aws:iam::1:root" } }),
    ])
      expect(trusted(document([statement]))).to.deep.equal([]);
    expect(trusted("{}")).to.deep.equal([]);
  });
});
