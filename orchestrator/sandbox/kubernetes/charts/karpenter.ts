import { z } from "zod";
import { fullName, type ChartTable } from "./chart";
import { karpenterDefinitions } from "./definitions/karpenter";
import {
  anything,
  budget,
  budgetValues,
  httpProbe,
  labelsOf,
  placement,
  service,
  serviceAccount,
  serviceAccountValues,
  workload,
} from "./workload";

const quantity = z.union([z.string(), z.number()]);
const { resources, ...podPlacement } = placement;
const restricted = {
  privileged: false,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  capabilities: { drop: ["ALL"] },
};
const values = z.strictObject({
  ...podPlacement,
  replicas: z.int().min(0).default(2),
  nodeSelector: z.record(z.string(), z.string()).default({}),
  tolerations: z.array(anything).default([{ key: "CriticalAddonsOnly", operator: "Exists" }]),
  serviceAccount: serviceAccountValues,
  priorityClassName: z.string().default("system-cluster-critical"),
  podSecurityContext: anything.default({ fsGroup: 65532, seccompProfile: { type: "RuntimeDefault" } }),
  podDisruptionBudget: z.strictObject({ name: z.string().optional(), ...budgetValues }).default({ maxUnavailable: 1 }),
  controller: z.strictObject({ resources, securityContext: anything.default({}) }).prefault({}),
  settings: z
    .strictObject({
      clusterName: z.string({ error: "Chart cannot be installed without a valid settings.clusterName!" }).min(1),
      clusterEndpoint: z.string().default(""),
      interruptionQueue: z.string().default(""),
      batchMaxDuration: z.string().default("10s"),
      batchIdleDuration: z.string().default("1s"),
      isolatedVPC: z.boolean().default(false),
      reservedENIs: quantity.default("0"),
      vmMemoryOverheadPercent: quantity.default(0.075),
    })
    .prefault({} as never),
});
type Values = z.infer<typeof values>;

export const karpenter: ChartTable<Values> = {
  version: "1.14.1",
  appVersion: "1.14.1",
  values,
  definitions: karpenterDefinitions,
  objects(given, { release, namespace }) {
    const name = fullName(release, "karpenter");
    const labels = labelsOf("karpenter", release);
    const account = given.serviceAccount.name ?? name;
    const { settings } = given;
    const env = [
      ["CLUSTER_NAME", settings.clusterName],
      ["CLUSTER_ENDPOINT", settings.clusterEndpoint],
      ["INTERRUPTION_QUEUE", settings.interruptionQueue],
      ["BATCH_MAX_DURATION", settings.batchMaxDuration],
      ["BATCH_IDLE_DURATION", settings.batchIdleDuration],
      ["RESERVED_ENIS", String(settings.reservedENIs)],
      ["VM_MEMORY_OVERHEAD_PERCENT", String(settings.vmMemoryOverheadPercent)],
    ].filter(([, value]) => value !== "");
    return [
      ...(given.serviceAccount.create
        ? [serviceAccount(account, namespace, labels, false, given.serviceAccount.annotations)]
        : []),
      workload({
        name,
        namespace,
        labels,
        replicas: given.replicas,
        strategy: { rollingUpdate: { maxUnavailable: 1 } },
        serviceAccount: account,
        podSecurityContext: given.podSecurityContext,
        containers: [
          {
            name: "controller",
            image:
              "public.ecr.aws/karpenter/controller:1.14.1@sha256:723130949e4cab989461ff07d1be4cd781d63515432494641b33c235f300ae23",
            env: env.map(([key, value]) => ({ name: key, value })),
            ports: [
              { name: "http-metrics", containerPort: 8080, protocol: "TCP" },
              { name: "http", containerPort: 8081, protocol: "TCP" },
            ],
            // The chart sets the restricted fields itself; ours say the same and more.
            securityContext: { ...restricted, ...given.controller.securityContext },
            resources: given.controller.resources,
            livenessProbe: httpProbe("/healthz", "http", { initialDelaySeconds: 30, timeoutSeconds: 30 }),
            readinessProbe: httpProbe("/readyz", "http", { initialDelaySeconds: 5, timeoutSeconds: 30 }),
          },
        ],
        pod: {
          automountServiceAccountToken: true,
          priorityClassName: given.priorityClassName,
          nodeSelector: { "kubernetes.io/os": "linux", ...given.nodeSelector },
          tolerations: given.tolerations,
          affinity: Object.keys(given.affinity).length > 0 ? given.affinity : spread(labels),
          topologySpreadConstraints:
            given.topologySpreadConstraints.length > 0
              ? given.topologySpreadConstraints
              : [
                  {
                    maxSkew: 1,
                    topologyKey: "topology.kubernetes.io/zone",
                    whenUnsatisfiable: "DoNotSchedule",
                    labelSelector: { matchLabels: labels },
                  },
                ],
        },
      }),
      service(name, namespace, labels, [{ name: "http-metrics", port: 8080, targetPort: "http-metrics" }]),
      budget(given.podDisruptionBudget.name ?? name, namespace, labels, given.podDisruptionBudget),
    ];
  },
};

/** Never on a node of its own making, never two copies on one node. */
function spread(labels: Record<string, string>) {
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: "karpenter.sh/nodepool", operator: "DoesNotExist" }] }],
      },
    },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } },
      ],
    },
  };
}

const crdValues = z.strictObject({ additionalAnnotations: z.record(z.string(), z.string()).default({}) });

export const karpenterCrd: ChartTable<z.infer<typeof crdValues>> = {
  version: "1.14.1",
  appVersion: "1.14.1",
  values: crdValues,
  objects: ({ additionalAnnotations }) =>
    karpenterDefinitions.map((definition) => ({
      ...definition,
      metadata: { ...definition.metadata, annotations: { ...additionalAnnotations } },
    })),
};
