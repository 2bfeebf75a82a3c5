import { z } from "zod";
import { fullName, type ChartTable } from "./chart";
import { cloudnativePgDefinitions } from "./definitions/cloudnative-pg";
import { webhookConfigurations, type Webhook } from "./webhooks";
import { anything, configMap, httpProbe, labelsOf, placement, service, serviceAccount, workload } from "./workload";

const values = z.strictObject({
  ...placement,
  replicaCount: z.int().min(0).default(1),
  crds: z.strictObject({ create: z.boolean().default(true) }).prefault({}),
  containerSecurityContext: anything.default({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsUser: 10001,
    runAsGroup: 10001,
    seccompProfile: { type: "RuntimeDefault" },
    capabilities: { drop: ["ALL"] },
  }),
});
type Values = z.infer<typeof values>;

/** What is judged before it is stored, and what is filled in before that; the operator puts its authority in at its start. */
const JUDGED = ["backup", "cluster", "scheduledbackup", "database", "pooler"];
const FILLED = ["backup", "cluster", "database", "scheduledbackup"];

/** CloudNativePG 0.29.0: the operator of Postgres clusters, and the webhook that judges its kinds. */
export const cloudnativePg: ChartTable<Values> = {
  version: "0.29.0",
  appVersion: "1.30.0",
  values,
  objects(given, { release, namespace }) {
    const name = fullName(release, "cloudnative-pg");
    const labels = labelsOf("cloudnative-pg", release);
    const probe = (more: object) => ({
      ...httpProbe("/readyz", 9443),
      httpGet: { path: "/readyz", port: 9443, scheme: "HTTPS" },
      ...more,
    });
    return [
      ...(given.crds.create
        ? cloudnativePgDefinitions.map((definition) => ({
            ...definition,
            metadata: { ...definition.metadata, annotations: { "helm.sh/resource-policy": "keep" } },
          }))
        : []),
      serviceAccount(name, namespace, labels),
      configMap("cnpg-controller-manager-config", namespace, labels, {}),
      configMap("cnpg-default-monitoring", namespace, { ...labels, "cnpg.io/reload": "" }, { queries: "" }),
      workload({
        name,
        namespace,
        labels,
        replicas: given.replicaCount,
        serviceAccount: name,
        podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "manager",
            image: "ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0",
            args: ["controller", "--leader-elect", "--max-concurrent-reconciles=10", "--webhook-port=9443"],
            ports: [
              { name: "metrics", containerPort: 8080, protocol: "TCP" },
              { name: "webhook-server", containerPort: 9443, protocol: "TCP" },
            ],
            resources: given.resources,
            securityContext: given.containerSecurityContext,
            startupProbe: probe({ failureThreshold: 6, periodSeconds: 5 }),
            livenessProbe: probe({ initialDelaySeconds: 3 }),
            readinessProbe: probe({ initialDelaySeconds: 3 }),
          },
        ],
        pod: {
          nodeSelector: given.nodeSelector,
          tolerations: given.tolerations,
          affinity: given.affinity,
          topologySpreadConstraints: given.topologySpreadConstraints,
        },
      }),
      service("cnpg-webhook-service", namespace, labels, [
        { name: "webhook-server", port: 443, targetPort: "webhook-server" },
      ]),
      ...webhookConfigurations(
        [...FILLED.map((kind) => webhook("Mutating", kind)), ...JUDGED.map((kind) => webhook("Validating", kind))],
        { namespace, name: "cnpg-webhook-service" },
        labels,
      ),
    ];
  },
};

function webhook(sort: "Mutating" | "Validating", kind: string): Webhook {
  const verb = sort === "Mutating" ? "mutate" : "validate";
  return {
    kind: `${sort}WebhookConfiguration`,
    configuration: `cnpg-${sort.toLowerCase()}-webhook-configuration`,
    name: `${verb.charAt(0)}${kind}.cnpg.io`,
    path: `/${verb}-postgresql-cnpg-io-v1-${kind}`,
    failurePolicy: "Fail",
    timeoutSeconds: 10,
    apiGroups: ["postgresql.cnpg.io"],
    apiVersions: ["v1"],
    resources: [`${kind}s`],
  };
}
