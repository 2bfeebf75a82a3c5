import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { policyDocument } from "./iam";
import { loadBalancerStatements } from "./load-balancer-policy";
import { clusterName, platformTags, type Tags } from "./naming";
import type { NetworkOutputs } from "./phases/01-network";
import type { ClusterOutputs } from "./phases/02-cluster";
import type { NodePoolsOutputs } from "./phases/03-node-pools";
import { podIdentity } from "./pod-identity";
import { release, replicas, restrictedContainer } from "./release";

export interface LoadBalancerControllerArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly network: Pick<NetworkOutputs, "vpcId">;
  readonly cluster: Pick<ClusterOutputs, "name" | "provider">;
  readonly nodePools: Pick<NodePoolsOutputs, "ready">;
}

/**
 * Makes load balancers for Services that name its class, with rights over what carries this cluster's tag. Whatever holds
 * such a Service has to wait for it: when all of it is taken down, the balancer and its security groups go first, by
 * this controller's hand, and nobody else would ever release the Service.
 */
export function loadBalancerController(
  name: string,
  { config, tags, network, cluster, nodePools }: LoadBalancerControllerArgs,
  parent: pulumi.Resource,
): pulumi.Resource {
  const policy = policyDocument(loadBalancerStatements(config));
  const serviceAccount = "aws-load-balancer-controller";
  const identity = podIdentity(
    `${name}-load-balancer`,
    {
      cluster: cluster.name,
      namespace: "kube-system",
      serviceAccount,
      roleName: `${clusterName(config)}-load-balancer`,
      policy,
      tags,
    },
    { parent },
  );
  const values = {
    clusterName: cluster.name,
    // Named, so that the controller need not ask the metadata service, which pods cannot reach.
    region: config.region,
    vpcId: network.vpcId,
    serviceAccount: { name: serviceAccount },
    replicaCount: replicas(config),
    // The mutator would take over every Service of type LoadBalancer; ours name their class.
    enableServiceMutatorWebhook: false,
    defaultTargetType: "ip",
    defaultTags: platformTags(config),
    podDisruptionBudget: config.highAvailability ? { maxUnavailable: 1 } : {},
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
    securityContext: restrictedContainer,
  };
  return release(`${name}-load-balancer`, "aws-load-balancer-controller", config, values, {
    parent,
    provider: cluster.provider,
    dependsOn: [identity, ...nodePools.ready],
  });
}
