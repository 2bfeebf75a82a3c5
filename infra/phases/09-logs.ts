import * as kms from "@pulumi/aws/kms";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { safeBucket } from "../bucket";
import { charts } from "../charts";
import type { PlatformConfig } from "../config";
import { PlatformNamespace, podMaximumOf, type Allowances } from "../environments/namespace";
import { policyDocument } from "../iam";
import { alloyValues, lokiValues, LOKI } from "../logs-values";
import { accountOf, clusterName, named, type Tags } from "../naming";
import type { LogsOutput } from "../outputs";
import { podIdentity } from "../pod-identity";
import { release } from "../release";
import { Traces, type TracesOutputs } from "../traces";
import { dataSources } from "../traces-values";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";
import type { MetricsOutputs } from "./08-metrics";

export interface LogsArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: ClusterOutputs;
  readonly nodePools: NodePoolsOutputs;
  readonly metrics: MetricsOutputs;
}
export type LogsOutputs = { readonly [key in keyof LogsOutput]: pulumi.Output<LogsOutput[key]> };

const BYTES_A_GIB = 2 ** 30;
/** Two agents on each of up to 60 nodes, where a second one ships to another store (A9.2). */
const TWO_AGENTS = {
  "requests.cpu": "10",
  "requests.memory": "20Gi",
  "limits.cpu": "40",
  "limits.memory": "48Gi",
};
/** What was deleted or overwritten can be had back for a week; Loki itself deletes when retention ends. */
const KEEP_VERSIONS_DAYS = 7;

/**
 * Phase 09: Alloy on every node ships the logs of all pods to Loki, which keeps them in a bucket of its own, encrypted
 * by a key of its own. The right to that bucket comes by Pod Identity; no key lies anywhere. Traces follow, with a bucket
 * of their own (A9.6).
 *
 * Bucket and key are protected. Costs: 1 USD a month for the key, 0.023 USD a GB and month for what is kept, a volume
 * for what is not in the bucket yet.
 */
export class Logs extends pulumi.ComponentResource {
  readonly outputs: LogsOutputs;
  readonly traces: TracesOutputs;

  constructor(name: string, args: LogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:Logs", name, {}, opts);
    const { config, tags, cluster, nodePools } = args;
    const child = { parent: this };
    const onCluster = { ...child, provider: cluster.provider };
    const key = new kms.Key(
      `${name}-key`,
      {
        description: `Logs of ${clusterName(config)}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags: named(tags, `${name}-key`),
      },
      { ...child, protect: true },
    );
    new kms.Alias(`${name}-key`, { name: `alias/${clusterName(config)}-logs`, targetKeyId: key.keyId }, child);
    const { bucket, ready } = safeBucket(
      `${name}-bucket`,
      {
        bucket: `${clusterName(config)}-logs-${accountOf(config)}`,
        keyArn: key.arn,
        keepVersionsDays: KEEP_VERSIONS_DAYS,
        disposable: config.environment === "dev",
        tags,
      },
      child,
    );
    const identity = podIdentity(
      `${name}-loki`,
      {
        cluster: cluster.name,
        namespace: charts.loki.namespace,
        serviceAccount: LOKI.name,
        roleName: `${clusterName(config)}-loki`,
        policy: pulumi
          .all([bucket.arn, key.arn])
          .apply(([bucketArn, keyArn]) => storePolicy(config, bucketArn, keyArn)),
        tags,
      },
      child,
    );

    const store = this.namespace(name, "loki", args, {
      fromApiServer: [LOKI.port],
      // The collectors write; its own copies find and ask one another.
      fromNamespaces: { [charts.alloy.namespace]: [LOKI.port], [charts.loki.namespace]: [...LOKI.ring] },
      toNamespaces: [charts.loki.namespace],
      toInternet: true,
      toPodIdentity: true,
    });
    const collectors = this.namespace(
      name,
      "alloy",
      args,
      { toNamespaces: [charts.loki.namespace] },
      config.monitoring.logs.shipping === undefined ? {} : { quota: TWO_AGENTS },
    );
    const loki = release(
      `${name}-loki`,
      "loki",
      config,
      lokiValues(config, bucket.bucket),
      { ...onCluster, dependsOn: [identity, ...ready, ...nodePools.ready] },
      store.name,
    );
    const alloy = release(
      `${name}-alloy`,
      "alloy",
      config,
      alloyValues(config),
      { ...onCluster, dependsOn: [loki] },
      collectors.name,
    );
    this.dataSource(name, args, loki);

    const { retentionDays, gibPerNamespaceAndDay } = config.monitoring.logs;
    this.outputs = {
      collector: pulumi.interpolate`${collectors.name}/${alloy.name}`,
      store: pulumi
        .all([store.name, loki.name])
        .apply(([namespace, called]) => ({ namespace, name: called, port: LOKI.port })),
      bucket: bucket.bucket,
      keyArn: key.arn,
      writerRoleArn: identity.roleArn,
      retentionDays: pulumi.output(retentionDays),
      bytesPerNamespaceAndDay: pulumi.output(gibPerNamespaceAndDay * BYTES_A_GIB),
    };
    this.traces = new Traces(
      `${name}-traces`,
      {
        config,
        tags,
        cluster,
        ready: [...nodePools.ready, alloy],
        grafanaNamespace: args.metrics.namespace,
        keyArn: key.arn,
        storePolicy: (bucketArn, keyArn) => storePolicy(config, bucketArn, keyArn),
        keepVersionsDays: KEEP_VERSIONS_DAYS,
      },
      child,
    ).outputs;
    this.registerOutputs({ bucket: bucket.bucket });
  }

  private namespace(
    name: string,
    chart: "loki" | "alloy",
    { config, cluster }: LogsArgs,
    allow: Allowances,
    more: { quota?: Readonly<Record<string, string>> } = {},
  ): PlatformNamespace {
    const { namespace, podSecurity } = charts[chart];
    return new PlatformNamespace(
      `${name}-${namespace}`,
      {
        name: namespace,
        podSecurity,
        allow,
        vpcCidr: config.network.cidr,
        ...podMaximumOf(config),
        ...more,
        provider: cluster.provider,
      },
      { parent: this },
    );
  }

  /** Grafana's sidecar finds it by its label. */
  private dataSource(name: string, { cluster, metrics }: LogsArgs, loki: pulumi.Resource): void {
    new k8s.core.v1.ConfigMap(
      `${name}-data-source`,
      {
        metadata: { name: "loki-data-source", namespace: metrics.namespace, labels: { grafana_datasource: "1" } },
        data: { "loki.yaml": JSON.stringify({ apiVersion: 1, datasources: [dataSources.loki] }) },
      },
      { parent: this, provider: cluster.provider, dependsOn: [loki] },
    );
  }
}

/** Loki, and Tempo, writes, reads and, when retention ends, deletes in one bucket with one key. */
function storePolicy(config: PlatformConfig, bucketArn: string, keyArn: string): string {
  return policyDocument([
    { actions: ["s3:ListBucket"], resources: [bucketArn] },
    { actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], resources: [`${bucketArn}/*`] },
    {
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: [keyArn],
      conditions: { StringEquals: { "kms:ViaService": `s3.${config.region}.amazonaws.com` } },
    },
  ]);
}
