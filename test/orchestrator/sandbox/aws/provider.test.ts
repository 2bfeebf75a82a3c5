import { expect } from "chai";
import { Account } from "../../../../orchestrator/sandbox/aws/account";
import { awsStandIn } from "../../../../orchestrator/sandbox/aws/provider";
import type { ClusterHost } from "../../../../orchestrator/sandbox/cluster/host";
import type { Properties, ResourceCall, StandIn } from "../../../../orchestrator/sandbox/provider/serve";
import { useFolder } from "../../../support/folder";

/** A host of clusters that has none: what asks for one fails the test. */
const noClusters = new Proxy({} as ClusterHost, {
  get: (_target, key) => () => expect.fail(`clusters.${String(key)} was not expected`),
});
const call = (type: string, name = "it"): ResourceCall => ({
  urn: `urn:pulumi:dev::slipway::${type}::${name}`,
  type,
  name,
  peer: "test",
});
const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const ROLE = "aws:iam/role:Role";
const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

describe("the rehearsal's AWS", () => {
  const folder = useFolder();
  let account: Account;
  let aws: StandIn;
  beforeEach(() => {
    account = new Account(folder(), "111122223333", "eu-central-1");
    aws = awsStandIn({ account, clusters: noClusters });
  });
  afterEach(() => account.close());

  const make = (type: string, inputs: Properties, name?: string) => aws.create(call(type, name), inputs, false);
  /** The error AWS gives, code and text. */
  async function refused(type: string, inputs: Properties): Promise<string> {
    try {
      await make(type, inputs);
    } catch (error) {
      return (error as Error).message;
    }
    return expect.fail(`${type} was made`);
  }
  const vpc = async () => (await make(VPC, { cidrBlock: "10.10.0.0/16" })).id;
  const subnet = async (vpcId: string, cidrBlock: string, availabilityZone = "eu-central-1a") =>
    (await make(SUBNET, { vpcId, cidrBlock, availabilityZone })).id;

  it("gives ids and ARNs like AWS's own, and keeps them over a restart", async () => {
    const made = await make(VPC, { cidrBlock: "10.10.0.0/16" });
    expect(made.id).to.match(/^vpc-0[0-9a-f]{16}$/);
    expect(made.outputs["arn"]).to.equal(`arn:aws:ec2:eu-central-1:111122223333:vpc/${made.id}`);
    account.close();
    account = new Account(folder(), "111122223333", "eu-central-1");
    expect(account.get(made.id, VPC)?.inputs).to.deep.equal({ cidrBlock: "10.10.0.0/16" });
    expect(account.idsOf(call(VPC).urn)).to.deep.equal([made.id]);
  });
  it("makes nothing in a preview, and knows no id there", async () => {
    const { id, outputs } = await aws.create(call(VPC), { cidrBlock: "10.10.0.0/16" }, true);
    expect(id).to.equal("");
    expect(outputs["arn"]).to.equal("04da6b54-80e4-46f7-96ec-b56ff0331ba9");
    expect(account.all()).to.deep.equal([]);
  });

  const cases: Readonly<Record<string, [code: string, attempt: () => Promise<string>]>> = {
    "a VPC that is too large": ["InvalidVpc.Range", () => refused(VPC, { cidrBlock: "10.0.0.0/8" })],
    "a sixth VPC": [
      "VpcLimitExceeded",
      async () => {
        for (let n = 0; n < 5; n++) await make(VPC, { cidrBlock: `10.${n}.0.0/16` });
        return refused(VPC, { cidrBlock: "10.99.0.0/16" });
      },
    ],
    "a subnet in no VPC": [
      "InvalidVpcID.NotFound",
      () => refused(SUBNET, { vpcId: "vpc-0", cidrBlock: "10.10.0.0/24" }),
    ],
    "a subnet outside its VPC": [
      "InvalidSubnet.Range",
      async () => refused(SUBNET, { vpcId: await vpc(), cidrBlock: "10.20.0.0/24" }),
    ],
    "an unknown zone": [
      "InvalidParameterValue",
      async () => refused(SUBNET, { vpcId: await vpc(), cidrBlock: "10.10.0.0/24", availabilityZone: "eu-central-1z" }),
    ],
    "overlapping subnets": [
      "InvalidSubnet.Conflict",
      async () => {
        const vpcId = await vpc();
        await subnet(vpcId, "10.10.0.0/20");
        return refused(SUBNET, { vpcId, cidrBlock: "10.10.8.0/24", availabilityZone: "eu-central-1b" });
      },
    ],
    "a NAT gateway without an internet gateway": [
      "Gateway.NotAttached",
      async () => refused("aws:ec2/natGateway:NatGateway", { subnetId: await subnet(await vpc(), "10.10.0.0/24") }),
    ],
    "a role name that is too long": [
      "ValidationError",
      () => refused(ROLE, { name: "r".repeat(65), assumeRolePolicy: trust("ec2.amazonaws.com") }),
    ],
    "a role name that is taken": [
      "EntityAlreadyExists",
      async () => {
        await make(ROLE, { name: "r", assumeRolePolicy: trust("ec2.amazonaws.com") });
        return refused(ROLE, { name: "r", assumeRolePolicy: trust("ec2.amazonaws.com") });
      },
    ],
    "a trust policy that is none": [
      "MalformedPolicyDocument",
      () => refused(ROLE, { name: "r", assumeRolePolicy: "{}" }),
    ],
    "a policy for a role that is not there": [
      "NoSuchEntity",
      () => refused("aws:iam/rolePolicyAttachment:RolePolicyAttachment", { role: "nobody", policyArn: "x" }),
    ],
    "[A2.1] a Kubernetes version EKS does not offer": [
      "unsupported Kubernetes version 1.20",
      () => refused("aws:eks/cluster:Cluster", { name: "c", version: "1.20", roleArn: "x" }),
    ],
    "[A2.5] a cluster role that EKS may not assume": [
      "could not be assumed",
      async () => {
        await make(ROLE, { name: "c", assumeRolePolicy: trust("ec2.amazonaws.com") });
        return refused("aws:eks/cluster:Cluster", {
          name: "c",
          version: "1.36",
          roleArn: "arn:aws:iam::111122223333:role/c",
        });
      },
    ],
    "[A1.6] a cluster role without its policy": [
      "AmazonEKSClusterPolicy",
      async () => {
        await make(ROLE, { name: "c", assumeRolePolicy: trust("eks.amazonaws.com") });
        return refused("aws:eks/cluster:Cluster", {
          name: "c",
          version: "1.36",
          roleArn: "arn:aws:iam::111122223333:role/c",
        });
      },
    ],
    "a node group of no cluster": [
      "No cluster found",
      () => refused("aws:eks/nodeGroup:NodeGroup", { clusterName: "none", nodeGroupName: "g" }),
    ],
    "a type it does not know": ["the rehearsal's AWS has no aws:x/y:Z", () => refused("aws:x/y:Z", {})],
  };
  for (const [title, [code, attempt]] of Object.entries(cases)) {
    it(`refuses ${title} with AWS's own error`, async () => expect(await attempt()).to.include(code));
  }

  it("refuses to delete what others stand on, and takes a second deletion for done", async () => {
    const vpcId = await vpc();
    const subnetId = await subnet(vpcId, "10.10.0.0/24");
    const deletion = aws.delete(call(VPC), vpcId, {}).then(
      () => "deleted",
      (error: Error) => error.message,
    );
    expect(await deletion).to.include("DependencyViolation");
    await aws.delete(call(SUBNET), subnetId, {});
    await aws.delete(call(VPC), vpcId, {});
    await aws.delete(call(VPC), vpcId, {});
    expect(account.all()).to.deep.equal([]);
  });
  it("says which changes mean another resource", async () => {
    const old = { id: "vpc-0", inputs: { cidrBlock: "10.10.0.0/16", tags: {} }, outputs: {} };
    expect(await aws.diff?.(call(VPC), old, { cidrBlock: "10.10.0.0/16", tags: { a: "b" } })).to.deep.include({
      changes: true,
      replaces: [],
    });
    expect(await aws.diff?.(call(VPC), old, { cidrBlock: "10.11.0.0/16", tags: {} })).to.deep.include({
      replaces: ["cidrBlock"],
    });
  });
  it("reads nothing of what is gone", async () =>
    expect(await aws.read?.(call(VPC), "vpc-0", {}, {})).to.equal(undefined));
});
