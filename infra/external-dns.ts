import type * as pulumi from "@pulumi/pulumi";
import { charts } from "./charts";
import type { PlatformConfig } from "./config";
import { policyDocument } from "./iam";
import { clusterName, type Tags } from "./naming";
import type { ClusterOutputs } from "./phases/02-cluster";
import type { NodePoolsOutputs } from "./phases/03-node-pools";
import type { NetworkPolicyOutputs } from "./phases/04-network-policy";
import type { CertificatesOutputs } from "./phases/05-certificates";
import { podIdentity } from "./pod-identity";
import { release, restrictedContainer } from "./release";

export interface ExternalDnsArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: Pick<ClusterOutputs, "name" | "provider">;
  readonly nodePools: Pick<NodePoolsOutputs, "ready">;
  readonly networkPolicy: Pick<NetworkPolicyOutputs, "externalDns">;
  readonly certificates: Pick<CertificatesOutputs, "zoneId">;
}

/** Writes the names of routes into the environment's zone, and into no other. */
export function externalDns(
  name: string,
  { config, tags, cluster, nodePools, networkPolicy, certificates }: ExternalDnsArgs,
  gatewayApi: pulumi.Resource,
  parent: pulumi.Resource,
): pulumi.Resource {
  const policy = certificates.zoneId.apply((zone) =>
    policyDocument([
      {
        actions: ["route53:ChangeResourceRecordSets"],
        resources: [`arn:aws:route53:::hostedzone/${zone}`],
        // What a route needs, and the TXT records that say who made them: no mail, no delegation.
        conditions: {
          "ForAllValues:StringEquals": {
            "route53:ChangeResourceRecordSetsRecordTypes": ["A", "AAAA", "CNAME", "TXT"],
          },
        },
      },
      { actions: ["route53:ListResourceRecordSets"], resources: [`arn:aws:route53:::hostedzone/${zone}`] },
      // Listing zones knows no resources (Service Authorization Reference, Route 53); their tags are asked for together.
      { actions: ["route53:ListHostedZones"], resources: ["*"] },
      { actions: ["route53:ListTagsForResources"], resources: ["arn:aws:route53:::hostedzone/*"] },
    ]),
  );
  const { namespace } = charts["external-dns"];
  const identity = podIdentity(
    `${name}-external-dns`,
    {
      cluster: cluster.name,
      namespace,
      serviceAccount: "external-dns",
      roleName: `${clusterName(config)}-external-dns`,
      policy,
      tags,
    },
    { parent },
  );
  const values = {
    provider: { name: "aws" },
    sources: ["gateway-httproute"],
    domainFilters: [config.domain],
    registry: "txt",
    txtOwnerId: clusterName(config),
    // Explicit (A6.5): `sync` removes records of removed hosts, `upsert-only` leaves them to a person.
    policy: config.entryPoint.deleteRecords ? "sync" : "upsert-only",
    serviceAccount: { name: "external-dns" },
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
    securityContext: restrictedContainer,
  };
  return release(
    `${name}-external-dns`,
    "external-dns",
    config,
    values,
    { parent, provider: cluster.provider, dependsOn: [identity, gatewayApi, ...nodePools.ready] },
    networkPolicy.externalDns.name,
  );
}
