import * as kms from "@pulumi/aws/kms";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { safeBucket } from "../bucket";
import type { PlatformConfig } from "../config";
import { policyDocument } from "../iam";
import { accountOf, clusterName, named, type Tags } from "../naming";
import { podIdentity } from "../pod-identity";
import { objectStoreSpec, POSTGRES } from "./postgres";

export interface DatabaseArchiveArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: { readonly name: pulumi.Input<string>; readonly provider: k8s.Provider };
  readonly namespace: pulumi.Input<string>;
  /** What has to be there before its kinds are. */
  readonly operator: readonly pulumi.Resource[];
}

/** Bucket, key and right to archive WAL and base backups into it (B4.2, A15.5). Bucket and key are protected. */
export function databaseArchive(
  name: string,
  { config, tags, cluster, namespace, operator }: DatabaseArchiveArgs,
  parent: pulumi.Resource,
) {
  const child = { parent };
  const key = new kms.Key(
    `${name}-postgres-key`,
    {
      description: `Archive of Postgres of ${clusterName(config)}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      tags: named(tags, `${name}-postgres-key`),
    },
    { ...child, protect: true },
  );
  new kms.Alias(
    `${name}-postgres-key`,
    { name: `alias/${clusterName(config)}-postgres`, targetKeyId: key.keyId },
    child,
  );
  const { bucket, ready } = safeBucket(
    `${name}-postgres-archive`,
    {
      bucket: `${clusterName(config)}-postgres-${accountOf(config)}`,
      keyArn: key.arn,
      keepVersionsDays: config.backup.retentionDays,
      disposable: config.environment === "dev",
      tags,
    },
    child,
  );
  const identity = podIdentity(
    `${name}-postgres`,
    {
      cluster: cluster.name,
      namespace: POSTGRES.namespace,
      // The operator gives every cluster an account of its own name.
      serviceAccount: POSTGRES.cluster,
      roleName: `${clusterName(config)}-postgres`,
      policy: pulumi
        .all([bucket.arn, key.arn])
        .apply(([bucketArn, keyArn]) => archivePolicy(config, bucketArn, keyArn)),
      tags,
    },
    child,
  );
  const store = new k8s.apiextensions.CustomResource(
    `${name}-postgres-store`,
    {
      apiVersion: "barmancloud.cnpg.io/v1",
      kind: "ObjectStore",
      metadata: { name: POSTGRES.objectStore, namespace },
      spec: bucket.bucket.apply((called) => objectStoreSpec(config, called)),
    },
    { ...child, provider: cluster.provider, dependsOn: [...operator] },
  );
  return { bucket: bucket.bucket, keyArn: key.arn, roleArn: identity.roleArn, ready: [store, identity, ...ready] };
}

/** Instances write, read and, when retention ends, delete in one bucket with one key. */
function archivePolicy(config: PlatformConfig, bucketArn: string, keyArn: string): string {
  return policyDocument([
    { actions: ["s3:ListBucket", "s3:GetBucketLocation"], resources: [bucketArn] },
    {
      actions: [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
      ],
      resources: [`${bucketArn}/*`],
    },
    {
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: [keyArn],
      conditions: { StringEquals: { "kms:ViaService": `s3.${config.region}.amazonaws.com` } },
    },
  ]);
}
