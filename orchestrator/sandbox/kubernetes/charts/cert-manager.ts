import { stringify } from "yaml";
import { z } from "zod";
import type { KubeObject } from "../object";
import { fullName, type ChartTable, type Installation } from "./chart";
import { certManagerDefinitions } from "./definitions/cert-manager";
import {
  anything,
  budget,
  budgetValues,
  configMap,
  httpProbe,
  labelsOf,
  placement,
  service,
  accountAsked,
  serviceAccountValues,
  workload,
  type Port,
} from "./workload";
import { webhookConfigurations } from "./webhooks";

const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true };
const pod = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
const component = {
  ...placement,
  nodeSelector: z.record(z.string(), z.string()).default({ "kubernetes.io/os": "linux" }),
  replicaCount: z.int().min(0).default(1),
  podDisruptionBudget: z.strictObject({ enabled: z.boolean().default(false), ...budgetValues }).prefault({}),
  containerSecurityContext: anything.default(restricted),
  securityContext: anything.default(pod),
  podAnnotations: z.record(z.string(), z.string()).default({}),
  extraArgs: z.array(z.string()).default([]),
};
const values = z.strictObject({
  ...component,
  crds: z.strictObject({ enabled: z.boolean().default(false), keep: z.boolean().default(true) }).prefault({}),
  serviceAccount: serviceAccountValues,
  config: anything.default({}),
  global: z.strictObject({ priorityClassName: z.string().default("") }).prefault({}),
  webhook: z
    .strictObject({ ...component, serviceAccount: serviceAccountValues, timeoutSeconds: z.int().default(30) })
    .prefault({}),
  cainjector: z
    .strictObject({ ...component, enabled: z.boolean().default(true), serviceAccount: serviceAccountValues })
    .prefault({}),
  startupapicheck: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
});
type Values = z.infer<typeof values>;

const METRICS = { name: "http-metrics", containerPort: 9402, protocol: "TCP" };

export const certManager: ChartTable<Values> = {
  version: "v1.21.1",
  appVersion: "v1.21.1",
  values,
  objects(given, installation) {
    const name = fullName(installation.release, "cert-manager");
    const annotations = given.crds.keep ? { "helm.sh/resource-policy": "keep" } : undefined;
    const definitions = given.crds.enabled
      ? certManagerDefinitions.map((definition) => ({
          ...definition,
          metadata: { ...definition.metadata, ...(annotations && { annotations }) },
        }))
      : [];
    return [
      ...definitions,
      ...controller(name, given, installation),
      ...webhook(name, given, installation),
      ...injector(name, given, installation),
    ];
  },
};

function part(
  name: string,
  app: string,
  role: string,
  given: z.infer<z.ZodObject<typeof component>> & { serviceAccount: Values["serviceAccount"] },
  { global, config }: Values,
  { release, namespace }: Installation,
  container: { image: string; args: string[]; ports: object[]; probes: object },
  ports: readonly Port[],
): KubeObject[] {
  const labels = { app, ...labelsOf(app, release, role) };
  const account = given.serviceAccount.name ?? name;
  const mounts = role === "controller" && Object.keys(config).length > 0;
  return [
    ...accountAsked(given.serviceAccount, account, namespace, labels),
    ...(mounts ? [configMap(name, namespace, labels, { "config.yaml": stringify(config) })] : []),
    workload({
      name,
      namespace,
      labels,
      replicas: given.replicaCount,
      serviceAccount: account,
      podSecurityContext: given.securityContext,
      podAnnotations: given.podAnnotations,
      ...(mounts && { volumes: [{ name: "config", configMap: { name } }] }),
      containers: [
        {
          name: `cert-manager-${role}`,
          image: `quay.io/jetstack/cert-manager-${container.image}:v1.21.1`,
          args: [
            ...container.args,
            ...(mounts ? ["--config=/var/cert-manager/config/config.yaml"] : []),
            ...given.extraArgs,
          ],
          ports: container.ports,
          resources: given.resources,
          securityContext: given.containerSecurityContext,
          ...container.probes,
          ...(mounts && { volumeMounts: [{ name: "config", mountPath: "/var/cert-manager/config" }] }),
        },
      ],
      pod: {
        nodeSelector: given.nodeSelector,
        tolerations: given.tolerations,
        affinity: given.affinity,
        topologySpreadConstraints: given.topologySpreadConstraints,
        priorityClassName: global.priorityClassName,
        enableServiceLinks: false,
      },
    }),
    service(name, namespace, labels, ports),
    ...(given.podDisruptionBudget.enabled ? [budget(name, namespace, labels, limits(given.podDisruptionBudget))] : []),
  ];
}

