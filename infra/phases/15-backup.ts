import * as eks from "@pulumi/aws/eks";
import * as kms from "@pulumi/aws/kms";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { safeBucket } from "../bucket";
import { charts } from "../charts";
import type { PlatformConfig } from "../config";
import { PlatformNamespace, podMaximumOf } from "../environments/namespace";
import { policyDocument } from "../iam";
import { accountOf, clusterName, named, type Tags } from "../naming";
import type { BackupOutput } from "../outputs";
import { podIdentity } from "../pod-identity";
import { release } from "../release";
import { schedulesOf } from "../schedules";
import { veleroValues } from "../velero-values";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";

export interface BackupArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: ClusterOutputs;
  readonly nodePools: NodePoolsOutputs;
}
export type BackupOutputs = { readonly [key in keyof BackupOutput]: pulumi.Output<BackupOutput[key]> };

const LOCATION = "default";
const SNAPSHOT_CLASS = "ebs";
const SERVICE_ACCOUNT = "velero-server";
/** Room for one agent on each of 100 nodes, its data movers and the server: five times production's base (B2.1). */
const QUOTA = { "requests.cpu": "20", "requests.memory": "64Gi", "limits.cpu": "100", "limits.memory": "256Gi" };
/** What is no state of anybody's: Velero leaves out pods' own records, and nobody restores events. */
const EXCLUDED = ["events", "events.events.k8s.io"];

/**
 * Phase 15: Velero writes API objects and the data of volumes to a bucket: volumes are snapshotted by CSI and moved
 * into the bucket, so that a copy outlives the snapshots and the cluster (A15.2). Schedules are the environment's; dev
 * has none and backs up on demand (B4.1).
 *
 * The bucket and its key are protected: they are the backups. Costs: 1 USD a month for the key, 0.023 USD a GB and
 * month, an agent on each node.
 */
export class Backup extends pulumi.ComponentResource {
  readonly outputs: BackupOutputs;

  constructor(name: string, { config, tags, cluster, nodePools }: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:Backup", name, {}, opts);
    const child = { parent: this };
    const onCluster = { ...child, provider: cluster.provider };
    const { key, bucket, ready } = this.store(name, config, tags);
    const snapshotClass = this.snapshots(name, config, tags, cluster, nodePools);

    const namespace = new PlatformNamespace(
      `${name}-namespace`,
      {
        name: charts.velero.namespace,
        podSecurity: charts.velero.podSecurity,
        allow: { toInternet: true, toPodIdentity: true },
        vpcCidr: config.network.cidr,
        quota: QUOTA,
        ...podMaximumOf(config),
        provider: cluster.provider,
      },
      child,
    );
    const identity = podIdentity(
      `${name}-velero`,
      {
        cluster: cluster.name,
        namespace: charts.velero.namespace,
        serviceAccount: SERVICE_ACCOUNT,
        roleName: `${clusterName(config)}-velero`,
        policy: pulumi
          .all([bucket.arn, key.arn])
          .apply(([bucketArn, keyArn]) => bucketPolicy(config, bucketArn, keyArn)),
        tags,
      },
      child,
    );
    const velero = release(
      `${name}-velero`,
      "velero",
      config,
      veleroValues(config, { bucket: bucket.bucket, location: LOCATION, serviceAccount: SERVICE_ACCOUNT }),
      { ...onCluster, dependsOn: [identity, snapshotClass, ...ready, ...nodePools.ready] },
      namespace.name,
    );

    const schedules = schedulesOf(config);
    for (const { name: schedule, cron, keepHours } of schedules)
      new k8s.apiextensions.CustomResource(
        `${name}-${schedule}`,
        {
          apiVersion: "velero.io/v1",
          kind: "Schedule",
          metadata: { name: schedule, namespace: namespace.name },
          spec: {
            schedule: cron,
            // A schedule that is taken away must not take its backups along.
            useOwnerReferencesInBackup: false,
            template: {
              includedNamespaces: ["*"],
              excludedResources: EXCLUDED,
              includeClusterResources: true,
              snapshotMoveData: true,
              storageLocation: LOCATION,
              ttl: `${keepHours}h0m0s`,
            },
          },
        },
        { ...onCluster, dependsOn: [velero] },
      );

    this.outputs = {
      namespace: namespace.name,
      location: velero.name.apply(() => LOCATION),
      bucket: bucket.bucket,
      keyArn: key.arn,
      writerRoleArn: identity.roleArn,
      snapshotClass: snapshotClass.metadata.name,
      schedules: pulumi.output(schedules.map((schedule) => ({ ...schedule }))),
    };
    this.registerOutputs({ bucket: bucket.bucket });
  }

  private store(name: string, config: PlatformConfig, tags: Tags) {
    const key = new kms.Key(
      `${name}-key`,
      {
        description: `Backups of ${clusterName(config)}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags: named(tags, `${name}-key`),
      },
      { parent: this, protect: true },
    );
    new kms.Alias(
      `${name}-key`,
      { name: `alias/${clusterName(config)}-backup`, targetKeyId: key.keyId },
      { parent: this },
    );
    const store = safeBucket(
      `${name}-bucket`,
      {
        bucket: `${clusterName(config)}-backup-${accountOf(config)}`,
        keyArn: key.arn,
        keepVersionsDays: config.backup.retentionDays,
        disposable: config.environment === "dev",
        tags,
      },
      { parent: this },
    );
    return { key, ...store };
  }

  /** The controller of CSI snapshots, and the class that tells Velero how EBS volumes are snapshotted (A15.4). */
  private snapshots(
    name: string,
    config: PlatformConfig,
    tags: Tags,
    cluster: ClusterOutputs,
    nodePools: NodePoolsOutputs,
  ): k8s.apiextensions.CustomResource {
    const addonName = "snapshot-controller";
    const addonVersion =
      config.cluster.addonVersions[addonName] ??
      eks.getAddonVersionOutput(
        { addonName, kubernetesVersion: config.cluster.version, mostRecent: true },
        { parent: this },
      ).version;
    const controller = new eks.Addon(
      `${name}-${addonName}`,
      {
        clusterName: cluster.name,
        addonName,
        addonVersion,
        resolveConflictsOnCreate: "OVERWRITE",
        resolveConflictsOnUpdate: "PRESERVE",
        tags: named(tags, `${name}-${addonName}`),
      },
      { parent: this, dependsOn: nodePools.ready },
    );
    return new k8s.apiextensions.CustomResource(
      `${name}-snapshot-class`,
      {
        apiVersion: "snapshot.storage.k8s.io/v1",
        kind: "VolumeSnapshotClass",
        metadata: { name: SNAPSHOT_CLASS, labels: { "velero.io/csi-volumesnapshot-class": "true" } },
        driver: "ebs.csi.aws.com",
        // The snapshot stays when its object goes with a namespace: it may be all that is left of the data.
        deletionPolicy: "Retain",
      },
      { parent: this, provider: cluster.provider, dependsOn: [controller] },
    );
  }
}

/** Writes and reads one bucket with one key. Volumes are snapshotted by the CSI driver, which has a role of its own. */
function bucketPolicy(config: PlatformConfig, bucketArn: string, keyArn: string): string {
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
