import type { Cluster as EksCluster } from "@aws-sdk/client-eks";
import type { ListResourceRecordSetsCommandOutput, ResourceRecordSet, RRType } from "@aws-sdk/client-route-53";
import type { RouteTable as Ec2RouteTable, Tag } from "@aws-sdk/client-ec2";
import type { AwsReader, Cluster, RouteTable, Tags } from "./reader";

export interface SdkReaderOptions {
  readonly region: string;
}

/** Attempts of one call; the SDK backs off between them (throttling is ordinary in a busy account). */
const MAX_ATTEMPTS = 5;

/** A real account through the AWS SDK, with the caller's own credentials. Each client is loaded when first asked. */
export function createSdkReader({ region }: SdkReaderOptions): AwsReader {
  const settings = { region, maxAttempts: MAX_ATTEMPTS };
  const ec2 = once(async () => {
    const sdk = await import("@aws-sdk/client-ec2");
    return { sdk, client: new sdk.EC2Client(settings) };
  });
  const eks = once(async () => {
    const sdk = await import("@aws-sdk/client-eks");
    return { sdk, client: new sdk.EKSClient(settings) };
  });
  const inVpc = (vpcId: string) => [{ Name: "vpc-id", Values: [vpcId] }];
  return {
    async identity() {
      const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
      const reply = await new STSClient(settings).send(new GetCallerIdentityCommand({}));
      return { account: reply.Account ?? "", arn: reply.Arn ?? "" };
    },
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
    async kubernetesVersions() {
      const { sdk, client } = await eks();
      const reply = await client.send(new sdk.DescribeClusterVersionsCommand({ versionStatus: "STANDARD_SUPPORT" }));
      return (reply.clusterVersions ?? [])
        .map((version) => version.clusterVersion ?? "")
        .sort((a, b) => Number(b.split(".")[1]) - Number(a.split(".")[1]));
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
    async role(name) {
      const { IAMClient, GetRoleCommand, ListAttachedRolePoliciesCommand } = await import("@aws-sdk/client-iam");
      const client = new IAMClient(settings);
      const role = (await absentOn("NoSuchEntityException", () => client.send(new GetRoleCommand({ RoleName: name }))))
        ?.Role;
      if (role === undefined) return undefined;
      const attached = await client.send(new ListAttachedRolePoliciesCommand({ RoleName: name }));
      const trustedServices = trusted(decodeURIComponent(role.AssumeRolePolicyDocument ?? "{}"));
      return {
        name,
        arn: role.Arn ?? "",
        trustedServices,
        attachedPolicyArns: (attached.AttachedPolicies ?? []).map((policy) => policy.PolicyArn ?? ""),
      };
    },
    async cluster(name) {
      const { sdk, client } = await eks();
      const reply = await absentOn("ResourceNotFoundException", () =>
        client.send(new sdk.DescribeClusterCommand({ name })),
      );
      return reply?.cluster && describeCluster(name, reply.cluster);
    },
    async nodeGroups(cluster) {
      const { sdk, client } = await eks();
      const names = await pages(
        (nextToken) => client.send(new sdk.ListNodegroupsCommand({ clusterName: cluster, nextToken })),
        (page) => page.nodegroups,
      );
      return Promise.all(
        names.map(async (name) => {
          const group = (
            await client.send(new sdk.DescribeNodegroupCommand({ clusterName: cluster, nodegroupName: name }))
          ).nodegroup;
          const healthIssues = (group?.health?.issues ?? []).map((issue) => ({
            code: issue.code ?? "",
            message: issue.message ?? "",
          }));
          return {
            name,
            status: group?.status ?? "",
            subnetIds: group?.subnets ?? [],
            desired: group?.scalingConfig?.desiredSize ?? 0,
            healthIssues,
          };
        }),
      );
    },
    async clusterInsights(cluster) {
      const { sdk, client } = await eks();
      const insights = await pages(
        (nextToken) => client.send(new sdk.ListInsightsCommand({ clusterName: cluster, nextToken })),
        (page) => page.insights,
      );
      return insights
        .filter((insight) => insight.insightStatus?.status !== "PASSING")
        .map((insight) => ({
          name: insight.name ?? "",
          status: insight.insightStatus?.status ?? "",
          reason: insight.insightStatus?.reason ?? "",
        }));
    },
    async podIdentityAssociations(cluster) {
      const { sdk, client } = await eks();
      const found = await pages(
        (nextToken) => client.send(new sdk.ListPodIdentityAssociationsCommand({ clusterName: cluster, nextToken })),
        (page) => page.associations,
      );
      return Promise.all(
        found.map(async ({ associationId, namespace = "", serviceAccount = "" }) => {
          const { association } = await client.send(
            new sdk.DescribePodIdentityAssociationCommand({ clusterName: cluster, associationId }),
          );
          return { namespace, serviceAccount, roleArn: association?.roleArn ?? "" };
        }),
      );
    },
    async loadBalancers() {
      const sdk = await import("@aws-sdk/client-elastic-load-balancing-v2");
      const client = new sdk.ElasticLoadBalancingV2Client(settings);
      const found = await pages(
        (Marker) => client.send(new sdk.DescribeLoadBalancersCommand({ Marker })),
        (page) => page.LoadBalancers,
      );
      const tags = new Map<string, Tags>();
      // DescribeTags takes twenty resources at a time.
      for (let start = 0; start < found.length; start += 20) {
        const reply = await client.send(
          new sdk.DescribeTagsCommand({
            ResourceArns: found.slice(start, start + 20).map((one) => one.LoadBalancerArn ?? ""),
          }),
        );
        for (const described of reply.TagDescriptions ?? [])
          tags.set(described.ResourceArn ?? "", tagsOf(described.Tags));
      }
      return found.map((one) => ({
        arn: one.LoadBalancerArn ?? "",
        name: one.LoadBalancerName ?? "",
        dnsName: one.DNSName ?? "",
        scheme: one.Scheme ?? "",
        state: one.State?.Code ?? "",
        vpcId: one.VpcId ?? "",
        tags: tags.get(one.LoadBalancerArn ?? "") ?? {},
      }));
    },
    async dnsRecords(zoneId) {
      const sdk = await import("@aws-sdk/client-route-53");
      const client = new sdk.Route53Client(settings);
      const records: ResourceRecordSet[] = [];
      let start: { StartRecordName?: string; StartRecordType?: RRType } | undefined = {};
      while (start !== undefined) {
        const page: ListResourceRecordSetsCommandOutput = await client.send(
          new sdk.ListResourceRecordSetsCommand({ HostedZoneId: zoneId, ...start }),
        );
        records.push(...(page.ResourceRecordSets ?? []));
        start =
          page.IsTruncated && page.NextRecordName !== undefined && page.NextRecordType !== undefined
            ? { StartRecordName: page.NextRecordName, StartRecordType: page.NextRecordType }
            : undefined;
      }
      return records.map((record) => ({
        name: (record.Name ?? "").replace(/\.$/, ""),
        type: record.Type ?? "",
        values: record.AliasTarget
          ? [record.AliasTarget.DNSName ?? ""]
          : (record.ResourceRecords ?? []).map((value) => value.Value ?? ""),
      }));
    },
    async quota(service, code) {
      const { ServiceQuotasClient, GetServiceQuotaCommand } = await import("@aws-sdk/client-service-quotas");
      const client = new ServiceQuotasClient(settings);
      const reply = await absentOn("NoSuchResourceException", () =>
        client.send(new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code })),
      );
      return reply?.Quota?.Value;
    },
    async tagged(key, value) {
      const sdk = await import("@aws-sdk/client-resource-groups-tagging-api");
      const client = new sdk.ResourceGroupsTaggingAPIClient(settings);
      const found = await pages(
        (PaginationToken) =>
          client.send(new sdk.GetResourcesCommand({ TagFilters: [{ Key: key, Values: [value] }], PaginationToken })),
        (page) => page.ResourceTagMappingList,
      );
      return found.map((one) => ({ arn: one.ResourceARN ?? "", tags: tagsOf(one.Tags) }));
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** All items of a listing; AWS names the continuation of a page in several ways. */
export async function pages<
  P extends
    | {
        NextToken?: string | undefined;
        nextToken?: string | undefined;
        NextMarker?: string | undefined;
        PaginationToken?: string | undefined;
      }
    | object,
  T,
>(ask: (token: string | undefined) => Promise<P>, items: (page: P) => readonly T[] | undefined): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const page = await ask(token);
    all.push(...(items(page) ?? []));
    const next = page as { NextToken?: string; nextToken?: string; NextMarker?: string; PaginationToken?: string };
    token = next.NextToken ?? next.nextToken ?? next.NextMarker ?? next.PaginationToken;
  } while (token !== undefined && token !== "");
  return all;
}

