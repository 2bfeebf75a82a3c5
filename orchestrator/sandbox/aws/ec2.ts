import { overlapping, parseNetwork, within } from "./address";
import { AwsError } from "./error";
import { list, text, type Kind, type Surroundings } from "./kind";

/** Default quotas of a new account that the platform can meet (Service Quotas, VPC and EC2). */
export const quotas = { vpcs: 5, natGatewaysPerZone: 5, addresses: 20, vcpus: 640, rulesPerGroup: 60 } as const;

const inUse = (what: string, operation: string, id: string, by: string) =>
  new AwsError(
    `deleting EC2 ${what} (${id})`,
    `EC2: ${operation}`,
    "DependencyViolation",
    `The ${what.toLowerCase()} '${id}' has dependencies and cannot be deleted: ${by}.`,
  );

function requireVpc(doing: string, operation: string, id: unknown, { account }: Surroundings): void {
  if (account.get(text(id), "aws:ec2/vpc:Vpc") === undefined)
    throw new AwsError(doing, operation, "InvalidVpcID.NotFound", `The vpc ID '${text(id)}' does not exist`);
}

/** Refuses to delete what others still name. */
function unlessReferenced(what: string, operation: string, property: string) {
  return (object: { id: string }, { account }: Surroundings): void => {
    const user = account.all().find((other) => other.inputs[property] === object.id);
    if (user !== undefined) throw inUse(what, operation, object.id, `${user.type.split(":").at(-1)} ${user.id}`);
  };
}

const ec2Arn = (kind: string) => (_inputs: object, id: string, account: Surroundings["account"]) => ({
  arn: account.arn("ec2", `${kind}/${id}`),
  ownerId: account.accountId,
});

