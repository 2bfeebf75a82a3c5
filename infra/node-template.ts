import * as ec2 from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { named, type Tags } from "./naming";

export interface NodeTemplateArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly diskGib: number;
}

/**
 * What a node is told at its start, as a part that EKS merges with its own (EKS user guide, launch templates; nodeadm
 * NodeConfig). The kubelet does not know of prefix delegation and would count addresses without it.
 */
function userData(maxPods: number): string {
  const lines = [
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="BOUNDARY"',
    "",
    "--BOUNDARY",
    "Content-Type: application/node.eks.aws",
    "",
    "apiVersion: node.eks.aws/v1alpha1",
    "kind: NodeConfig",
    "spec:",
    "  kubelet:",
    "    config:",
    `      maxPods: ${maxPods}`,
    "",
    "--BOUNDARY--",
    "",
  ];
  return Buffer.from(lines.join("\n")).toString("base64");
}

/** What every node of a managed group has in common: IMDSv2 that pods cannot reach, an encrypted disk, tags. */
export function nodeTemplate(
  name: string,
  { config, tags, diskGib }: NodeTemplateArgs,
  opts: pulumi.CustomResourceOptions,
): ec2.LaunchTemplate {
  const own = named(tags, name);
  return new ec2.LaunchTemplate(
    name,
    {
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1, httpEndpoint: "enabled" },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeSize: diskGib, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
        },
      ],
      userData: userData(config.nodePools.maxPodsPerNode),
      monitoring: { enabled: config.monitoring.detailed },
      tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags: own })),
      updateDefaultVersion: true,
      tags: own,
    },
    opts,
  );
}