/** What AWS says of a thing that is not there is an answer, not a failure. */
export async function absentOn<T>(code: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && error.name === code) return undefined;
    throw error;
  }
}

export function tagsOf(tags: readonly Tag[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** Services that a trust policy lets assume the role. */
export function trusted(document: string): string[] {
  const { Statement } = JSON.parse(document) as {
    Statement?: { Effect?: string; Principal?: { Service?: string | string[] }; Action?: string | string[] }[];
  };
  return (Statement ?? [])
    .filter(
      (statement) =>
        statement.Effect === "Allow" &&
        [statement.Action].flat().some((action) => action === "sts:AssumeRole" || action === "sts:*" || action === "*"),
    )
    .flatMap((statement) => [statement.Principal?.Service ?? []].flat());
}

export function routeTable(table: Ec2RouteTable): RouteTable {
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

function describeCluster(name: string, cluster: EksCluster): Cluster {
  const vpc = cluster.resourcesVpcConfig;
  const secretsKeyArn = cluster.encryptionConfig?.find((config) => config.resources?.includes("secrets"))?.provider
    ?.keyArn;
  return {
    name,
    status: cluster.status ?? "",
    version: cluster.version ?? "",
    endpoint: cluster.endpoint ?? "",
    publicEndpoint: vpc?.endpointPublicAccess ?? false,
    publicAccessCidrs: vpc?.publicAccessCidrs ?? [],
    privateEndpoint: vpc?.endpointPrivateAccess ?? false,
    subnetIds: vpc?.subnetIds ?? [],
    roleArn: cluster.roleArn ?? "",
    logTypes: (cluster.logging?.clusterLogging ?? []).filter((log) => log.enabled).flatMap((log) => log.types ?? []),
    ...(secretsKeyArn === undefined ? {} : { secretsKeyArn }),
    authenticationMode: cluster.accessConfig?.authenticationMode ?? "",
    creatorIsAdmin: cluster.accessConfig?.bootstrapClusterCreatorAdminPermissions === true,
    supportType: cluster.upgradePolicy?.supportType ?? "",
    deletionProtection: cluster.deletionProtection ?? false,
    healthIssues: (cluster.health?.issues ?? []).map((issue) => ({
      code: issue.code ?? "",
      message: issue.message ?? "",
    })),
  };
}
