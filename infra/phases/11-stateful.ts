import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { charts } from "../charts";
import type { PlatformConfig } from "../config";
import { PlatformNamespace, podMaximumOf, type Allowances } from "../environments/namespace";
import type { Tags } from "../naming";
import type { StatefulOutput } from "../outputs";
import { release } from "../release";
import { statefulAlerts } from "../stateful/alerts";
import { databaseArchive } from "../stateful/database-archive";
import { databaseTeam } from "../stateful/database-team";
import { brokersOf, jmxRules, KAFKA, kafkaSpec, nodePoolSpec } from "../stateful/kafka";
import { managedDatabase } from "../stateful/rds";
import { clusterSpec, instancesOf, POSTGRES, scheduledBackups } from "../stateful/postgres";
import { barmanValues, CLOUDNATIVE_PG_LABELS, cloudnativePgValues, strimziValues } from "../stateful/values";
import { watchMembers, type Watched } from "../stateful/watch";
import type { NetworkOutputs } from "./01-network";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";
import type { CertificatesOutputs } from "./05-certificates";
import type { MetricsOutputs } from "./08-metrics";

export interface StatefulArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly network: NetworkOutputs;
  readonly cluster: ClusterOutputs;
  readonly nodePools: NodePoolsOutputs;
  readonly certificates: CertificatesOutputs;
  readonly metrics: MetricsOutputs;
}
export type StatefulOutputs = { readonly [key in keyof StatefulOutput]: pulumi.Output<StatefulOutput[key]> };

/** Port of a broker's metrics and its name (Strimzi, metrics). */
const KAFKA_METRICS = "tcp-prometheus";
const WEBHOOK_PORT = 9443;
const PLUGIN_PORT = 9090;

/**
 * Phase 11: operators run what keeps data (A11.1, A11.5). Strimzi with a Kafka of one broker per zone, CloudNativePG
 * with the reference database, its WAL archived and its backups in a bucket of its own. Each is on where the
 * environment's configuration says so; who may reach it is on the list there, and nobody else.
 *
 * With `stateful.postgres.engine: rds` AWS runs the database (`stateful/rds.ts`).
 *
 * Kafka, database, bucket and key are protected: they are the data. Costs: the volumes, 0.023 USD a GB and month in the
 * bucket, 1 USD a month for its key.
 */
export class Stateful extends pulumi.ComponentResource {
  readonly outputs: StatefulOutputs;

  constructor(
    name: string,
    private readonly args: StatefulArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:phase:Stateful", name, {}, opts);
    const { kafka, postgres } = args.config.stateful;
    const managed = postgres.enabled && postgres.engine === "rds";
    this.outputs = {
      kafka: kafka.enabled ? this.kafka(name) : pulumi.output([]),
      postgres: postgres.enabled && !managed ? this.postgres(name) : pulumi.output([]),
      managed: managed
        ? managedDatabase(name, { ...args, nodeSecurityGroupId: args.cluster.nodeSecurityGroupId }, this)
        : pulumi.output([]),
    };
    this.registerOutputs({ kafka: kafka.enabled, postgres: postgres.enabled });
  }

  private kafka(name: string): StatefulOutputs["kafka"] {
    const { config, cluster, nodePools } = this.args;
    const { clients } = config.stateful.kafka;
    const place = charts["strimzi-kafka-operator"].namespace;
    const namespace = this.namespace(name, place, {
      fromNamespaces: {
        [place]: [...KAFKA.inner, KAFKA.port],
        ...Object.fromEntries(clients.map((client) => [client, [KAFKA.port]])),
      },
      toNamespaces: [place],
    });
    const onCluster = { parent: this, provider: cluster.provider };
    const operator = release(
      `${name}-strimzi`,
      "strimzi-kafka-operator",
      config,
      strimziValues(config),
      { ...onCluster, dependsOn: nodePools.ready },
      namespace.name,
    );
    const rules = new k8s.core.v1.ConfigMap(
      `${name}-kafka-metrics`,
      {
        metadata: { name: KAFKA.metricsConfig, namespace: namespace.name },
        data: { [KAFKA.metricsKey]: JSON.stringify(jmxRules, null, 1) },
      },
      onCluster,
    );
    const object = (what: string, kind: string, given: string, spec: object, labels: Record<string, string>) =>
      new k8s.apiextensions.CustomResource(
        `${name}-${what}`,
        {
          apiVersion: "kafka.strimzi.io/v1",
          kind,
          metadata: { name: given, namespace: namespace.name, labels },
          spec,
        },
        // Its volumes would stay; what topics and users there are would go (A11.1).
        { ...onCluster, protect: true, dependsOn: [operator, rules] },
      );
    object("kafka-brokers", "KafkaNodePool", KAFKA.pool, nodePoolSpec(config), { "strimzi.io/cluster": KAFKA.cluster });
    const kafka = object("kafka", "Kafka", KAFKA.cluster, kafkaSpec(config), {});
    const alerts = statefulAlerts(config).kafka;
    const watched = this.watch(name, namespace, {
      what: "kafka",
      port: KAFKA_METRICS,
      labels: { "strimzi.io/cluster": KAFKA.cluster },
      alerts,
    });
    return pulumi.all([namespace.name, kafka.metadata.name, watched]).apply(([placeOf, called, rulesOf]) => [
      {
        namespace: placeOf,
        name: called,
        members: brokersOf(config),
        service: KAFKA.bootstrap,
        port: KAFKA.port,
        clients,
        rules: rulesOf,
        alerts: alerts.map(({ alert }) => alert),
      },
    ]);
  }

