import type { Cluster as EksCluster } from "@aws-sdk/client-eks";
import { absentOn, once, pages } from "./paging";
import type { AwsReader, Cluster } from "./reader";
import type { ClientSettings } from "./settings";

type EksReader = Pick<
  AwsReader,
  "kubernetesVersions" | "cluster" | "nodeGroups" | "clusterInsights" | "podIdentityAssociations"
>;

/** Control planes of a real account with what belongs to them. */
export function eksReader(settings: ClientSettings): EksReader {
  const eks = once(async () => {
    const sdk = await import("@aws-sdk/client-eks");
    return { sdk, client: new sdk.EKSClient(settings) };
  });
  return {
    async kubernetesVersions() {
      const { sdk, client } = await eks();
      const versions = await pages(
        (nextToken) =>
          client.send(new sdk.DescribeClusterVersionsCommand({ versionStatus: "STANDARD_SUPPORT", nextToken })),
        (page) => page.clusterVersions,
      );
      return versions
        .map((version) => version.clusterVersion ?? "")
        .sort((a, b) => Number(b.split(".")[1]) - Number(a.split(".")[1]));
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
    tags: cluster.tags ?? {},
    healthIssues: (cluster.health?.issues ?? []).map((issue) => ({
      code: issue.code ?? "",
      message: issue.message ?? "",
    })),
  };
}
