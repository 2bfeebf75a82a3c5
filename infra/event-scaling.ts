import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { charts } from "./charts";
import type { PlatformConfig } from "./config";
import { PlatformNamespace, podMaximumOf } from "./environments/namespace";
import type { ClusterOutputs } from "./phases/02-cluster";
import type { NodePoolsOutputs } from "./phases/03-node-pools";
import type { MetricsOutputs } from "./phases/08-metrics";
import { release, replicas, restrictedContainer } from "./release";

export interface EventScalingArgs {
  readonly config: PlatformConfig;
  readonly cluster: Pick<ClusterOutputs, "provider">;
  readonly nodePools: Pick<NodePoolsOutputs, "ready">;
  readonly metrics: Pick<MetricsOutputs, "namespace">;
}

/** Where the API server reaches the external metrics and the webhook, and the metrics server its operator (chart's ports). */
const FROM_API_SERVER = [6443, 9443];
const OPERATOR_PORT = 9666;
const PROMETHEUS_PORT = 9090;

/**
 * KEDA: workloads that grow with what waits for them, from nothing on (A13, `autoscaling.eventDriven`). It serves the
 * API of external metrics, of which a cluster has one. It may ask Prometheus, and Kafka where Kafka lists its namespace
 * as a client; what lies outside of the cluster it cannot reach. Holds no state and costs nothing of its own.
 */
export function eventScaling(
  name: string,
  { config, cluster, nodePools, metrics }: EventScalingArgs,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const { namespace: home, podSecurity } = charts.keda;
  const { kafka } = config.stateful;
  const withKafka = kafka.enabled && kafka.clients.includes(home);
  const namespace = new PlatformNamespace(
    `${name}-${home}`,
    {
      name: home,
      podSecurity,
      allow: {
        fromApiServer: FROM_API_SERVER,
        fromNamespaces: { [home]: [OPERATOR_PORT] },
        toNamespaces: [
          home,
          charts["kube-prometheus-stack"].namespace,
          ...(withKafka ? [charts["strimzi-kafka-operator"].namespace] : []),
        ],
      },
      vpcCidr: config.network.cidr,
      ...podMaximumOf(config),
      provider: cluster.provider,
    },
    { parent },
  );
  // The other half of the way to Prometheus: its namespace lets nobody in who is not named.
  const asked = new k8s.networking.v1.NetworkPolicy(
    `${name}-keda-prometheus`,
    {
      metadata: { name: "allow-keda", namespace: metrics.namespace },
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": home } } }],
            ports: [{ protocol: "TCP", port: PROMETHEUS_PORT }],
          },
        ],
      },
    },
    { parent, provider: cluster.provider },
  );
  const installed = release(
    `${name}-keda`,
    "keda",
    config,
    kedaValues(config),
    { parent, provider: cluster.provider, dependsOn: [asked, ...nodePools.ready] },
    namespace.name,
  );
  return installed.status.apply(() => home);
}

/** What the platform sets of the KEDA chart, and why. */
export function kedaValues(config: PlatformConfig) {
  // A second copy of each, and a drained node takes one at a time (B2.4); the chart's budgets are empty.
  const budget = config.highAvailability ? { maxUnavailable: 1 } : {};
  const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } };
  return {
    // An uninstalled chart would take every team's ScaledObjects along, and their finalizers nobody to answer them.
    crds: { additionalAnnotations: { "helm.sh/resource-policy": "keep" } },
    operator: { replicaCount: replicas(config) },
    metricsServer: { replicaCount: replicas(config) },
    // Refuses a second scaler for one workload, and one beside a HorizontalPodAutoscaler (A13.1); the chart ignores a failure.
    webhooks: { replicaCount: replicas(config), failurePolicy: "Fail" },
    podDisruptionBudget: { operator: budget, metricServer: budget, webhooks: budget },
    // Deployments and StatefulSets; without this the operator may scale, and so read, every kind of every group.
    rbac: { enabledCustomScaledRefKinds: false },
    resources: { operator: resources, metricServer: resources, webhooks: resources },
    securityContext: {
      operator: restrictedContainer,
      metricServer: restrictedContainer,
      webhooks: restrictedContainer,
    },
    prometheus: { operator: { enabled: true, serviceMonitor: { enabled: true } } },
  };
}
