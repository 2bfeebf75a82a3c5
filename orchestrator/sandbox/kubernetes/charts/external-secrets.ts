import { z } from "zod";
import type { KubeObject } from "../object";
import { fullName, type ChartTable, type Installation } from "./chart";
import { externalSecretsDefinitions } from "./definitions/external-secrets";
import {
  anything,
  budget,
  budgetValues,
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

const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 1000,
  seccompProfile: { type: "RuntimeDefault" },
};
const probe = (enabled: boolean) => z.strictObject({ enabled: z.boolean().default(enabled) }).prefault({});
const part = {
  ...placement,
  replicaCount: z.int().min(0).default(1),
  podDisruptionBudget: z.strictObject({ enabled: z.boolean().default(false), ...budgetValues }).prefault({}),
  priorityClassName: z.string().default(""),
  livenessProbe: probe(false),
  readinessProbe: probe(true),
  serviceAccount: serviceAccountValues,
  securityContext: anything.default({}),
};
const values = z.strictObject({
  ...part,
  installCRDs: z.boolean().default(true),
  crds: z.strictObject({ annotations: z.record(z.string(), z.string()).default({}) }).prefault({}),
  leaderElect: z.boolean().default(false),
  readinessProbe: probe(false),
  webhook: z.strictObject(part).prefault({}),
  certController: z.strictObject(part).prefault({}),
});
type Values = z.infer<typeof values>;
type Part = z.infer<z.ZodObject<typeof part>>;

/** External Secrets 2.9.0: the controller, the webhook that judges its kinds and the keeper of the webhook's certificate. */
export const externalSecrets: ChartTable<Values> = {
  version: "2.9.0",
  appVersion: "v2.9.0",
  values,
  objects(given, installation) {
    const name = fullName(installation.release, "external-secrets");
    const definitions = given.installCRDs
      ? externalSecretsDefinitions.map((definition) => ({
          ...definition,
          metadata: { ...definition.metadata, annotations: given.crds.annotations },
        }))
      : [];
    const metrics = { name: "metrics", containerPort: 8080, protocol: "TCP" };
    const ready = { name: "ready", containerPort: 8081, protocol: "TCP" };
    const live = { name: "live", containerPort: 8082, protocol: "TCP" };
    const probes = given.livenessProbe.enabled || given.readinessProbe.enabled;
    return [
      ...definitions,
      ...component(name, name, "external-secrets", given, installation, {
        args: [
          ...(given.leaderElect ? ["--enable-leader-election=true"] : []),
          "--concurrent=1",
          "--metrics-addr=:8080",
          "--loglevel=info",
        ],
        ports: [metrics, ...(probes ? [live] : [])],
        port: "live",
      }),
      ...component(`${name}-webhook`, `${name}-webhook`, "webhook", given.webhook, installation, {
        args: ["webhook", "--port=10250", "--check-interval=5m", "--metrics-addr=:8080", "--healthz-addr=:8081"],
        ports: [metrics, { name: "webhook", containerPort: 10250, protocol: "TCP" }, ready],
        port: "ready",
        service: [{ name: "webhook", port: 443, targetPort: "webhook" }],
      }),
      ...webhookConfigurations(
        ["secretstore", "clustersecretstore", "externalsecret"].map((kind) => ({
          kind: "ValidatingWebhookConfiguration",
          configuration: kind === "externalsecret" ? "externalsecret-validate" : "secretstore-validate",
          name: `validate.${kind}.external-secrets.io`,
          path: `/validate-external-secrets-io-v1-${kind}`,
          failurePolicy: "Fail",
          timeoutSeconds: 5,
          apiGroups: ["external-secrets.io"],
          apiVersions: ["v1"],
          operations: ["CREATE", "UPDATE", "DELETE"],
          resources: [`${kind}s`],
        })),
        { namespace: installation.namespace, name: `${name}-webhook` },
        { "external-secrets.io/component": "webhook" },
      ),
      ...component(
        `${name}-cert-controller`,
        `${name}-cert-controller`,
        "cert-controller",
        given.certController,
        installation,
        {
          args: ["certcontroller", "--crd-requeue-interval=5m", "--metrics-addr=:8080", "--healthz-addr=:8081"],
          ports: [metrics, ready],
          port: "ready",
        },
      ),
    ];
  },
};

function component(
  name: string,
  app: string,
  containerName: string,
  given: Part,
  { release, namespace }: Installation,
  { args, ports, port, service: servicePorts }: { args: string[]; ports: object[]; port: string; service?: Port[] },
): KubeObject[] {
  const labels = labelsOf(app, release);
  const account = given.serviceAccount.name ?? name;
  const timing = { timeoutSeconds: 5, failureThreshold: 3, successThreshold: 1 };
  return [
    ...accountAsked(given.serviceAccount, account, namespace, labels),
    workload({
      name,
      namespace,
      labels,
      replicas: given.replicaCount,
      serviceAccount: account,
      containers: [
        {
          name: containerName,
          image: "ghcr.io/external-secrets/external-secrets:v2.9.0",
          args,
          ports,
          resources: given.resources,
          securityContext: { ...restricted, ...given.securityContext },
          ...(given.livenessProbe.enabled && {
            livenessProbe: httpProbe("/healthz", port, { ...timing, periodSeconds: 10, initialDelaySeconds: 10 }),
          }),
          ...(given.readinessProbe.enabled && {
            readinessProbe: httpProbe("/readyz", port, { ...timing, periodSeconds: 5, initialDelaySeconds: 20 }),
          }),
        },
      ],
      pod: {
        nodeSelector: given.nodeSelector,
        tolerations: given.tolerations,
        affinity: given.affinity,
        topologySpreadConstraints: given.topologySpreadConstraints,
        priorityClassName: given.priorityClassName,
      },
    }),
    ...(servicePorts === undefined ? [] : [service(name, namespace, labels, servicePorts)]),
    ...(given.podDisruptionBudget.enabled
      ? [
          budget(`${name}-pdb`, namespace, labels, {
            minAvailable: given.podDisruptionBudget.minAvailable ?? 1,
            maxUnavailable: given.podDisruptionBudget.maxUnavailable,
          }),
        ]
      : []),
  ];
}
