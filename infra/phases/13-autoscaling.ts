import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { managedAddon } from "../addon";
import { charts } from "../charts";
import type { PlatformConfig } from "../config";
import { DEMO_REPLICAS } from "../environments/demo-app";
import { eventScaling } from "../event-scaling";
import { PlatformNamespace, podMaximumOf } from "../environments/namespace";
import { controllerOf } from "../gateways";
import type { Tags } from "../naming";
import type { AutoscalingOutput } from "../outputs";
import { release, replicas, restrictedContainer } from "../release";
import { POSTGRES } from "../stateful/postgres";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";
import type { NetworkPolicyOutputs } from "./04-network-policy";
import type { CertificatesOutputs } from "./05-certificates";
import type { EntryPointOutputs } from "./06-entry-point";
import type { MetricsOutputs } from "./08-metrics";
import type { StatefulOutputs } from "./11-stateful";

export interface AutoscalingArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: ClusterOutputs;
  readonly nodePools: NodePoolsOutputs;
  readonly networkPolicy: NetworkPolicyOutputs;
  readonly certificates: CertificatesOutputs;
  readonly entryPoint: EntryPointOutputs;
  readonly metrics: MetricsOutputs;
  readonly stateful: StatefulOutputs;
}
export type AutoscalingOutputs = {
  readonly [key in keyof AutoscalingOutput]: pulumi.Output<AutoscalingOutput[key]>;
};

/** Per cent of the requested CPU at which the example app is held (A13.2). */
const CPU_TARGET = 60;
/** A13.5: nothing shrinks before the highest need of five minutes has passed, and then no more than half of the pods a minute. */
const SCALE_DOWN = {
  stabilizationWindowSeconds: 300,
  policies: [{ type: "Percent", value: 50, periodSeconds: 60 }],
};
/** Grows at once: doubled or four more pods in fifteen seconds, whichever is more. */
const SCALE_UP = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Percent", value: 100, periodSeconds: 15 },
    { type: "Pods", value: 4, periodSeconds: 15 },
  ],
};

/**
 * Phase 13: what grows and shrinks by need. Nodes do since phase 3 (Karpenter); here come the metrics server, the
 * autoscaler of the example app and the recommender that says what each add-on should request; KEDA where it is chosen.
 *
 * The recommender only advises, and never on what a horizontal autoscaler holds (A13.1): both would pull at the same
 * workload. Holds no state and costs nothing of its own.
 */
export class Autoscaling extends pulumi.ComponentResource {
  readonly outputs: AutoscalingOutputs;

