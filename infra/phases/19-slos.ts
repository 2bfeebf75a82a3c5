import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PlatformConfig } from "../config";
import { named, type Tags } from "../naming";
import type { SlosOutput } from "../outputs";
import { dashboardsOf } from "../slo/dashboards";
import { exporters, exportersOf } from "../slo/exporters";
import { alertNames, monitorName, monitorSpec, ruleObjects, unwatched } from "../slo/manifests";
import { objectives } from "../slo/objectives";
import { alertmanagerConfig, RECEIVERS_SECRET, secretKeys } from "../slo/routing";
import type { ClusterOutputs } from "./02-cluster";
import type { MetricsOutputs } from "./08-metrics";
import type { SecretsOutputs } from "./12-secrets";

export interface SlosArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: ClusterOutputs;
  readonly metrics: MetricsOutputs;
  readonly secrets: SecretsOutputs;
}
export type SlosOutputs = { readonly [key in keyof SlosOutput]: pulumi.Output<SlosOutput[key]> };

const OPERATOR = "monitoring.coreos.com";
/** Name of the AlertmanagerConfig: Alertmanager calls its receivers `monitoring/slipway/NAME`. */
const ROUTING = "slipway";
/** How often the addresses follow their source. */
const REFRESH = "1h";

/**
 * Phase 19: what is promised to users, and who hears when it is not kept. Indicators measured at the gateway, error
 * budgets, alerts by severity and environment, each with a runbook; routing with escalation; dashboards.
 *
 * The stored addresses are protected. Costs: 0.40 USD a month for the secret.
 */
export class Slos extends pulumi.ComponentResource {
  readonly outputs: SlosOutputs;

  constructor(
    name: string,
    { config, tags, cluster, metrics, secrets }: SlosArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:phase:Slos", name, {}, opts);
    const onCluster = { parent: this, provider: cluster.provider };
    const namespace = metrics.namespace;
    // After Prometheus's own chart: its kinds come with it.
    const custom = (
      what: string,
      kind: string,
      version: string,
      given: string,
      spec: pulumi.Input<object>,
      needs: pulumi.Resource[] = [],
    ) =>
      new k8s.apiextensions.CustomResource(
        `${name}-${what}`,
        {
          apiVersion: `${OPERATOR}/${version}`,
          kind,
          metadata: { name: given, namespace: pulumi.all([namespace, metrics.alertmanager]).apply(([ns]) => ns) },
          spec,
        },
        { ...onCluster, dependsOn: needs },
      );

    const { secret, path } = this.receivers(name, config, tags, cluster, namespace, secrets);
    const rules = Object.entries(ruleObjects(config)).map(([given, groups]) =>
      custom(given.replace("slipway-", ""), "PrometheusRule", "v1", given, { groups }),
    );
    const scraped = exportersOf(config, unwatched);
    scraped.forEach((exporter) =>
      custom(`watch-${exporter.name}`, "PodMonitor", "v1", monitorName(exporter), monitorSpec(exporter)),
    );
    const routing = alertmanagerConfig(config);
    // The operator refuses addresses by reference to what is not there.
    const routes = custom("routing", "AlertmanagerConfig", "v1alpha1", ROUTING, routing, [secret]);
    const boards = dashboardsOf(config).map(
      ([board, content]) =>
        new k8s.core.v1.ConfigMap(
          `${name}-dashboard-${board}`,
          {
            // The label by which Grafana's sidecar finds it.
            metadata: { name: `slipway-${board}`, namespace, labels: { grafana_dashboard: "1" } },
            // Grafana keeps the files of all in one folder, by these names.
            data: { [`slipway-${board}.json`]: JSON.stringify(content, null, 1) },
          },
          onCluster,
        ),
    );

    this.outputs = {
      objectives: pulumi.output(objectives.map(({ name: objective, target }) => ({ name: objective, target }))),
      rules: pulumi.all(rules.map(({ metadata }) => metadata.name)),
      alerts: pulumi.output(alertNames(config)),
      receivers: pulumi
        .all([namespace, routes.metadata.name])
        .apply(([ns, given]) => routing.receivers.map((receiver) => `${ns}/${given}/${receiver.name}`)),
      addresses: secret.metadata.name.apply((given) => ({ secret: given, path })),
      jobs: pulumi.output(
        exportersOf(config, exporters).flatMap(({ job, pods, vault }) => ((pods ?? vault) ? [job] : [])),
      ),
      dashboards: pulumi.all(boards.map(({ metadata }) => metadata.name)),
    };
    this.registerOutputs({ alerts: this.outputs.alerts });
  }

  /** Addresses that let anyone write to a channel or wake a person: in the central store, by reference here (A12). */
  private receivers(
    name: string,
    config: PlatformConfig,
    tags: Tags,
    cluster: ClusterOutputs,
    namespace: pulumi.Output<string>,
    secrets: SecretsOutputs,
  ) {
    const keys = secretKeys[config.environment];
    const path = `slipway/${config.environment}/${RECEIVERS_SECRET}`;
    const stored = new secretsmanager.Secret(
      `${name}-receivers`,
      {
        name: path,
        kmsKeyId: secrets.keyArn,
        // As the other secrets of the environment: a month to have it back, none where data is disposable (B1.2).
        recoveryWindowInDays: config.environment === "dev" ? 0 : 30,
        tags: named(tags, `${name}-receivers`),
      },
      { parent: this, protect: true },
    );
    const nowhere = new random.RandomPassword(`${name}-receivers`, { length: 32, special: false }, { parent: this });
    const first = nowhere.result.apply((text) =>
      Object.fromEntries(
        keys.map((key) => [key, key === "slack-url" ? `https://hooks.slack.com/services/${text}` : text]),
      ),
    );
    const filled = new secretsmanager.SecretVersion(
      `${name}-receivers`,
      { secretId: stored.id, secretString: pulumi.jsonStringify(first) },
      // The first values lead nowhere; whoever puts the real ones in must not be undone by the next update.
      { parent: this, ignoreChanges: ["secretString"] },
    );
    const secret = new k8s.apiextensions.CustomResource(
      `${name}-receivers`,
      {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: { name: RECEIVERS_SECRET, namespace },
        spec: {
          refreshInterval: REFRESH,
          secretStoreRef: { kind: "ClusterSecretStore", name: secrets.store },
          target: { name: RECEIVERS_SECRET, creationPolicy: "Owner", deletionPolicy: "Retain" },
          data: keys.map((key) => ({ secretKey: key, remoteRef: { key: path, property: key } })),
        },
      },
      { parent: this, provider: cluster.provider, dependsOn: [filled] },
    );
    return { secret, path };
  }
}
