import { expect } from "chai";
import { allowedActions, trustedServices } from "../../../../orchestrator/sandbox/aws/iam";
import { ATTACHMENT, awsRefusal, role, ROLE, trust, useAccount } from "./fixture";

const POLICY = "aws:iam/rolePolicy:RolePolicy";
const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

describe("IAM of the rehearsal", () => {
  const world = useAccount();

  it("gives a role the ARN of a service without regions", async () => {
    const { id, outputs } = await world.make(ROLE, { name: "nodes", assumeRolePolicy: trust("ec2.amazonaws.com") });
    expect(id).to.equal("nodes");
    expect(outputs).to.include({ arn: "arn:aws:iam::111122223333:role/nodes", name: "nodes", path: "/" });
    expect(outputs["uniqueId"]).to.match(/^AROA[0-9A-F]{17}$/);
  });
  it("takes names of 64 letters and no longer", async () => {
    await role(world, "r".repeat(64), "ec2.amazonaws.com");
    const error = await awsRefusal(role(world, "r".repeat(65), "ec2.amazonaws.com"));
    expect(error.code).to.equal("ValidationError");
    expect(error.message).to.include("Member must have length less than or equal to 64");
  });
  it("answers 409 to a name that is taken", async () => {
    await role(world, "nodes", "ec2.amazonaws.com");
    const error = await awsRefusal(role(world, "nodes", "ec2.amazonaws.com"));
    expect(error.code).to.equal("EntityAlreadyExists");
    expect(error.message).to.include("StatusCode: 409").and.include("Role with name nodes already exists.");
  });
  for (const [what, policy] of Object.entries({
    "no JSON": "not json",
    "another version of the language": JSON.stringify({ Version: "2008-10-17", Statement: [] }),
    "no statements": JSON.stringify({ Version: "2012-10-17" }),
    nothing: "",
  }))
    it(`refuses a policy that is ${what}`, async () => {
      await role(world, "nodes", "ec2.amazonaws.com");
      for (const attempt of [
        world.make(ROLE, { name: "other", assumeRolePolicy: policy }),
        world.make(POLICY, { role: "nodes", policy }),
      ])
        expect((await awsRefusal(attempt)).code).to.equal("MalformedPolicyDocument");
    });
  it("attaches AWS's own policies by their ARN and no other", async () => {
    await role(world, "csi", "pods.eks.amazonaws.com");
    const attach = (path: string) =>
      world.make(ATTACHMENT, { role: "csi", policyArn: `arn:aws:iam::aws:policy/${path}` });
    await attach("AmazonEBSCSIDriverPolicyV2");
    const error = await awsRefusal(attach("service-role/AmazonEBSCSIDriverPolicyV2"));
    expect(error.code).to.equal("NoSuchEntity");
    expect(error.message).to.include("does not exist or is not attachable");
  });
  it("puts policies only on roles that exist, and says 404 of others", async () => {
    for (const attempt of [
      world.make(POLICY, { role: "nobody", policy: document() }),
      world.make(ATTACHMENT, { role: "nobody", policyArn: "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy" }),
    ]) {
      const error = await awsRefusal(attempt);
      expect(error.code).to.equal("NoSuchEntity");
      expect(error.message).to.include("StatusCode: 404").and.include("The role with name nobody cannot be found.");
    }
  });
  it("keeps a role while a policy is on it", async () => {
    await role(world, "nodes", "ec2.amazonaws.com");
    const attachment = await world.id(ATTACHMENT, {
      role: "nodes",
      policyArn: "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy",
    });
    expect((await awsRefusal(world.remove(ROLE, "nodes"))).code).to.equal("DeleteConflict");
    await world.remove(ATTACHMENT, attachment);
    await world.remove(ROLE, "nodes");
    expect(world.account.all()).to.deep.equal([]);
  });

  describe("who may assume a role [A1.6, A2.5]", () => {
    it("is every service that a statement allows, one or many", () => {
      expect(trustedServices(trust("eks.amazonaws.com"))).to.deep.equal(["eks.amazonaws.com"]);
      expect(
        trustedServices(
          document({
            Effect: "Allow",
            Principal: { Service: ["pods.eks.amazonaws.com", "ec2.amazonaws.com"] },
            Action: ["sts:AssumeRole", "sts:TagSession"],
          }),
        ),
      ).to.deep.equal(["pods.eks.amazonaws.com", "ec2.amazonaws.com"]);
    });
    it("is nobody by a denial, by another action or by an account", () => {
      expect(trustedServices(trust("eks.amazonaws.com", { Effect: "Deny" }))).to.deep.equal([]);
      expect(trustedServices(trust("eks.amazonaws.com", { Action: "sts:TagSession" }))).to.deep.equal([]);
      expect(trustedServices(trust("", { Principal: { AWS: "arn:aws:iam::1:root" } }))).to.deep.equal([]);
      expect(trustedServices("{}")).to.deep.equal([]);
    });
  });
  it("allows a role what its own policies allow, and nothing of another's or of a denial", async () => {
    await role(world, "dns", "pods.eks.amazonaws.com");
    await role(world, "other", "pods.eks.amazonaws.com");
    const policy = document({ Effect: "Allow", Action: ["a:One", "a:Two"] }, { Effect: "Deny", Action: "a:Three" });
    await world.make(POLICY, { role: "dns", name: "p", policy });
    await world.make(POLICY, { role: "other", name: "p", policy: document({ Effect: "Allow", Action: "b:One" }) }, "o");
    expect(allowedActions("dns", world.surroundings)).to.deep.equal(["a:One", "a:Two"]);
    expect(allowedActions("other", world.surroundings)).to.deep.equal(["b:One"]);
    expect(allowedActions("nobody", world.surroundings)).to.deep.equal([]);
  });
});