/** The chart keeps one available when the values say no more than that there is a budget. */
function limits({ minAvailable, maxUnavailable }: Values["podDisruptionBudget"]) {
  return minAvailable === undefined && maxUnavailable === undefined
    ? { minAvailable: 1 }
    : { minAvailable, maxUnavailable };
}

function controller(name: string, given: Values, installation: Installation): KubeObject[] {
  const container = {
    image: "controller",
    args: ["--v=2", `--cluster-resource-namespace=$(POD_NAMESPACE)`, "--leader-election-namespace=kube-system"],
    ports: [METRICS, { name: "http-healthz", containerPort: 9403, protocol: "TCP" }],
    probes: {
      livenessProbe: httpProbe("/livez", "http-healthz", {
        initialDelaySeconds: 10,
        periodSeconds: 10,
        failureThreshold: 8,
      }),
    },
  };
  return part(name, "cert-manager", "controller", given, given, installation, container, [
    { name: "http-metrics", port: 9402, targetPort: "http-metrics" },
  ]);
}

function webhook(name: string, given: Values, installation: Installation): KubeObject[] {
  const container = {
    image: "webhook",
    args: ["--v=2", "--secure-port=10250"],
    ports: [
      { name: "https", containerPort: 10250, protocol: "TCP" },
      { name: "healthcheck", containerPort: 6080, protocol: "TCP" },
      METRICS,
    ],
    probes: {
      livenessProbe: httpProbe("/livez", "healthcheck", { initialDelaySeconds: 60 }),
      readinessProbe: httpProbe("/healthz", "healthcheck", { initialDelaySeconds: 5, periodSeconds: 5 }),
    },
  };
  const ports = [
    { name: "https", port: 443, targetPort: "https" },
    { name: "metrics", port: 9402, targetPort: "http-metrics" },
  ];
  return [
    ...part(`${name}-webhook`, "webhook", "webhook", given.webhook, given, installation, container, ports),
    ...webhookConfigurations(
      WEBHOOKS.map((one) => ({ ...one, configuration: `${name}-webhook` })),
      { namespace: installation.namespace, name: `${name}-webhook` },
      labelsOf("webhook", installation.release, "webhook"),
    ),
  ];
}

const judged = { name: "webhook.cert-manager.io", failurePolicy: "Fail", timeoutSeconds: 30 } as const;
/** The chart waits half a minute for an answer: a webhook that starts is worth waiting for. */
const WEBHOOKS = [
  {
    ...judged,
    kind: "MutatingWebhookConfiguration",
    path: "/mutate",
    apiGroups: ["cert-manager.io"],
    apiVersions: ["v1"],
    operations: ["CREATE"],
    resources: ["certificaterequests"],
  },
  {
    ...judged,
    kind: "ValidatingWebhookConfiguration",
    path: "/validate",
    apiGroups: ["cert-manager.io", "acme.cert-manager.io"],
    apiVersions: ["v1"],
    resources: ["*/*"],
    namespaceSelector: {
      matchExpressions: [{ key: "cert-manager.io/disable-validation", operator: "NotIn", values: ["true"] }],
    },
  },
] as const;

function injector(name: string, given: Values, installation: Installation): KubeObject[] {
  if (!given.cainjector.enabled) return [];
  const container = {
    image: "cainjector",
    args: ["--v=2", "--leader-election-namespace=kube-system"],
    ports: [METRICS],
    probes: {},
  };
  return part(`${name}-cainjector`, "cainjector", "cainjector", given.cainjector, given, installation, container, [
    { name: "http-metrics", port: 9402, targetPort: "http-metrics" },
  ]);
}
