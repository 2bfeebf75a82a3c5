import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { safeBucket } from "./bucket";
import { charts } from "./charts";
import type { PlatformConfig } from "./config";
import { PlatformNamespace, podMaximumOf, type Allowances } from "./environments/namespace";
import { accountOf, clusterName, type Tags } from "./naming";
import type { TracesOutput } from "./outputs";
import { podIdentity } from "./pod-identity";
import { release } from "./release";
import { COLLECTOR, collectorValues, dataSources, TEMPO, tempoValues } from "./traces-values";

export interface TracesArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: { readonly name: pulumi.Output<string>; readonly provider: k8s.Provider };
  /** What has to run before a chart is installed. */
  readonly ready: readonly pulumi.Resource[];
  /** Where Grafana is. */
  readonly grafanaNamespace: pulumi.Output<string>;
  /** Key that the bucket is encrypted with. */
  readonly keyArn: pulumi.Output<string>;
  /** Rights to one bucket with one key. */
  readonly storePolicy: (bucketArn: string, keyArn: string) => string;
  readonly keepVersionsDays: number;
}
export type TracesOutputs = { readonly [key in keyof TracesOutput]: pulumi.Output<TracesOutput[key]> };

/**
 * Traces, after logs in phase 09 (A9.6): applications send their spans to the OpenTelemetry collector, which says whose
 * they are and hands them to Tempo; Tempo keeps them in a bucket of its own.
 *
 * The bucket is protected. Costs: 0.023 USD a GB and month for what is kept, a volume of 10 GiB.
 */
export class Traces extends pulumi.ComponentResource {
  readonly outputs: TracesOutputs;

  constructor(name: string, args: TracesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:observability:Traces", name, {}, opts);
    const { config, tags, cluster, keyArn } = args;
    const child = { parent: this };
    const onCluster = { ...child, provider: cluster.provider };
    const { bucket, ready } = safeBucket(
      `${name}-bucket`,
      {
        bucket: `${clusterName(config)}-traces-${accountOf(config)}`,
        keyArn,
        keepVersionsDays: args.keepVersionsDays,
        disposable: config.environment === "dev",
        tags,
      },
      child,
    );
    const identity = podIdentity(
      `${name}-tempo`,
      {
        cluster: cluster.name,
        namespace: charts.tempo.namespace,
        serviceAccount: TEMPO.name,
        roleName: `${clusterName(config)}-tempo`,
        policy: pulumi.all([bucket.arn, keyArn]).apply(([own, key]) => args.storePolicy(own, key)),
        tags,
      },
      child,
    );
    const collectors = charts["opentelemetry-collector"].namespace;
    const store = this.namespace(name, "tempo", args, {
      fromApiServer: [TEMPO.port],
      fromNamespaces: { [collectors]: [TEMPO.otlp] },
      toInternet: true,
      toPodIdentity: true,
    });
    const entry = this.namespace(name, "opentelemetry-collector", args, {
      fromCluster: [COLLECTOR.grpc, COLLECTOR.http],
      toNamespaces: [charts.tempo.namespace],
    });
    const tempo = release(
      `${name}-tempo`,
      "tempo",
      config,
      tempoValues(config, bucket.bucket),
      { ...onCluster, dependsOn: [identity, ...ready, ...args.ready] },
      store.name,
    );
    const collector = release(
      `${name}-collector`,
      "opentelemetry-collector",
      config,
      collectorValues(config),
      { ...onCluster, dependsOn: [tempo] },
      entry.name,
    );
    new k8s.core.v1.ConfigMap(
      `${name}-data-source`,
      {
        metadata: { name: "tempo-data-source", namespace: args.grafanaNamespace, labels: { grafana_datasource: "1" } },
        data: { "tempo.yaml": JSON.stringify({ apiVersion: 1, datasources: [dataSources.tempo] }) },
      },
      { ...onCluster, dependsOn: [tempo] },
    );

    this.outputs = {
      collector: pulumi
        .all([entry.name, collector.name])
        .apply(([namespace, called]) => ({ namespace, name: called, port: COLLECTOR.http })),
      store: pulumi
        .all([store.name, tempo.name])
        .apply(([namespace, called]) => ({ namespace, name: called, port: TEMPO.port })),
      bucket: bucket.bucket,
      writerRoleArn: identity.roleArn,
    };
    this.registerOutputs({ bucket: bucket.bucket });
  }

  private namespace(
    name: string,
    chart: "tempo" | "opentelemetry-collector",
    { config, cluster }: TracesArgs,
    allow: Allowances,
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
        provider: cluster.provider,
      },
      { parent: this },
    );
  }
}
