import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import { attach, serviceRole } from "./iam";
import type { Tags } from "./naming";

export interface PodIdentityArgs {
  readonly cluster: pulumi.Input<string>;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleName: string;
  /** A least-privilege document, or AWS managed policies by name. */
  readonly policy?: pulumi.Input<string>;
  readonly managedPolicies?: readonly string[];
  readonly tags: Tags;
}

/**
 * Gives one service account one role through EKS Pod Identity (A1.3): no static keys, no annotation, no trust policy
 * that names a cluster.
 */
export function podIdentity(
  name: string,
  args: PodIdentityArgs,
  opts: pulumi.CustomResourceOptions,
): eks.PodIdentityAssociation {
  const role = serviceRole(`${name}-role`, "pods.eks.amazonaws.com", args.roleName, args.tags, opts);
  const rights: pulumi.Resource[] = attach(`${name}-role`, role, args.managedPolicies ?? [], opts);
  if (args.policy !== undefined)
    rights.push(new iam.RolePolicy(`${name}-role`, { role: role.name, policy: args.policy }, opts));
  return new eks.PodIdentityAssociation(
    `${name}-identity`,
    {
      clusterName: args.cluster,
      namespace: args.namespace,
      serviceAccount: args.serviceAccount,
      roleArn: role.arn,
      tags: { ...args.tags, Name: `${name}-identity` },
    },
    // Whoever waits for the identity waits for its rights: a pod that starts without them fails its first calls.
    { ...opts, dependsOn: rights },
  );
}
