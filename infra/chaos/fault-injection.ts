import * as fis from "@pulumi/aws/fis";
import * as iam from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config";
import { policyDocument, serviceRole } from "../iam";
import { accountOf, clusterName, named, type Tags } from "../naming";
import { FAULT_SECONDS } from "./experiments";

/** A template stops by itself after this: one fault and its recovery. */
const NODE_PERCENT = "34";

export interface FaultInjectionArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  /** Nodes are told by it. */
  readonly cluster: string;
}

/**
 * The managed way: AWS Fault Injection Service ends instances of one node pool. It works from outside, so nothing
 * privileged runs in the cluster; in exchange it knows machines, not pods. Costs 0.10 USD for each minute of an action.
 */
export function faultInjection(
  name: string,
  { config, tags, cluster }: FaultInjectionArgs,
  opts: pulumi.CustomResourceOptions,
): fis.ExperimentTemplate {
  const role = serviceRole(`${name}-role`, "fis.amazonaws.com", `${clusterName(config)}-faults`, tags, opts);
  const rights = new iam.RolePolicy(`${name}-role`, { role: role.name, policy: faultPolicy(config, cluster) }, opts);
  return new fis.ExperimentTemplate(
    name,
    {
      description: `node-kill on ${clusterName(config)}`,
      roleArn: role.arn,
      // Watched and aborted by `slipway drill`, which knows the workload; FIS itself knows no budget of it.
      stopConditions: [{ source: "none" }],
      targets: [
        {
          name: "nodes",
          resourceType: "aws:ec2:instance",
          // About one node of a zone's three, and never one of another cluster.
          selectionMode: `PERCENT(${NODE_PERCENT})`,
          resourceTags: [{ key: `kubernetes.io/cluster/${cluster}`, value: "owned" }],
          filters: [{ path: "State.Name", values: ["running"] }],
        },
      ],
      actions: [
        {
          name: "node-kill",
          actionId: "aws:ec2:stop-instances",
          target: { key: "Instances", value: "nodes" },
          parameters: [{ key: "startInstancesAfterDuration", value: `PT${FAULT_SECONDS}S` }],
        },
      ],
      tags: named(tags, name),
    },
    { ...opts, dependsOn: [rights] },
  );
}

/** Stops and starts machines of this cluster, and looks which there are. */
function faultPolicy(config: PlatformConfig, cluster: string): string {
  return policyDocument([
    {
      actions: ["ec2:StopInstances", "ec2:StartInstances"],
      resources: [`arn:aws:ec2:${config.region}:${accountOf(config)}:instance/*`],
      conditions: { StringEquals: { [`aws:ResourceTag/kubernetes.io/cluster/${cluster}`]: "owned" } },
    },
    { actions: ["ec2:DescribeInstances"], resources: ["*"] },
  ]);
}
