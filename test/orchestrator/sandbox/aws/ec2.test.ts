import { expect } from "chai";
import { quotas } from "../../../../orchestrator/sandbox/aws/ec2";
import { awsRefusal, network, SUBNET, useAccount, VPC } from "./fixture";

const GATEWAY = "aws:ec2/internetGateway:InternetGateway";
const ADDRESS = "aws:ec2/eip:Eip";
const NAT = "aws:ec2/natGateway:NatGateway";
const TABLE = "aws:ec2/routeTable:RouteTable";
const ROUTE = "aws:ec2/route:Route";
const ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";

describe("EC2 of the rehearsal", () => {
  const world = useAccount();
  const vpc = (cidrBlock = "10.10.0.0/16") => world.id(VPC, { cidrBlock });
  /** A NAT gateway with what it needs. */
  const nat = async () => {
    const { vpcId, public: subnets } = await network(world);
    const gateway = await world.id(GATEWAY, { vpcId });
    const allocationId = await world.id(ADDRESS, { domain: "vpc" });
    const made = await world.make(NAT, { subnetId: subnets[0] ?? "", allocationId });
    return { vpcId, subnets, gateway, allocationId, made };
  };

  it("knows the table, group and ACL a VPC comes with", async () => {
    const { id, outputs } = await world.make(VPC, { cidrBlock: "10.10.0.0/16" });
    expect(outputs).to.include({
      mainRouteTableId: `rtb-${id.slice(4)}`,
      defaultSecurityGroupId: `sg-${id.slice(4)}`,
      defaultNetworkAclId: `acl-${id.slice(4)}`,
      ownerId: "111122223333",
    });
  });
  for (const [cidr, fits] of Object.entries({
    "10.0.0.0/15": false,
    "10.10.0.0/16": true,
    "10.10.0.0/28": true,
    "10.10.0.0/29": false,
    "10.10.0.1/24": false,
    "": false,
  }))
    it(`${fits ? "makes" : "refuses"} a VPC of "${cidr}"`, async () => {
      if (fits) return void (await vpc(cidr));
      const error = await awsRefusal(vpc(cidr));
      expect(error.code).to.equal("InvalidVpc.Range");
      expect(error.message).to.include(`The CIDR '${cidr}' is invalid.`);
    });
  it("names the zones there are to one who asks for another [A1.1]", async () => {
    const vpcId = await vpc();
    const asked = { vpcId, cidrBlock: "10.10.0.0/20", availabilityZone: "eu-west-1a" };
    expect((await awsRefusal(world.make(SUBNET, asked))).message).to.include(
      "Value (eu-west-1a) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: eu-central-1a, eu-central-1b, eu-central-1c.",
    );
  });
  it("lets the same range stand in two VPCs, and not twice in one", async () => {
    const [one, other] = [await vpc(), await vpc()];
    const subnet = (vpcId: string) => world.id(SUBNET, { vpcId, cidrBlock: "10.10.0.0/20" });
    await subnet(one);
    await subnet(other);
    expect((await awsRefusal(subnet(one))).code).to.equal("InvalidSubnet.Conflict");
  });

  describe("the way out [A1.2]", () => {
    it("opens through a public address in a VPC that has an internet gateway", async () => {
      const { made, allocationId } = await nat();
      expect(made.id).to.match(/^nat-0[0-9a-f]{16}$/);
      expect(made.outputs["publicIp"]).to.equal(world.account.get(allocationId, ADDRESS)?.outputs["publicIp"]);
    });
    it("needs the internet gateway of its own VPC, not just any", async () => {
      const { public: subnets, vpcId } = await network(world);
      await world.make(GATEWAY, { vpcId: await vpc("10.20.0.0/16") });
      const error = await awsRefusal(world.make(NAT, { subnetId: subnets[0] ?? "", allocationId: "eipalloc-0" }));
      expect(error.code).to.equal("Gateway.NotAttached");
      expect(error.message).to.include(`Network ${vpcId} has no Internet gateway attached`);
    });
    it("needs a subnet that exists", async () =>
      expect((await awsRefusal(world.make(NAT, { subnetId: "subnet-0" }))).code).to.equal("InvalidSubnetID.NotFound"));
    it("ends at the zone's quota, another zone still having room", async () => {
      const { subnets } = await nat();
      const another = (subnet: string | undefined, name: string) =>
        world.make(NAT, { subnetId: subnet ?? "", connectivityType: "public" }, name);
      for (let n = 1; n < quotas.natGatewaysPerZone; n++) await another(subnets[0], `nat-${n}`);
      const error = await awsRefusal(another(subnets[0], "one-more"));
      expect(error.code).to.equal("NatGatewayLimitExceeded");
      expect(error.message).to.include("exceed the limit of 5 NAT gateways");
      await another(subnets[1], "other-zone");
    });
    it("ends at the quota of public addresses", async () => {
      for (let n = 0; n < quotas.addresses; n++) await world.make(ADDRESS, { domain: "vpc" }, `eip-${n}`);
      expect((await awsRefusal(world.make(ADDRESS, { domain: "vpc" }))).code).to.equal("AddressLimitExceeded");
    });
    it("keeps its address, its subnet and its internet gateway from being deleted", async () => {
      const { made, allocationId, gateway, subnets } = await nat();
      expect((await awsRefusal(world.remove(ADDRESS, allocationId))).code).to.equal("InvalidIPAddress.InUse");
      expect((await awsRefusal(world.remove(GATEWAY, gateway))).message).to.include("mapped public address(es)");
      const error = await awsRefusal(world.remove(SUBNET, subnets[0] ?? ""));
      expect(error.code).to.equal("DependencyViolation");
      expect(error.message).to.include(`NatGateway ${made.id}`);
      await world.remove(NAT, made.id);
      await world.remove(GATEWAY, gateway);
      await world.remove(ADDRESS, allocationId);
    });
    it("does not keep the internet gateway of another VPC", async () => {
      await nat();
      const other = await world.id(GATEWAY, { vpcId: await vpc("10.20.0.0/16") });
      await world.remove(GATEWAY, other);
      expect(world.account.get(other, GATEWAY)).to.equal(undefined);
    });
  });

  describe("routes", () => {
    it("go one way for each destination of a table [A1.3]", async () => {
      const routeTableId = await world.id(TABLE, { vpcId: await vpc() });
      const route = (gatewayId: string) =>
        world.make(ROUTE, { routeTableId, destinationCidrBlock: "0.0.0.0/0", gatewayId });
      expect((await route("igw-1")).outputs).to.include({ state: "active" });
      expect((await awsRefusal(route("igw-2"))).code).to.equal("RouteAlreadyExists");
    });
    it("concern a subnet by one table only, which stays as long as it does", async () => {
      const { vpcId, private: subnets } = await network(world);
      const routeTableId = await world.id(TABLE, { vpcId });
      const associate = () => world.make(ASSOCIATION, { subnetId: subnets[0] ?? "", routeTableId });
      const { id } = await associate();
      expect((await awsRefusal(associate())).code).to.equal("Resource.AlreadyAssociated");
      expect((await awsRefusal(world.remove(TABLE, routeTableId))).code).to.equal("DependencyViolation");
      await world.remove(ASSOCIATION, id);
      await world.remove(TABLE, routeTableId);
    });
  });

  it("makes tables, gateways and groups only in a VPC that exists", async () => {
    for (const type of [TABLE, GATEWAY, GROUP])
      expect((await awsRefusal(world.make(type, { vpcId: "vpc-0" }))).code, type).to.equal("InvalidVpcID.NotFound");
  });
  it("counts the versions of a launch template up with every change", async () => {
    const type = "aws:ec2/launchTemplate:LaunchTemplate";
    const { id, outputs } = await world.make(type, { name: "nodes", imageId: "ami-1" });
    expect(outputs["latestVersion"]).to.equal(1);
    expect((await world.update(type, id, { name: "nodes", imageId: "ami-2" }))["latestVersion"]).to.equal(2);
    expect((await world.update(type, id, { name: "nodes", imageId: "ami-3" }))["latestVersion"]).to.equal(3);
  });
  it("makes another subnet of a changed range or zone, and the same of changed tags", async () => {
    expect(await world.replaces(SUBNET, "cidrBlock")).to.equal(true);
    expect(await world.replaces(SUBNET, "availabilityZone")).to.equal(true);
    expect(await world.replaces(SUBNET, "tags")).to.equal(false);
  });
});