export const ec2: Readonly<Record<string, Kind>> = {
  "aws:ec2/vpc:Vpc": {
    id: "vpc",
    replaceOn: ["cidrBlock", "instanceTenancy"],
    computed: (inputs, id, account) => ({
      arn: account.arn("ec2", `vpc/${id}`),
      ownerId: account.accountId,
      mainRouteTableId: `rtb-${id.slice(4)}`,
      defaultSecurityGroupId: `sg-${id.slice(4)}`,
      defaultNetworkAclId: `acl-${id.slice(4)}`,
      dhcpOptionsId: "dopt-0",
      instanceTenancy: inputs["instanceTenancy"] ?? "default",
    }),
    onCreate: (inputs, { account }) => {
      const network = parseNetwork(text(inputs["cidrBlock"]));
      const doing = "creating EC2 VPC";
      if (network === undefined || network.prefix < 16 || network.prefix > 28)
        throw new AwsError(
          doing,
          "EC2: CreateVpc",
          "InvalidVpc.Range",
          `The CIDR '${text(inputs["cidrBlock"])}' is invalid.`,
        );
      if (account.all("aws:ec2/vpc:Vpc").length >= quotas.vpcs)
        throw new AwsError(doing, "EC2: CreateVpc", "VpcLimitExceeded", "The maximum number of VPCs has been reached.");
    },
    onDelete: unlessReferenced("Vpc", "DeleteVpc", "vpcId"),
  },
  "aws:ec2/subnet:Subnet": {
    id: "subnet",
    replaceOn: ["vpcId", "cidrBlock", "availabilityZone"],
    computed: (inputs, id, account) => ({
      arn: account.arn("ec2", `subnet/${id}`),
      ownerId: account.accountId,
      availabilityZoneId: `${account.region.slice(0, 2)}c1-az${account.zones.indexOf(text(inputs["availabilityZone"])) + 1}`,
    }),
    onCreate: (inputs, surroundings) => {
      const { account } = surroundings;
      const doing = "creating EC2 Subnet";
      const operation = "EC2: CreateSubnet";
      requireVpc(doing, operation, inputs["vpcId"], surroundings);
      const cidr = text(inputs["cidrBlock"]);
      const network = parseNetwork(cidr);
      const vpc = parseNetwork(text(account.get(text(inputs["vpcId"]), "aws:ec2/vpc:Vpc")?.inputs["cidrBlock"]));
      if (network === undefined || vpc === undefined || !within(network, vpc))
        throw new AwsError(doing, operation, "InvalidSubnet.Range", `The CIDR '${cidr}' is invalid.`);
      const zone = text(inputs["availabilityZone"]);
      if (zone !== "" && !account.zones.includes(zone)) {
        throw new AwsError(
          doing,
          operation,
          "InvalidParameterValue",
          `Value (${zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${account.zones.join(", ")}.`,
        );
      }
      const clash = account
        .all("aws:ec2/subnet:Subnet")
        .find(
          (other) =>
            other.inputs["vpcId"] === inputs["vpcId"] &&
            overlapping(network, parseNetwork(text(other.inputs["cidrBlock"]))),
        );
      if (clash !== undefined)
        throw new AwsError(
          doing,
          operation,
          "InvalidSubnet.Conflict",
          `The CIDR '${cidr}' conflicts with another subnet`,
        );
    },
    onDelete: (object, { account }) => {
      const user = account
        .all()
        .find(
          (other) =>
            !other.type.includes("routeTableAssociation") &&
            (other.inputs["subnetId"] === object.id || list(other.inputs["subnetIds"]).includes(object.id)),
        );
      if (user !== undefined)
        throw inUse("Subnet", "DeleteSubnet", object.id, `${user.type.split(":").at(-1)} ${user.id}`);
    },
  },
  "aws:ec2/internetGateway:InternetGateway": {
    id: "igw",
    computed: ec2Arn("internet-gateway"),
    onCreate: (inputs, surroundings) =>
      requireVpc("creating EC2 Internet Gateway", "EC2: AttachInternetGateway", inputs["vpcId"], surroundings),
    onDelete: (object, { account }) => {
      const vpcOf = (subnet: string) => account.get(subnet, "aws:ec2/subnet:Subnet")?.inputs["vpcId"];
      const mapped = account
        .all("aws:ec2/natGateway:NatGateway")
        .some((nat) => vpcOf(text(nat.inputs["subnetId"])) === object.inputs["vpcId"]);
      if (mapped)
        throw new AwsError(
          `detaching EC2 Internet Gateway (${object.id})`,
          "EC2: DetachInternetGateway",
          "DependencyViolation",
          `Network ${text(object.inputs["vpcId"])} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
        );
    },
  },
  "aws:ec2/eip:Eip": {
    id: "eipalloc",
    replaceOn: ["domain"],
    computed: (_inputs, id, account) => {
      const octets = [3, 3 + id.length, ...[id.slice(-2), id.slice(-4, -2)].map((hex) => parseInt(hex, 16))];
      return { allocationId: id, publicIp: octets.join("."), arn: account.arn("ec2", `elastic-ip/${id}`) };
    },
    onCreate: (_inputs, { account }) => {
      if (account.all("aws:ec2/eip:Eip").length >= quotas.addresses)
        throw new AwsError(
          "creating EC2 EIP",
          "EC2: AllocateAddress",
          "AddressLimitExceeded",
          "The maximum number of addresses has been reached.",
        );
    },
    onDelete: (object, { account }) => {
      const user = account.all("aws:ec2/natGateway:NatGateway").find((nat) => nat.inputs["allocationId"] === object.id);
      if (user !== undefined)
        throw new AwsError(
          `releasing EC2 EIP (${object.id})`,
          "EC2: ReleaseAddress",
          "InvalidIPAddress.InUse",
          `Address ${text(object.outputs["publicIp"])} is in use.`,
        );
    },
  },
  "aws:ec2/natGateway:NatGateway": {
    id: "nat",
    replaceOn: ["subnetId", "allocationId", "connectivityType"],
    computed: (inputs, id, account) => ({
      publicIp: account.get(text(inputs["allocationId"]), "aws:ec2/eip:Eip")?.outputs["publicIp"] ?? "",
      networkInterfaceId: `eni-${id.slice(4)}`,
      connectivityType: "public",
    }),
    onCreate: (inputs, { account }) => {
      const doing = "creating EC2 NAT Gateway";
      const operation = "EC2: CreateNatGateway";
      const subnet = account.get(text(inputs["subnetId"]), "aws:ec2/subnet:Subnet");
      if (subnet === undefined)
        throw new AwsError(
          doing,
          operation,
          "InvalidSubnetID.NotFound",
          `The subnet ID '${text(inputs["subnetId"])}' does not exist`,
        );
      const gateway = account
        .all("aws:ec2/internetGateway:InternetGateway")
        .find((igw) => igw.inputs["vpcId"] === subnet.inputs["vpcId"]);
      if (gateway === undefined)
        throw new AwsError(
          doing,
          operation,
          "Gateway.NotAttached",
          `Network ${text(subnet.inputs["vpcId"])} has no Internet gateway attached`,
        );
      const zone = subnet.inputs["availabilityZone"];
      const same = account
        .all("aws:ec2/natGateway:NatGateway")
        .filter(
          (nat) =>
            account.get(text(nat.inputs["subnetId"]), "aws:ec2/subnet:Subnet")?.inputs["availabilityZone"] === zone,
        );
      if (same.length >= quotas.natGatewaysPerZone)
        throw new AwsError(
          doing,
          operation,
          "NatGatewayLimitExceeded",
          `Performing this operation would exceed the limit of ${quotas.natGatewaysPerZone} NAT gateways`,
        );
    },
  },
  "aws:ec2/routeTable:RouteTable": {
    id: "rtb",
    replaceOn: ["vpcId"],
    computed: ec2Arn("route-table"),
    onCreate: (inputs, surroundings) =>
      requireVpc("creating EC2 Route Table", "EC2: CreateRouteTable", inputs["vpcId"], surroundings),
    onDelete: (object, { account }) => {
      const user = account
        .all("aws:ec2/routeTableAssociation:RouteTableAssociation")
        .find((association) => association.inputs["routeTableId"] === object.id);
      if (user !== undefined) throw inUse("RouteTable", "DeleteRouteTable", object.id, `association ${user.id}`);
    },
  },
  "aws:ec2/route:Route": {
    id: (inputs) => `r-${text(inputs["routeTableId"])}${text(inputs["destinationCidrBlock"]).replace(/\D/g, "")}`,
    replaceOn: ["routeTableId", "destinationCidrBlock"],
    computed: () => ({ state: "active", origin: "CreateRoute" }),
    onCreate: (inputs, { account }) => {
      const taken = account
        .all("aws:ec2/route:Route")
        .find(
          (route) =>
            route.inputs["routeTableId"] === inputs["routeTableId"] &&
            route.inputs["destinationCidrBlock"] === inputs["destinationCidrBlock"],
        );
      if (taken !== undefined)
        throw new AwsError(
          `creating Route in Route Table (${text(inputs["routeTableId"])})`,
          "EC2: CreateRoute",
          "RouteAlreadyExists",
          `The route identified by ${text(inputs["destinationCidrBlock"])} already exists.`,
        );
    },
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    id: "rtbassoc",
    replaceOn: ["subnetId"],
    onCreate: (inputs, { account }) => {
      const taken = account
        .all("aws:ec2/routeTableAssociation:RouteTableAssociation")
        .find((association) => association.inputs["subnetId"] === inputs["subnetId"]);
      if (taken !== undefined)
        throw new AwsError(
          "creating Route Table Association",
          "EC2: AssociateRouteTable",
          "Resource.AlreadyAssociated",
          `the specified association for route table ${text(inputs["routeTableId"])} conflicts with an existing association`,
        );
    },
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    id: (inputs) => `sg-${text(inputs["vpcId"]).slice(4)}`,
    replaceOn: ["vpcId"],
    computed: (_inputs, id, account) => ({
      arn: account.arn("ec2", `security-group/${id}`),
      name: "default",
      ownerId: account.accountId,
    }),
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    id: "sg",
    replaceOn: ["vpcId", "name", "description"],
    computed: ec2Arn("security-group"),
    onCreate: (inputs, surroundings) =>
      requireVpc("creating Security Group", "EC2: CreateSecurityGroup", inputs["vpcId"], surroundings),
  },
  "aws:ec2/flowLog:FlowLog": {
    id: "fl",
    replaceOn: ["vpcId", "trafficType", "logDestination", "iamRoleArn"],
    computed: ec2Arn("vpc-flow-log"),
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    id: "lt",
    replaceOn: ["name"],
    computed: (inputs, id, account) => ({
      arn: account.arn("ec2", `launch-template/${id}`),
      latestVersion: 1,
      defaultVersion: 1,
      name: inputs["name"] ?? `terraform-${id.slice(3)}`,
    }),
    observe: (object) => ({ ...object.outputs, latestVersion: Number(object.outputs["latestVersion"] ?? 1) }),
  },
};
