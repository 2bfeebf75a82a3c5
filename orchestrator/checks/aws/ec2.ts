import type { RouteTable as Ec2RouteTable } from "@aws-sdk/client-ec2";
import { absentOn, once, pages } from "./paging";
import type { AwsReader, RouteTable } from "./reader";
import type { ClientSettings } from "./settings";
import { tagsOf } from "./tags";

type Ec2Reader = Pick<
  AwsReader,
  | "availabilityZones"
  | "vpc"
  | "subnets"
  | "routeTables"
  | "natGateways"
  | "unattachedVolumes"
  | "unassociatedAddresses"
>;

/** The network of a real account. */
export function ec2Reader(settings: ClientSettings): Ec2Reader {
  const ec2 = once(async () => {
    const sdk = await import("@aws-sdk/client-ec2");
    return { sdk, client: new sdk.EC2Client(settings) };
  });
  const inVpc = (vpcId: string) => [{ Name: "vpc-id", Values: [vpcId] }];
  return {
    async availabilityZones() {
      const { sdk, client } = await ec2();
      const reply = await client.send(
        new sdk.DescribeAvailabilityZonesCommand({
          Filters: [
            { Name: "state", Values: ["available"] },
            { Name: "zone-type", Values: ["availability-zone"] },
          ],
        }),
      );
      return (reply.AvailabilityZones ?? []).map((zone) => zone.ZoneName ?? "");
    },
    async vpc(id) {
      const { sdk, client } = await ec2();
      const reply = await absentOn("InvalidVpcID.NotFound", () =>
        client.send(new sdk.DescribeVpcsCommand({ VpcIds: [id] })),
      );
      const vpc = reply?.Vpcs?.[0];
      return vpc && { id, cidr: vpc.CidrBlock ?? "", tags: tagsOf(vpc.Tags) };
    },
    async subnets(vpcId) {
      const { sdk, client } = await ec2();
      const subnets = await pages(
        (NextToken) => client.send(new sdk.DescribeSubnetsCommand({ Filters: inVpc(vpcId), NextToken })),
        (page) => page.Subnets,
      );
      return subnets.map((subnet) => ({
        id: subnet.SubnetId ?? "",
        zone: subnet.AvailabilityZone ?? "",
        cidr: subnet.CidrBlock ?? "",
        tags: tagsOf(subnet.Tags),
        freeAddresses: subnet.AvailableIpAddressCount ?? 0,
      }));
    },
    async routeTables(vpcId) {
      const { sdk, client } = await ec2();
      return (
        await pages(
          (NextToken) => client.send(new sdk.DescribeRouteTablesCommand({ Filters: inVpc(vpcId), NextToken })),
          (page) => page.RouteTables,
        )
      ).map(routeTable);
    },
    async natGateways(vpcId) {
      const { sdk, client } = await ec2();
      const found = await pages(
        (NextToken) => client.send(new sdk.DescribeNatGatewaysCommand({ Filter: inVpc(vpcId), NextToken })),
        (page) => page.NatGateways,
      );
      return found.map((nat) => ({ id: nat.NatGatewayId ?? "", subnetId: nat.SubnetId ?? "", state: nat.State ?? "" }));
    },
    async unattachedVolumes() {
      const { sdk, client } = await ec2();
      // AWS calls a volume available that nothing has attached.
      const Filters = [{ Name: "status", Values: ["available"] }];
      const found = await pages(
        (NextToken) => client.send(new sdk.DescribeVolumesCommand({ Filters, NextToken })),
        (page) => page.Volumes,
      );
      return found.map(({ VolumeId = "", Size = 0, Tags }) => ({ id: VolumeId, gib: Size, tags: tagsOf(Tags) }));
    },
    async unassociatedAddresses() {
      const { sdk, client } = await ec2();
      // All of a region at once: this call knows no pages.
      const { Addresses = [] } = await client.send(new sdk.DescribeAddressesCommand({}));
      return Addresses.filter(({ AssociationId }) => AssociationId === undefined).map(
        ({ AllocationId = "", PublicIp = "", Tags }) => ({ id: AllocationId, address: PublicIp, tags: tagsOf(Tags) }),
      );
    },
  };
}

function routeTable(table: Ec2RouteTable): RouteTable {
  return {
    id: table.RouteTableId ?? "",
    main: (table.Associations ?? []).some((association) => association.Main === true),
    subnetIds: (table.Associations ?? []).flatMap((association) => association.SubnetId ?? []),
    routes: (table.Routes ?? []).map((route) => ({
      destination: route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? "",
      ...(route.NatGatewayId === undefined ? {} : { natGatewayId: route.NatGatewayId }),
      ...(route.GatewayId === undefined ? {} : { gatewayId: route.GatewayId }),
      state: route.State === "blackhole" ? ("blackhole" as const) : ("active" as const),
    })),
  };
}
