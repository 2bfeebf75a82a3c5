import { expect } from "chai";
import { rehearsalCloud } from "../../../../orchestrator/sandbox/aws/cloud";
import { rehearsalReader } from "../../../../orchestrator/sandbox/aws/reader";
import { cluster, network, role, useAccount, VPC } from "./fixture";

const NAT = "aws:ec2/natGateway:NatGateway";

describe("the rehearsal's account, as checks read it", () => {
  const world = useAccount();
  const reader = () => rehearsalReader(world.account);

  it("knows who asks and where", async () => {
    expect(await reader().identity()).to.deep.equal({
      account: "111122223333",
      arn: "arn:aws:sts::111122223333:assumed-role/rehearsal/rehearsal",
    });
    expect(await reader().availabilityZones()).to.deep.equal(["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
    expect((await reader().kubernetesVersions())[0]).to.equal("1.36");
  });
  it("says nothing of what is not there", async () => {
    const { vpc, role: roleOf, cluster: clusterOf, quota } = reader();
    expect([
      await vpc("vpc-0"),
      await roleOf("none"),
      await clusterOf("none"),
      await quota("vpc", "L-0"),
    ]).to.deep.equal([undefined, undefined, undefined, undefined]);
    for (const listing of [
      reader().subnets("vpc-0"),
      reader().natGateways("vpc-0"),
      reader().nodeGroups("none"),
      reader().podIdentityAssociations("none"),
      reader().loadBalancers(),
      reader().dnsRecords("Z0"),
      reader().tagged("Project", "slipway"),
    ])
      expect(await listing).to.deep.equal([]);
  });
  it("reads a VPC and only its own subnets, less the five addresses AWS keeps [A1.1]", async () => {
    const { vpcId, private: ids } = await network(world);
    const other = await world.id(VPC, { cidrBlock: "10.20.0.0/16" });
    await world.make("aws:ec2/subnet:Subnet", { vpcId: other, cidrBlock: "10.20.0.0/20" }, "other");
    expect(await reader().vpc(vpcId)).to.deep.equal({ id: vpcId, cidr: "10.10.0.0/16", tags: { Name: "slipway" } });
    const subnets = await reader().subnets(vpcId);
    expect(subnets).to.have.length(4);
    expect(subnets.find(({ id }) => id === ids[0])).to.deep.equal({
      id: ids[0],
      zone: "eu-central-1a",
      cidr: "10.10.0.0/18",
      tags: { "karpenter.sh/discovery": "slipway-test", "kubernetes.io/role/internal-elb": "1" },
      freeAddresses: 16384 - 5,
    });
  });
  it("sees a route go nowhere once its NAT gateway is gone [A1.3]", async () => {
    const { vpcId, private: privates, public: publics } = await network(world);
    await world.make("aws:ec2/internetGateway:InternetGateway", { vpcId });
    const natGatewayId = await world.id(NAT, { subnetId: publics[0] ?? "" });
    const routeTableId = await world.id("aws:ec2/routeTable:RouteTable", { vpcId });
    await world.make("aws:ec2/route:Route", { routeTableId, destinationCidrBlock: "0.0.0.0/0", natGatewayId });
    await world.make("aws:ec2/routeTableAssociation:RouteTableAssociation", {
      routeTableId,
      subnetId: privates[0] ?? "",
    });
    const routes = { destination: "0.0.0.0/0", natGatewayId };
    const tables = await reader().routeTables(vpcId);
    expect(tables).to.deep.equal([
      { id: `rtb-${vpcId.slice(4)}`, main: true, subnetIds: [], routes: [] },
      { id: routeTableId, main: false, subnetIds: [privates[0]], routes: [{ ...routes, state: "active" }] },
    ]);
    expect(await reader().natGateways(vpcId)).to.deep.equal([
      { id: natGatewayId, subnetId: publics[0], state: "available" },
    ]);
    await world.remove(NAT, natGatewayId);
    expect((await reader().routeTables(vpcId))[1]?.routes).to.deep.equal([{ ...routes, state: "blackhole" }]);
  });
  it("reads a role with whom it trusts and what is attached [A1.6]", async () => {
    const arn = await role(world, "nodes", "ec2.amazonaws.com", ["AmazonEKSWorkerNodePolicy"]);
    await role(world, "other", "ec2.amazonaws.com", ["AmazonEKSClusterPolicy"]);
    expect(await reader().role("nodes")).to.deep.equal({
      name: "nodes",
      arn,
      trustedServices: ["ec2.amazonaws.com"],
      attachedPolicyArns: ["arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"],
    });
  });
  it("reads a cluster with EKS's own defaults where nothing was said: public, and in extended support [A2.2]", async () => {
    const { subnets, roleArn } = await cluster(world);
    expect(await reader().cluster("slipway-test")).to.deep.equal({
      name: "slipway-test",
      status: "ACTIVE",
      version: "1.36",
      endpoint: "https://127.0.0.1:6443",
      publicEndpoint: true,
      publicAccessCidrs: [],
      privateEndpoint: false,
      subnetIds: subnets.private,
      roleArn,
      logTypes: [],
      authenticationMode: "",
      creatorIsAdmin: true,
      supportType: "EXTENDED",
      deletionProtection: false,
      tags: {},
      healthIssues: [],
    });
  });
  it("reads what a cluster was told [A2.2, A2.6]", async () => {
    await cluster(world, "slipway-test", {
      encryptionConfig: { provider: { keyArn: "arn:key" }, resources: ["secrets"] },
      enabledClusterLogTypes: ["api", "audit"],
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      upgradePolicy: { supportType: "STANDARD" },
      deletionProtection: true,
    });
    expect(await reader().cluster("slipway-test")).to.include({
      secretsKeyArn: "arn:key",
      authenticationMode: "API",
      creatorIsAdmin: false,
      supportType: "STANDARD",
      deletionProtection: true,
    });
  });
  it("sees what controllers made: balancers, and records of the one zone asked for", async () => {
    const { vpcId } = await network(world);
    const cloud = rehearsalCloud(world.surroundings);
    const [zone = ""] = await Promise.all(
      ["dev.example.org", "other.example.org"].map((name) => world.id("aws:route53/zone:Zone", { name }, name)),
    );
    const tags = { Environment: "dev" };
    const { arn, dnsName } = await cloud.ensureLoadBalancer({
      cluster: "slipway-test",
      name: "public",
      scheme: "internet-facing",
      tags,
    });
    await cloud.putRecord({ name: "a.dev.example.org", type: "CNAME", values: [dnsName] });
    await cloud.putRecord({ name: "a.other.example.org", type: "A", values: ["192.0.2.1"] });
    expect(await reader().loadBalancers()).to.deep.equal([
      {
        arn,
        name: "public",
        dnsName,
        scheme: "internet-facing",
        state: "active",
        vpcId,
        tags: { Environment: "dev", "elbv2.k8s.aws/cluster": "slipway-test" },
      },
    ]);
    expect(await reader().dnsRecords(zone)).to.deep.equal([
      { name: "a.dev.example.org", type: "CNAME", values: [dnsName] },
    ]);
  });
  it("sweeps by tag, with the ARN, and the id of what has none [A21.4]", async () => {
    const { vpcId } = await network(world);
    const key = await world.make("aws:kms/key:Key", { tags: { Name: "slipway" } });
    const lone = await world.id("aws:ec2/routeTableAssociation:RouteTableAssociation", { tags: { Name: "slipway" } });
    expect((await reader().tagged("Name", "slipway")).map(({ arn }) => arn)).to.deep.equal([
      `arn:aws:ec2:eu-central-1:111122223333:vpc/${vpcId}`,
      key.outputs["arn"],
      lone,
    ]);
    expect(await reader().tagged("Name", "slip")).to.deep.equal([]);
  });
  it("knows the quotas the platform can meet", async () => {
    expect(await reader().quota("vpc", "L-F678F1CE")).to.equal(5);
    expect(await reader().quota("elasticloadbalancing", "L-69A177A2")).to.equal(50);
    expect(await reader().quota("vpc", "L-69A177A2"), "a code of another service").to.equal(undefined);
  });
  it("lists addresses that no NAT gateway has, and volumes that nothing attached [H4.1]", async () => {
    const { public: publics } = await network(world);
    await world.make("aws:ec2/internetGateway:InternetGateway", {
      vpcId: String(world.account.all(VPC)[0]?.id),
    });
    const used = await world.id("aws:ec2/eip:Eip", { domain: "vpc" });
    await world.make(NAT, { subnetId: publics[0] ?? "", allocationId: used });
    const idle = await world.make("aws:ec2/eip:Eip", { domain: "vpc" }, "idle");
    const volume = (id: string, inputs: object) =>
      world.account.put({ id, type: "slipway:ec2/volume", urn: "", inputs: { size: 8, ...inputs }, outputs: {} });
    volume("vol-1", { tags: { environment: "dev" } });
    volume("vol-2", { attachedTo: "i-1" });
    expect((await reader().unassociatedAddresses()).map(({ id }) => id)).to.deep.equal([idle.id]);
    expect(await reader().unattachedVolumes()).to.deep.equal([{ id: "vol-1", gib: 8, tags: { environment: "dev" } }]);
  });
});
