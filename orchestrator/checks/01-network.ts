import type { Role, RouteTable, Subnet } from "./aws/reader";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { diagnosis, each, examine } from "./finding";

/** Managed policies without which EKS refuses the role or its nodes cannot join (A1.6). */
export const requiredPolicies = {
  cluster: ["AmazonEKSClusterPolicy"],
  node: ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"],
} as const;

/** A1.1: three zones are the least over which the control plane and every quorum spread. */
const ZONES = 3;

/** Phase 01: three zones, planned subnets where they belong, a way out for every node, and roles that suffice. */
export const networkCheck: PhaseCheck = {
  async verify(context) {
    return Promise.all([zones(context), subnets(context), gateways(context), routes(context), roles(context)]);
  },

  async diagnose(context) {
    return [...(await withoutWayOut(context)), ...(await withoutPolicies(context))];
  },
};

function zones({ outputs, clients }: CheckContext): Promise<Finding> {
  return examine({ requirement: "A1.4", title: "the network spreads over three available zones" }, async () => {
    const available = await clients.aws.availabilityZones();
    const planned = outputs.network.zones;
    const wrong = each(planned, String, (zone) =>
      available.includes(zone) ? undefined : "the region does not offer this zone",
    );
    if (planned.length < ZONES)
      wrong.push({ subject: outputs.network.vpcId, reason: `${planned.length} zones, ${ZONES} needed` });
    return { looked: planned.length, wrong, detail: planned.join(", ") };
  });
}

function subnets({ outputs, clients }: CheckContext): Promise<Finding> {
  return examine({ requirement: "A1.4", title: "each planned subnet exists in its zone" }, async () => {
    const real = new Map((await clients.aws.subnets(outputs.network.vpcId)).map((subnet) => [subnet.id, subnet]));
    const planned = [...outputs.network.privateSubnets, ...outputs.network.publicSubnets];
    const wrong = each(
      planned,
      (plan) => plan.id,
      (plan) => {
        const found = real.get(plan.id);
        if (found === undefined) return "does not exist";
        if (found.zone !== plan.zone) return `is in ${found.zone}, planned in ${plan.zone}`;
        return found.cidr === plan.cidr ? undefined : `has ${found.cidr}, planned ${plan.cidr}`;
      },
    );
    return {
      looked: planned.length,
      wrong,
      detail: `${planned.length} subnets in ${outputs.network.zones.length} zones`,
    };
  });
}

function gateways({ outputs, clients }: CheckContext): Promise<Finding> {
  return examine({ requirement: "A1.2", title: "every planned NAT gateway is available" }, async () => {
    const real = new Map(
      (await clients.aws.natGateways(outputs.network.vpcId)).map((gateway) => [gateway.id, gateway.state]),
    );
    const planned = outputs.network.natGatewayIds;
    const wrong = each(planned, String, (id) =>
      real.get(id) === "available" ? undefined : `is ${real.get(id) ?? "gone"}`,
    );
    return { looked: planned.length, wrong, detail: `${planned.length} available` };
  });
}

function routes(context: CheckContext): Promise<Finding> {
  return examine(
    { requirement: "A1.5", title: "every private subnet has a default route to a live NAT gateway" },
    async () => {
      const { looked, wrong } = await privateRoutes(context);
      return { looked, wrong, detail: `${looked} private subnets have a way out` };
    },
  );
}

async function privateRoutes({ outputs, clients }: CheckContext) {
  const { vpcId, privateSubnets } = outputs.network;
  const [tables, gateways] = await Promise.all([clients.aws.routeTables(vpcId), clients.aws.natGateways(vpcId)]);
  const live = new Set(gateways.filter((gateway) => gateway.state === "available").map((gateway) => gateway.id));
  const wrong = each(
    privateSubnets,
    (subnet) => subnet.id,
    (subnet) => {
      const route = tableOf(subnet.id, tables)?.routes.find((candidate) => candidate.destination === "0.0.0.0/0");
      if (route === undefined) return "its route table has no default route";
      if (route.natGatewayId === undefined)
        return `its default route goes to ${route.gatewayId ?? "no gateway"}, not to NAT`;
      return route.state === "active" && live.has(route.natGatewayId)
        ? undefined
        : `its default route goes to ${route.natGatewayId}, which is not available`;
    },
  );
  return { looked: privateSubnets.length, wrong };
}

/** A subnet without an association of its own uses the VPC's main table (EC2 user guide, route tables). */
export function tableOf(subnetId: Subnet["id"], tables: readonly RouteTable[]): RouteTable | undefined {
  return tables.find((table) => table.subnetIds.includes(subnetId)) ?? tables.find((table) => table.main);
}

function roles(context: CheckContext): Promise<Finding> {
  return examine(
    { requirement: "A1.6", title: "the cluster and node roles carry the policies EKS requires" },
    async () => {
      const missing = await missingPolicies(context);
      const wrong = missing.map(({ role, policies }) => ({ subject: role, reason: `lacks ${policies.join(", ")}` }));
      return { looked: 2, wrong, detail: "all required policies are attached" };
    },
  );
}

async function missingPolicies({ outputs, clients }: CheckContext) {
  const wanted = [
    { arn: outputs.network.clusterRoleArn, policies: requiredPolicies.cluster },
    { arn: outputs.network.nodeRoleArn, policies: requiredPolicies.node },
  ];
  const judged = await Promise.all(
    wanted.map(async ({ arn, policies }) => {
      const role = arn.slice(arn.lastIndexOf("/") + 1);
      return { role, policies: lacking(await clients.aws.role(role), policies) };
    }),
  );
  return judged.filter(({ policies }) => policies.length > 0);
}

function lacking(role: Role | undefined, policies: readonly string[]): string[] {
  const attached = new Set(role?.attachedPolicyArns.map((arn) => arn.slice(arn.lastIndexOf("/") + 1)));
  return policies.filter((policy) => !attached.has(policy));
}

/** A1.5: nodes cannot pull images. */
async function withoutWayOut(context: CheckContext): Promise<Diagnosis[]> {
  const { wrong } = await privateRoutes(context);
  return diagnosis(
    "A1.5",
    "nodes in these subnets cannot pull images: no default route leads to a live NAT gateway",
    "associate the subnet with the private route table of its zone, whose 0.0.0.0/0 goes to that zone's NAT gateway, and run again",
    wrong.map(({ subject }) => subject),
  );
}

/** A1.6: cluster creation fails on rights. */
async function withoutPolicies(context: CheckContext): Promise<Diagnosis[]> {
  const missing = await missingPolicies(context);
  return missing.flatMap(({ role, policies }) =>
    diagnosis(
      "A1.6",
      `EKS will refuse or strand what uses role ${role}: it lacks ${policies.join(", ")}`,
      `attach ${policies.join(" and ")} to ${role}, and run again`,
      [role],
    ),
  );
}
