import { z } from "zod";
import type { KubeObject } from "../object";
import type { ChartTable, Installation } from "./chart";
import { kedaDefinitions } from "./definitions/keda";
import { webhookConfigurations } from "./webhooks";
import { anything, budget, budgetValues, httpProbe, service, serviceAccount, workload, type Port } from "./workload";

const VERSION = "2.20.2";
const restricted = {
  capabilities: { drop: ["ALL"] },
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  seccompProfile: { type: "RuntimeDefault" },
};
const usual = { limits: { cpu: 1, memory: "1000Mi" }, requests: { cpu: "100m", memory: "100Mi" } };
const copies = z.int().min(0).default(1);
/** One value for each of its three programs, by the names that this part of the values has for them. */
const each = <T extends z.ZodType>(one: T) =>
  z.strictObject({ operator: one, metricServer: one, webhooks: one }).prefault({} as never);
const values = z.strictObject({
  crds: z
    .strictObject({
      install: z.boolean().default(true),
      additionalAnnotations: z.record(z.string(), z.string()).default({}),
    })
    .prefault({}),
  operator: z.strictObject({ replicaCount: copies }).prefault({}),
  metricsServer: z.strictObject({ replicaCount: copies }).prefault({}),
  webhooks: z
    .strictObject({ replicaCount: copies, failurePolicy: z.enum(["Ignore", "Fail"]).default("Ignore") })
    .prefault({}),
  podDisruptionBudget: each(z.strictObject(budgetValues).prefault({})),
  rbac: z.strictObject({ enabledCustomScaledRefKinds: z.boolean().default(true) }).prefault({}),
  resources: each(anything.default(usual)),
  securityContext: each(anything.default(restricted)),
  prometheus: z
    .strictObject({
      operator: z
        .strictObject({
          enabled: z.boolean().default(false),
          serviceMonitor: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
        })
        .prefault({}),
    })
    .prefault({}),
});
type Values = z.infer<typeof values>;

/**
 * KEDA 2.20.2: the operator, the server of external metrics and the webhook that judges its kinds. The registration of
 * the metrics' API is the operator's stand-in's: nobody answers at the Service's address in a rehearsal, and an API
 * that does not answer keeps namespaces from ending.
 */
export const keda: ChartTable<Values> = {
  version: VERSION,
  appVersion: VERSION,
  values,
  objects(given, installation) {
    const measured = given.prometheus.operator.enabled;
    const metrics = { name: "metrics", port: 8080, targetPort: 8080 };
    const operator = part(installation, "keda-operator", {
      account: "keda-operator",
      image: "keda",
      replicas: given.operator.replicaCount,
      resources: given.resources.operator,
      securityContext: given.securityContext.operator,
      probes: { liveness: "/healthz", readiness: "/readyz", port: 8081 },
      ports: [...(measured ? [["metrics", 8080] as const] : []), ["metricsservice", 9666] as const],
      service: [{ name: "metricsservice", port: 9666, targetPort: 9666 }, ...(measured ? [metrics] : [])],
      budget: given.podDisruptionBudget.operator,
    });
    return [
      ...(given.crds.install
        ? kedaDefinitions.map((definition) => ({
            ...definition,
            metadata: { ...definition.metadata, annotations: given.crds.additionalAnnotations },
          }))
        : []),
      ...operator,
      ...(measured && given.prometheus.operator.serviceMonitor.enabled ? [monitorOf(installation)] : []),
      ...part(installation, "keda-operator-metrics-apiserver", {
        account: "keda-metrics-server",
        image: "keda-metrics-apiserver",
        replicas: given.metricsServer.replicaCount,
        resources: given.resources.metricServer,
        securityContext: given.securityContext.metricServer,
        probes: { liveness: "/healthz", readiness: "/readyz", port: 6443, scheme: "HTTPS" },
        ports: [
          ["https", 6443],
          ["metrics", 8080],
        ],
        service: [{ name: "https", port: 443, targetPort: 6443 }, metrics],
        budget: given.podDisruptionBudget.metricServer,
      }),
      ...part(installation, "keda-admission-webhooks", {
        account: "keda-webhook",
        image: "keda-admission-webhooks",
        replicas: given.webhooks.replicaCount,
        resources: given.resources.webhooks,
        securityContext: given.securityContext.webhooks,
        probes: { liveness: "/healthz", readiness: "/readyz", port: 8081 },
        ports: [["http", 9443]],
        service: [{ name: "https", port: 443, targetPort: 9443 }],
        budget: given.podDisruptionBudget.webhooks,
      }),
      ...webhookConfigurations(
        JUDGED.map(([group, kind, resource, webhook = kind]) => ({
          kind: "ValidatingWebhookConfiguration",
          configuration: "keda-admission",
          name: `v${webhook}.kb.io`,
          path: `/validate-${group.replaceAll(".", "-")}-v1alpha1-${kind}`,
          failurePolicy: given.webhooks.failurePolicy,
          timeoutSeconds: 10,
          apiGroups: [group],
          apiVersions: ["v1alpha1"],
          resources: [resource],
        })),
        { namespace: installation.namespace, name: "keda-admission-webhooks" },
        labelsOf("keda-admission-webhooks", installation),
      ),
    ];
  },
};

