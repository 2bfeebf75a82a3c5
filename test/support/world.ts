import type { AwsReader, NatGateway, Role, RouteTable, Subnet } from "../../orchestrator/checks/aws/reader";
import type { CheckContext, Clients, WaitUntil } from "../../orchestrator/checks/check";
import type { PlatformConfig } from "../../infra/config";
import type { PlatformOutputs } from "../../infra/outputs";

/** A sound small world in AWS's terms; tests change one thing in it. */
export interface AwsWorld {
  zones: string[];
  subnets: Subnet[];
  routeTables: RouteTable[];
  natGateways: NatGateway[];
  roles: Record<string, Role>;
}

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const subnet = (id: string, index: number, cidr: string): Subnet => ({
  id,
  zone: zones[index] as string,
  cidr,
  tags: {},
  freeAddresses: 4000,
});

export function soundAws(): AwsWorld {
  return {
    zones: [...zones],
    subnets: zones.flatMap((_, i) => [
      subnet(`private-${i}`, i, `10.10.${i * 64}.0/18`),
      subnet(`public-${i}`, i, `10.10.${192 + i * 16}.0/20`),
    ]),
    natGateways: zones.map((_, i) => ({ id: `nat-${i}`, subnetId: `public-${i}`, state: "available" })),
    routeTables: [
      { id: "main", main: true, subnetIds: [], routes: [] },
      ...zones.map((_, i): RouteTable => ({
        id: `rt-${i}`,
        main: false,
        subnetIds: [`private-${i}`],
        routes: [{ destination: "0.0.0.0/0", natGatewayId: `nat-${i}`, state: "active" }],
      })),
    ],
    roles: {
      cluster: {
        name: "cluster",
        arn: "arn:aws:iam::111122223333:role/cluster",
        trustedServices: ["eks.amazonaws.com"],
        attachedPolicyArns: ["arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"],
      },
      node: {
        name: "node",
        arn: "arn:aws:iam::111122223333:role/node",
        trustedServices: ["ec2.amazonaws.com"],
        attachedPolicyArns: ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"].map(
          (name) => `arn:aws:iam::aws:policy/${name}`,
        ),
      },
    },
  };
}

/** Reads the world; a question the test did not prepare an answer for throws. */
export function awsReader(world: AwsWorld, more: Partial<AwsReader> = {}): AwsReader {
  const known: Partial<AwsReader> = {
    availabilityZones: () => Promise.resolve(world.zones),
    subnets: () => Promise.resolve(world.subnets),
    routeTables: () => Promise.resolve(world.routeTables),
    natGateways: () => Promise.resolve(world.natGateways),
    role: (name) => Promise.resolve(world.roles[name]),
    ...more,
  };
  return new Proxy(known as AwsReader, {
    get(target, key) {
      const method = target[key as keyof AwsReader];
      if (method === undefined) throw new Error(`unexpected question to AWS: ${String(key)}`);
      return method;
    },
  });
}

/** Asks once and never waits: a test's world does not change by waiting. */
export const once: WaitUntil = ({ attempt }) => attempt();

export function checkContext(
  clients: Partial<Clients>,
  outputs: Partial<PlatformOutputs>,
  config: Partial<PlatformConfig> = {},
): CheckContext {
  return {
    clients: clients as Clients,
    outputs: outputs as PlatformOutputs,
    config: config as PlatformConfig,
    waitUntil: once,
  };
}

export const networkOutput: PlatformOutputs["network"] = {
  vpcId: "vpc-1",
  cidr: "10.10.0.0/16",
  zones,
  privateSubnets: zones.map((zone, i) => ({ id: `private-${i}`, zone, cidr: `10.10.${i * 64}.0/18` })),
  publicSubnets: zones.map((zone, i) => ({ id: `public-${i}`, zone, cidr: `10.10.${192 + i * 16}.0/20` })),
  natGatewayIds: zones.map((_, i) => `nat-${i}`),
  clusterRoleArn: "arn:aws:iam::111122223333:role/cluster",
  nodeRoleArn: "arn:aws:iam::111122223333:role/node",
};
