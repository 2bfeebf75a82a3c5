import * as amp from "@pulumi/aws/amp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { charts } from "../charts";
import type { PlatformConfig } from "../config";
import { PlatformNamespace, podMaximumOf } from "../environments/namespace";
import { policyDocument } from "../iam";
import { prometheusStackValues } from "../metrics-values";
import { clusterName, named, type Tags } from "../naming";
import type { MetricsOutput } from "../outputs";
import { podIdentity } from "../pod-identity";
import { release } from "../release";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";

export interface MetricsArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: ClusterOutputs;
  readonly nodePools: NodePoolsOutputs;
}
export type MetricsOutputs = { readonly [key in keyof MetricsOutput]: pulumi.Output<MetricsOutput[key]> };

/** Names the chart gives under its release name. */
const PROMETHEUS = "kube-prometheus-stack-prometheus";
const ALERTMANAGER = "kube-prometheus-stack-alertmanager";
const GRAFANA = "kube-prometheus-stack-grafana";
const NODE_EXPORTER = "kube-prometheus-stack-prometheus-node-exporter";
const GRAFANA_SECRET = "grafana-admin";
/** Agents see the host: they have a namespace of their own, so that everything else stays restricted. */
const AGENTS = "monitoring-agents";
/** Ports the API server reaches: the operator's webhook, and by its proxy what is asked for verification. */
const FROM_API_SERVER = [10250, 9090, 9093, 3000];

/**
 * Phase 08: kube-prometheus-stack. Two Prometheus and three Alertmanager where availability counts, each with a volume;
 * Grafana with the project's dashboards; exporters for nodes and objects. Outside dev the figures that are looked at for
 * longer also go to Amazon Managed Service for Prometheus.
 *
 * The long-term store is protected. Volumes stay when the chart goes. Costs: the volumes; the managed store about 40 USD
 * a month for what is kept in it.
 */
export class Metrics extends pulumi.ComponentResource {
  readonly outputs: MetricsOutputs;

  constructor(name: string, { config, tags, cluster, nodePools }: MetricsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:Metrics", name, {}, opts);
    const onCluster = { parent: this, provider: cluster.provider };
    const chart = charts["kube-prometheus-stack"];
    const rollout = config.application?.rollout ?? { by: "rolling" };
    const namespace = new PlatformNamespace(
      `${name}-${chart.namespace}`,
      {
        name: chart.namespace,
        podSecurity: chart.podSecurity,
        allow: {
          fromApiServer: FROM_API_SERVER,
          toCluster: true,
          // OpenCost asks Prometheus who used what (A17.1), and what takes canaries in how one does (D5.4).
          fromNamespaces: {
            [charts.opencost.namespace]: [9090],
            ...(rollout.by !== "rolling" && { [charts[rollout.by].namespace]: [9090] }),
          },
          // Slack and PagerDuty over HTTPS, the mail server over its own port (B6.2, B6.3).
          toInternet: true,
          toMail: config.monitoring.alerts.mail !== undefined,
          ...(config.monitoring.metrics.longTerm ? { toPodIdentity: true } : {}),
        },
        vpcCidr: config.network.cidr,
        ...podMaximumOf(config),
        provider: cluster.provider,
      },
      { parent: this },
    );
    const agents = new PlatformNamespace(
      `${name}-${AGENTS}`,
      {
        name: AGENTS,
        podSecurity: "privileged",
        vpcCidr: config.network.cidr,
        ...podMaximumOf(config),
        provider: cluster.provider,
      },
      { parent: this },
    );
    const password = new random.RandomPassword(`${name}-grafana`, { length: 32, special: false }, { parent: this });
    const secret = new k8s.core.v1.Secret(
      `${name}-grafana`,
      {
        metadata: { name: GRAFANA_SECRET, namespace: namespace.name },
        stringData: { "admin-user": "admin", "admin-password": password.result },
      },
      onCluster,
    );
    const store = config.monitoring.metrics.longTerm ? this.longTermStore(name, config, tags, cluster) : undefined;
    const stack = release(
      `${name}-kube-prometheus-stack`,
      "kube-prometheus-stack",
      config,
      prometheusStackValues(config, { agents: agents.name, grafanaSecret: GRAFANA_SECRET, remote: store?.endpoint }),
      { ...onCluster, dependsOn: [secret, ...(store === undefined ? [] : [store.identity]), ...nodePools.ready] },
      namespace.name,
    );

    const after = <T>(value: T): pulumi.Output<T> => stack.status.apply(() => value);
    this.outputs = {
      namespace: namespace.name,
      prometheus: after({ name: PROMETHEUS, service: PROMETHEUS, port: 9090 }),
      alertmanager: after(ALERTMANAGER),
      grafana: after({ name: GRAFANA, secret: GRAFANA_SECRET }),
      nodeExporter: pulumi.interpolate`${agents.name}/${NODE_EXPORTER}`,
      retentionDays: pulumi.output(config.monitoring.metrics.retentionDays),
      longTermStore: store?.id ?? pulumi.output(""),
    };
    this.registerOutputs({ namespace: namespace.name });
  }

  private longTermStore(name: string, config: PlatformConfig, tags: Tags, cluster: ClusterOutputs) {
    const workspace = new amp.Workspace(
      `${name}-long-term`,
      { alias: clusterName(config), tags: named(tags, `${name}-long-term`) },
      { parent: this, protect: true },
    );
    const identity = podIdentity(
      `${name}-prometheus`,
      {
        cluster: cluster.name,
        namespace: charts["kube-prometheus-stack"].namespace,
        serviceAccount: PROMETHEUS,
        roleName: `${clusterName(config)}-prometheus`,
        policy: workspace.arn.apply((arn) => policyDocument([{ actions: ["aps:RemoteWrite"], resources: [arn] }])),
        tags,
      },
      { parent: this },
    );
    return { id: workspace.id, endpoint: workspace.prometheusEndpoint, identity };
  }
}