  constructor(name: string, args: AutoscalingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:Autoscaling", name, {}, opts);
    const { config, tags, cluster, nodePools, entryPoint } = args;
    const onCluster = { parent: this, provider: cluster.provider };

    const metrics = managedAddon(
      name,
      { addon: "metrics-server", config, tags, cluster: cluster.name, values: metricsServerValues(config) },
      { parent: this, dependsOn: nodePools.ready },
    );
    const autoscaler = new k8s.autoscaling.v2.HorizontalPodAutoscaler(
      `${name}-demo`,
      {
        metadata: { name: "demo", namespace: entryPoint.demo.namespace },
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: entryPoint.demo.deployment },
          minReplicas: DEMO_REPLICAS.minimum,
          maxReplicas: DEMO_REPLICAS.maximum,
          metrics: [
            {
              type: "Resource",
              resource: { name: "cpu", target: { type: "Utilization", averageUtilization: CPU_TARGET } },
            },
          ],
          behavior: { scaleDown: SCALE_DOWN, scaleUp: SCALE_UP },
        },
      },
      { ...onCluster, dependsOn: [metrics] },
    );

    const namespace = new PlatformNamespace(
      `${name}-${charts["vertical-pod-autoscaler"].namespace}`,
      {
        name: charts["vertical-pod-autoscaler"].namespace,
        podSecurity: "restricted",
        vpcCidr: config.network.cidr,
        ...podMaximumOf(config),
        provider: cluster.provider,
      },
      { parent: this },
    );
    const recommender = release(
      `${name}-vertical-pod-autoscaler`,
      "vertical-pod-autoscaler",
      config,
      recommenderValues(config),
      { ...onCluster, dependsOn: [metrics, ...nodePools.ready] },
      namespace.name,
    );
    const advice = advised(args).map((target) => this.advise(name, target, recommender, onCluster));

    this.outputs = {
      metricsServerVersion: metrics.addonVersion,
      demo: pulumi.all([autoscaler.metadata.namespace, autoscaler.metadata.name]).apply(([place, called]) => ({
        namespace: place,
        name: called,
        cpuTarget: CPU_TARGET,
        ...DEMO_REPLICAS,
      })),
      namespace: namespace.name,
      advice: pulumi.all(advice),
      eventDriven: config.autoscaling.eventDriven === "keda" ? eventScaling(name, args, this) : pulumi.output(""),
    };
    this.registerOutputs({ advice: this.outputs.advice });
  }

  /** A recommendation without consequences: mode Off writes it down and changes nothing (A13.1). */
  private advise(
    name: string,
    { namespace, apiVersion, kind, name: target }: Advised,
    recommender: pulumi.Resource,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Output<string> {
    const autoscaler = new k8s.apiextensions.CustomResource(
      `${name}-advice-${target}`,
      {
        apiVersion: "autoscaling.k8s.io/v1",
        kind: "VerticalPodAutoscaler",
        metadata: { name: target, namespace },
        spec: {
          targetRef: { apiVersion, kind, name: target },
          updatePolicy: { updateMode: "Off" },
        },
      },
      { ...opts, dependsOn: [recommender] },
    );
    return pulumi.interpolate`${autoscaler.metadata.namespace}/${autoscaler.metadata.name}`;
  }
}

/** What the recommender looks at. */
interface Advised {
  readonly namespace: pulumi.Output<string>;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/**
 * Whose requests are worth checking: add-ons that grow with the cluster, none of them behind an HPA, and the reference
 * database, which starts small and gets its size by advice (A11.6, H4.2).
 */
function advised({ certificates, networkPolicy, stateful, config }: AutoscalingArgs): Advised[] {
  const deployment = (namespace: pulumi.Output<string>, name: string) => ({
    namespace,
    apiVersion: "apps/v1",
    kind: "Deployment",
    name,
  });
  const database = {
    namespace: stateful.postgres.apply(([one]) => one?.namespace ?? POSTGRES.namespace),
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    name: POSTGRES.cluster,
  };
  return [
    deployment(certificates.namespace, "cert-manager"),
    deployment(networkPolicy.gateway.name, controllerOf(config).deployment),
    deployment(networkPolicy.externalDns.name, "external-dns"),
    // What AWS runs has no pods to look at.
    ...(config.stateful.postgres.enabled && config.stateful.postgres.engine === "cloudnative-pg" ? [database] : []),
  ];
}

/** What the platform sets of the add-on metrics-server, and why. */
function metricsServerValues(config: PlatformConfig) {
  return {
    // Without it no autoscaler sees anything, so that it has a second copy where availability counts (B2.4).
    replicas: replicas(config),
    podDisruptionBudget: { enabled: config.highAvailability, maxUnavailable: 1 },
    // 1 m of CPU and 2 MiB a node are the project's own figures; this is enough for a hundred nodes.
    resources: { requests: { cpu: "100m", memory: "200Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
  };
}

/** What the platform sets of the vertical-pod-autoscaler chart, and why. */
function recommenderValues(config: PlatformConfig) {
  return {
    podSecurityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
    containerSecurityContext: restrictedContainer,
    // Advice alone (A13.1): nothing evicts pods, and no webhook stands in the way of making them.
    admissionController: { enabled: false },
    updater: { enabled: false },
    recommender: {
      replicas: replicas(config),
      podDisruptionBudget: { enabled: config.highAvailability },
      resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { cpu: "200m", memory: "1Gi" } },
    },
  };
}