/** Group, kind and resource of what the webhook judges, and its own name where that is another. */
const JUDGED: readonly (readonly [string, string, string, string?])[] = [
  ["keda.sh", "scaledobject", "scaledobjects"],
  ["keda.sh", "scaledjob", "scaledjobs"],
  ["keda.sh", "triggerauthentication", "triggerauthentications", "striggerauthentication"],
  ["keda.sh", "clustertriggerauthentication", "clustertriggerauthentications", "sclustertriggerauthentication"],
  ["eventing.keda.sh", "cloudeventsource", "cloudeventsources"],
  ["eventing.keda.sh", "clustercloudeventsource", "clustercloudeventsources"],
];

const labelsOf = (app: string, { release }: Installation): Record<string, string> => ({
  app,
  "app.kubernetes.io/name": app,
  "app.kubernetes.io/instance": release,
  "app.kubernetes.io/part-of": "keda-operator",
});

interface Part {
  readonly account: string;
  readonly image: string;
  readonly replicas: number;
  readonly resources: Record<string, unknown>;
  readonly securityContext: Record<string, unknown>;
  readonly probes: { liveness: string; readiness: string; port: number; scheme?: string };
  readonly ports: readonly (readonly [name: string, port: number])[];
  readonly service: readonly Port[];
  readonly budget: { minAvailable?: number | string | undefined; maxUnavailable?: number | string | undefined };
}

function part(installation: Installation, name: string, given: Part): KubeObject[] {
  const { namespace } = installation;
  const labels = labelsOf(name, installation);
  const { liveness, readiness, port, scheme } = given.probes;
  const probe = (path: string, initialDelaySeconds: number) => {
    const { httpGet, ...timing } = httpProbe(path, port, { initialDelaySeconds });
    return { httpGet: { ...(httpGet as object), ...(scheme !== undefined && { scheme }) }, ...timing };
  };
  const asks = given.budget.minAvailable !== undefined || given.budget.maxUnavailable !== undefined;
  return [
    serviceAccount(given.account, namespace, labels, true),
    workload({
      name,
      namespace,
      labels,
      replicas: given.replicas,
      serviceAccount: given.account,
      podSecurityContext: { runAsNonRoot: true },
      containers: [
        {
          name,
          image: `ghcr.io/kedacore/${given.image}:${VERSION}`,
          ports: given.ports.map(([called, containerPort]) => ({ name: called, containerPort, protocol: "TCP" })),
          resources: given.resources,
          securityContext: given.securityContext,
          livenessProbe: probe(liveness, 25),
          readinessProbe: probe(readiness, 20),
          volumeMounts: [{ name: "certificates", mountPath: "/certs", readOnly: true }],
        },
      ],
      volumes: [{ name: "certificates", secret: { secretName: "kedaorg-certs", optional: true } }],
      pod: { nodeSelector: { "kubernetes.io/os": "linux" } },
    }),
    service(name, namespace, labels, given.service),
    ...(asks ? [budget(name, namespace, labels, given.budget)] : []),
  ];
}

function monitorOf(installation: Installation): KubeObject {
  const labels = labelsOf("keda-operator", installation);
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { name: "keda-operator", namespace: installation.namespace, labels },
    spec: { selector: { matchLabels: labels }, endpoints: [{ port: "metrics" }] },
  };
}
