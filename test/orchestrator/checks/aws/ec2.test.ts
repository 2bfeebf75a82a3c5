import { EC2Client } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { ec2Reader } from "../../../../orchestrator/checks/aws/ec2";
import { sdkError, settings, useClient } from "./fixture";

describe("the network of a real account", () => {
  const aws = useClient(EC2Client);
  const reader = () => ec2Reader(settings);
  const inVpc = [{ Name: "vpc-id", Values: ["vpc-1"] }];

  it("asks for zones that are up and real, not for local zones [A1.1]", async () => {
    aws.answer({ DescribeAvailabilityZonesCommand: () => ({ AvailabilityZones: [{ ZoneName: "eu-central-1a" }] }) });
    expect(await reader().availabilityZones()).to.deep.equal(["eu-central-1a"]);
    expect(aws.asked[0]?.input).to.deep.equal({
      Filters: [
        { Name: "state", Values: ["available"] },
        { Name: "zone-type", Values: ["availability-zone"] },
      ],
    });
  });
  it("reads a VPC, and takes AWS's word that it is not there for an answer", async () => {
    aws.answer({
      DescribeVpcsCommand: () => ({ Vpcs: [{ CidrBlock: "10.10.0.0/16", Tags: [{ Key: "Name", Value: "slipway" }] }] }),
    });
    expect(await reader().vpc("vpc-1")).to.deep.equal({
      id: "vpc-1",
      cidr: "10.10.0.0/16",
      tags: { Name: "slipway" },
    });
    aws.answer({ DescribeVpcsCommand: () => Promise.reject(sdkError("InvalidVpcID.NotFound")) });
    expect(await reader().vpc("vpc-2")).to.equal(undefined);
  });
  it("does not take a refusal for an absence", async () => {
    aws.answer({ DescribeVpcsCommand: () => Promise.reject(sdkError("UnauthorizedOperation", "not you")) });
    const error = await reader()
      .vpc("vpc-1")
      .catch((reason: Error) => reason);
    expect(error).to.include({ name: "UnauthorizedOperation", message: "not you" });
  });
  it("reads every page of subnets, of this VPC only", async () => {
    const page = (id: string, NextToken?: string) => ({
      Subnets: [{ SubnetId: id, AvailabilityZone: "z", CidrBlock: "c", AvailableIpAddressCount: 7 }],
      NextToken,
    });
    aws.answer({
      DescribeSubnetsCommand: ({ NextToken }: { NextToken?: string }) =>
        NextToken === undefined ? page("subnet-1", "more") : page("subnet-2"),
    });
    const subnets = await reader().subnets("vpc-1");
    expect(subnets.map(({ id }) => id)).to.deep.equal(["subnet-1", "subnet-2"]);
    expect(subnets[0]).to.deep.equal({ id: "subnet-1", zone: "z", cidr: "c", tags: {}, freeAddresses: 7 });
    expect(aws.asked.map(({ input }) => input)).to.deep.equal([
      { Filters: inVpc, NextToken: undefined },
      { Filters: inVpc, NextToken: "more" },
    ]);
  });
  it("tells the main route table, the subnets of each and routes into nothing [A1.3]", async () => {
    aws.answer({
      DescribeRouteTablesCommand: () => ({
        RouteTables: [
          { RouteTableId: "rtb-0", Associations: [{ Main: true }], Routes: [] },
          {
            RouteTableId: "rtb-1",
            Associations: [{ SubnetId: "subnet-1", Main: false }, { GatewayId: "igw-1" }],
            Routes: [
              { DestinationCidrBlock: "10.10.0.0/16", GatewayId: "local", State: "active" },
              { DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: "nat-1", State: "blackhole" },
              { DestinationIpv6CidrBlock: "::/0", GatewayId: "igw-1" },
            ],
          },
        ],
      }),
    });
    expect(await reader().routeTables("vpc-1")).to.deep.equal([
      { id: "rtb-0", main: true, subnetIds: [], routes: [] },
      {
        id: "rtb-1",
        main: false,
        subnetIds: ["subnet-1"],
        routes: [
          { destination: "10.10.0.0/16", gatewayId: "local", state: "active" },
          { destination: "0.0.0.0/0", natGatewayId: "nat-1", state: "blackhole" },
          { destination: "::/0", gatewayId: "igw-1", state: "active" },
        ],
      },
    ]);
    expect(aws.asked[0]?.input).to.deep.equal({ Filters: inVpc, NextToken: undefined });
  });
  it("asks for NAT gateways by the filter that this call has, and gives their state [A1.2]", async () => {
    aws.answer({
      DescribeNatGatewaysCommand: () => ({
        NatGateways: [{ NatGatewayId: "nat-1", SubnetId: "subnet-1", State: "failed" }],
      }),
    });
    expect(await reader().natGateways("vpc-1")).to.deep.equal([{ id: "nat-1", subnetId: "subnet-1", state: "failed" }]);
    expect(aws.asked[0]?.input).to.deep.equal({ Filter: inVpc, NextToken: undefined });
  });
  it("reads an empty answer as nothing", async () => {
    aws.answer({
      DescribeAvailabilityZonesCommand: () => ({}),
      DescribeVpcsCommand: () => ({}),
      DescribeSubnetsCommand: () => ({}),
    });
    expect(await reader().availabilityZones()).to.deep.equal([]);
    expect(await reader().vpc("vpc-1")).to.equal(undefined);
    expect(await reader().subnets("vpc-1")).to.deep.equal([]);
  });
  it("lists volumes that nothing attached, page by page, and addresses that nothing is associated with [H4.1]", async () => {
    aws.answer({
      DescribeVolumesCommand: ({ NextToken }: { NextToken?: string }) =>
        NextToken === undefined
          ? { Volumes: [{ VolumeId: "vol-1", Size: 10, Tags: [{ Key: "a", Value: "b" }] }], NextToken: "more" }
          : { Volumes: [{ VolumeId: "vol-2", Size: 5 }] },
      DescribeAddressesCommand: () => ({
        Addresses: [
          { AllocationId: "eipalloc-1", PublicIp: "192.0.2.1", AssociationId: "eipassoc-1" },
          { AllocationId: "eipalloc-2", PublicIp: "192.0.2.2" },
        ],
      }),
    });
    expect(await reader().unattachedVolumes()).to.deep.equal([
      { id: "vol-1", gib: 10, tags: { a: "b" } },
      { id: "vol-2", gib: 5, tags: {} },
    ]);
    expect(aws.asked[0]?.input).to.deep.include({ Filters: [{ Name: "status", Values: ["available"] }] });
    expect(await reader().unassociatedAddresses()).to.deep.equal([
      { id: "eipalloc-2", address: "192.0.2.2", tags: {} },
    ]);
  });
});
