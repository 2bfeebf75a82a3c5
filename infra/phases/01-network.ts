import * as ec2 from "@pulumi/aws/ec2";
import type * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { backupPlan } from "../backup-plan";
import { planSubnets } from "../cidr";
import { flowLogs } from "../flow-logs";
import { attach, serviceRole } from "../iam";
import { logKey } from "../log-key";
import { monthlyBudget } from "../monthly-budget";
import { clusterName, named, type Tags } from "../naming";
import type { PlatformConfig } from "../config";
import type { NetworkOutput } from "../outputs";

export interface NetworkArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
}

/** What later phases may read. */
export type NetworkOutputs = { readonly [key in keyof NetworkOutput]: pulumi.Output<NetworkOutput[key]> } & {
  /** For @pulumi/eks, which takes the role itself. */
  readonly clusterRole: iam.Role;
  readonly nodeRole: iam.Role;
  /** Rights of the two roles: a cluster or node made before them fails, or cannot be taken down cleanly. */
  readonly clusterRights: pulumi.Resource[];
  readonly nodeRights: pulumi.Resource[];
  /** Key of the platform's log groups. */
  readonly logKeyArn: pulumi.Output<string>;
};

/**
 * Phase 01: the network every later phase lives in, the roles of the control plane and its nodes, the environment's
 * budget and, where backups are on, the plan that takes them.
 *
 * Replacing the VPC replaces the platform, so it is protected. Costs: NAT gateways, about 38 USD a month each plus
 * traffic; flow logs by volume.
 */
export class Network extends pulumi.ComponentResource {
  readonly outputs: NetworkOutputs;

  constructor(name: string, { config, tags }: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:Network", name, {}, opts);
    const child = { parent: this };
    const plan = planSubnets(config.network.cidr, config.network.zones);
    const cluster = clusterName(config);

    const vpc = new ec2.Vpc(
      `${name}-vpc`,
      {
        cidrBlock: config.network.cidr,
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: named(tags, `${name}-vpc`),
      },
      { ...child, protect: true },
    );
    // Whatever forgets to name a security group gets one that allows nothing.
    new ec2.DefaultSecurityGroup(
      `${name}-default-group`,
      { vpcId: vpc.id, tags: named(tags, `${name}-default-closed`) },
      child,
    );
    const gateway = new ec2.InternetGateway(
      `${name}-internet`,
      { vpcId: vpc.id, tags: named(tags, `${name}-internet`) },
      child,
    );

    const publicTable = new ec2.RouteTable(
      `${name}-public`,
      { vpcId: vpc.id, tags: named(tags, `${name}-public`) },
      child,
    );
    new ec2.Route(
      `${name}-public-default`,
      { routeTableId: publicTable.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      child,
    );
    const publicSubnets = plan.map(({ zone, public: cidrBlock }) => {
      // Load balancers take their addresses themselves; nothing else in here should have one.
      const subnet = new ec2.Subnet(
        `${name}-public-${zone}`,
        {
          vpcId: vpc.id,
          availabilityZone: zone,
          cidrBlock,
          mapPublicIpOnLaunch: false,
          tags: { ...named(tags, `${name}-public-${zone}`), "kubernetes.io/role/elb": "1" },
        },
        child,
      );
      new ec2.RouteTableAssociation(
        `${name}-public-${zone}`,
        { subnetId: subnet.id, routeTableId: publicTable.id },
        child,
      );
      return subnet;
    });

    const natZones = config.network.natGateways === "single" ? plan.slice(0, 1) : plan;
    const nats = natZones.map(({ zone }, index) => {
      const address = new ec2.Eip(
        `${name}-nat-${zone}`,
        { domain: "vpc", tags: named(tags, `${name}-nat-${zone}`) },
        child,
      );
      const subnet = publicSubnets[index] as ec2.Subnet;
      // A NAT gateway without a way to the Internet fails to come up, and no value carries that order.
      return new ec2.NatGateway(
        `${name}-nat-${zone}`,
        { allocationId: address.id, subnetId: subnet.id, tags: named(tags, `${name}-nat-${zone}`) },
        { ...child, dependsOn: [gateway] },
      );
    });

    const privateSubnets = plan.map(({ zone, private: cidrBlock }, index) => {
      const subnet = new ec2.Subnet(
        `${name}-private-${zone}`,
        {
          vpcId: vpc.id,
          availabilityZone: zone,
          cidrBlock,
          mapPublicIpOnLaunch: false,
          tags: {
            ...named(tags, `${name}-private-${zone}`),
            "kubernetes.io/role/internal-elb": "1",
            "karpenter.sh/discovery": cluster,
          },
        },
        child,
      );
      const table = new ec2.RouteTable(
        `${name}-private-${zone}`,
        { vpcId: vpc.id, tags: named(tags, `${name}-private-${zone}`) },
        child,
      );
      const nat = (nats[index] ?? nats[0]) as ec2.NatGateway;
      new ec2.Route(
        `${name}-private-${zone}-default`,
        { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id },
        child,
      );
      new ec2.RouteTableAssociation(`${name}-private-${zone}`, { subnetId: subnet.id, routeTableId: table.id }, child);
      return subnet;
    });

    const key = logKey(name, config, tags, child);
    flowLogs(name, vpc, config, tags, key.arn, child);
    const clusterRole = serviceRole(`${name}-cluster-role`, "eks.amazonaws.com", `${cluster}-cluster`, tags, child);
    const clusterRights = attach(`${name}-cluster-role`, clusterRole, ["AmazonEKSClusterPolicy"], child);
    const nodeRole = serviceRole(`${name}-node-role`, "ec2.amazonaws.com", `${cluster}-node`, tags, child);
    // SSM is the access path to nodes: no key pair, no open port (A2.4). The CNI has an identity of its own.
    const nodeRights = attach(
      `${name}-node-role`,
      nodeRole,
      ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"],
      child,
    );
    monthlyBudget(name, config, tags, child);
    if (config.backup.enabled) backupPlan(name, config, tags, child);

    const zoneOf = (subnet: ec2.Subnet) =>
      pulumi
        .all([subnet.id, subnet.availabilityZone, subnet.cidrBlock])
        .apply(([id, zone, cidr]) => ({ id, zone, cidr: cidr ?? "" }));
    this.outputs = {
      vpcId: vpc.id,
      cidr: vpc.cidrBlock,
      zones: pulumi.output(config.network.zones),
      privateSubnets: pulumi.all(privateSubnets.map(zoneOf)),
      publicSubnets: pulumi.all(publicSubnets.map(zoneOf)),
      natGatewayIds: pulumi.all(nats.map((nat) => nat.id)),
      clusterRoleArn: clusterRole.arn,
      nodeRoleArn: nodeRole.arn,
      clusterRole,
      nodeRole,
      clusterRights,
      nodeRights,
      logKeyArn: key.arn,
    };
    this.registerOutputs({ vpcId: vpc.id });
  }
}