  private postgres(name: string): StatefulOutputs["postgres"] {
    const { config, cluster } = this.args;
    const { clients } = config.stateful.postgres;
    const onCluster = { parent: this, provider: cluster.provider };
    const operator = this.postgresOperator(name);
    const namespace = this.namespace(name, POSTGRES.namespace, {
      fromNamespaces: {
        [POSTGRES.namespace]: [POSTGRES.port, POSTGRES.statusPort],
        [operator.place]: [POSTGRES.statusPort],
        ...Object.fromEntries(clients.map((client) => [client, [POSTGRES.port]])),
      },
      toNamespaces: [POSTGRES.namespace],
      ...(config.backup.enabled && { toInternet: true, toPodIdentity: true }),
    });
    const store = config.backup.enabled
      ? databaseArchive(name, { ...this.args, namespace: namespace.name, operator: operator.ready }, this)
      : undefined;
    const database = new k8s.apiextensions.CustomResource(
      `${name}-postgres`,
      {
        apiVersion: "postgresql.cnpg.io/v1",
        kind: "Cluster",
        metadata: {
          name: POSTGRES.cluster,
          namespace: namespace.name,
          // What has no backup says so, and no check has to guess (B4.1, A15.5).
          ...(store === undefined && { annotations: { "slipway.dev/disposable": "true" } }),
        },
        spec: clusterSpec(config),
      },
      { ...onCluster, protect: true, dependsOn: [...operator.ready, ...(store?.ready ?? [])] },
    );
    const schedules = Object.entries(store === undefined ? {} : scheduledBackups(config)).map(
      ([schedule, spec]) =>
        new k8s.apiextensions.CustomResource(
          `${name}-postgres-${schedule}`,
          {
            apiVersion: "postgresql.cnpg.io/v1",
            kind: "ScheduledBackup",
            metadata: { name: schedule, namespace: namespace.name },
            spec,
          },
          { ...onCluster, dependsOn: [database] },
        ),
    );
    databaseTeam(name, namespace.name, onCluster);
    const alerts = statefulAlerts(config).postgres;
    const watched = this.watch(name, namespace, {
      what: "postgres",
      port: "metrics",
      labels: { "cnpg.io/cluster": POSTGRES.cluster },
      alerts,
    });
    return pulumi
      .all([
        namespace.name,
        database.metadata.name,
        watched,
        pulumi.all(schedules.map(({ metadata }) => metadata.name)),
        store?.bucket ?? "",
        store?.keyArn ?? "",
        store?.roleArn ?? "",
        operator.namespace,
      ])
      .apply(([placeOf, called, rulesOf, names, bucket, keyArn, writerRoleArn, runs]) => [
        {
          namespace: placeOf,
          name: called,
          members: instancesOf(config),
          service: `${POSTGRES.cluster}-rw`,
          port: POSTGRES.port,
          clients,
          rules: rulesOf,
          alerts: alerts.map(({ alert }) => alert),
          operator: runs,
          schedules: names,
          bucket,
          keyArn,
          writerRoleArn,
        },
      ]);
  }

  private postgresOperator(name: string) {
    const { config, cluster, nodePools, certificates } = this.args;
    const place = charts["cloudnative-pg"].namespace;
    const namespace = this.namespace(name, place, {
      fromApiServer: [WEBHOOK_PORT],
      fromNamespaces: { [place]: [PLUGIN_PORT] },
      toNamespaces: [place, POSTGRES.namespace],
    });
    const onCluster = { parent: this, provider: cluster.provider };
    const operator = release(
      `${name}-cloudnative-pg`,
      "cloudnative-pg",
      config,
      cloudnativePgValues(config),
      { ...onCluster, dependsOn: nodePools.ready },
      namespace.name,
    );
    const ready: pulumi.Resource[] = [operator];
    // The chart has no budget of its own (B2.4).
    if (config.highAvailability)
      new k8s.policy.v1.PodDisruptionBudget(
        `${name}-cloudnative-pg`,
        {
          metadata: { name: "cloudnative-pg", namespace: namespace.name },
          spec: { minAvailable: 1, selector: { matchLabels: CLOUDNATIVE_PG_LABELS } },
        },
        onCluster,
      );
    if (config.backup.enabled)
      ready.push(
        release(
          `${name}-plugin-barman-cloud`,
          "plugin-barman-cloud",
          config,
          // Its certificates are cert-manager's, which has to be there: the version is read for that alone.
          certificates.chartVersion.apply(() => barmanValues()),
          { ...onCluster, dependsOn: [operator] },
          namespace.name,
        ),
      );
    return { place, namespace: namespace.name, ready };
  }

  private watch(name: string, namespace: PlatformNamespace, watched: Watched): pulumi.Output<string> {
    const { cluster, metrics } = this.args;
    // After Prometheus's own chart: its kinds come with it.
    const place = pulumi.all([namespace.name, metrics.alertmanager]).apply(([given]) => given);
    return watchMembers(name, place, watched, { parent: this, provider: cluster.provider });
  }

  private namespace(name: string, place: string, allow: Allowances): PlatformNamespace {
    const { config, cluster } = this.args;
    return new PlatformNamespace(
      `${name}-${place}`,
      {
        name: place,
        podSecurity: "restricted",
        allow,
        vpcCidr: config.network.cidr,
        ...podMaximumOf(config),
        provider: cluster.provider,
      },
      { parent: this },
    );
  }
}
