import { z } from "zod";
import type { ChartTable } from "./chart";
import { trustManagerDefinitions } from "./definitions/trust-manager";
import { webhookConfigurations } from "./webhooks";
import { anything, budget, httpProbe, service, serviceAccount, workload } from "./workload";

const VERSION = "v0.24.0";
const NAME = "trust-manager";
const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};
const values = z.strictObject({
  crds: z.strictObject({ enabled: z.boolean().default(true), keep: z.boolean().default(true) }).prefault({}),
  replicaCount: z.int().min(1).default(1),
  podDisruptionBudget: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
  resources: anything.default({}),
  defaultPackage: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  app: z
    .strictObject({
      trust: z.strictObject({ namespace: z.string().default("cert-manager") }).prefault({}),
      webhook: z.strictObject({ port: z.int().default(6443) }).prefault({}),
      securityContext: anything.default(restricted),
    })
    .prefault({}),
});
type Values = z.infer<typeof values>;

/** Copies certificates of authorities to where they are trusted. */
export const trustManager: ChartTable<Values> = {
  version: VERSION,
  appVersion: VERSION,
  values,
  objects({ crds, replicaCount, podDisruptionBudget, resources, defaultPackage, app }, { namespace, release }) {
    const labels = { app: NAME, "app.kubernetes.io/name": NAME, "app.kubernetes.io/instance": release };
    const kept = crds.keep ? { annotations: { "helm.sh/resource-policy": "keep" } } : {};
    const packages = { name: "packages", mountPath: "/packages" };
    return [
      ...(crds.enabled
        ? trustManagerDefinitions.map((one) => ({ ...one, metadata: { ...one.metadata, ...kept } }))
        : []),
      serviceAccount(NAME, namespace, labels, true),
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Issuer",
        metadata: { name: NAME, namespace, labels },
        spec: { selfSigned: {} },
      },
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: NAME, namespace, labels },
        spec: {
          commonName: `${NAME}.${namespace}.svc`,
          dnsNames: [`${NAME}.${namespace}.svc`],
          secretName: `${NAME}-tls`,
          privateKey: { rotationPolicy: "Always" },
          revisionHistoryLimit: 1,
          issuerRef: { name: NAME, kind: "Issuer", group: "cert-manager.io" },
        },
      },
      workload({
        name: NAME,
        namespace,
        labels,
        replicas: replicaCount,
        serviceAccount: NAME,
        ...(defaultPackage.enabled && {
          initContainers: [
            {
              name: "cert-manager-package-debian",
              image: "quay.io/jetstack/trust-pkg-debian-trixie:20250419.0",
              volumeMounts: [packages],
              securityContext: restricted,
            },
          ],
        }),
        containers: [
          {
            name: NAME,
            image: `quay.io/jetstack/trust-manager:${VERSION}`,
            args: [`--trust-namespace=${app.trust.namespace}`, `--webhook-port=${app.webhook.port}`],
            ports: [
              { name: "webhook", containerPort: app.webhook.port },
              { name: "metrics", containerPort: 9402 },
            ],
            readinessProbe: httpProbe("/readyz", 6060, { initialDelaySeconds: 3, periodSeconds: 7 }),
            volumeMounts: [{ name: "tls", mountPath: "/tls", readOnly: true }],
            resources,
            securityContext: app.securityContext,
          },
        ],
        volumes: [
          ...(defaultPackage.enabled ? [{ name: "packages", emptyDir: { sizeLimit: "50M" } }] : []),
          { name: "tls", secret: { defaultMode: 420, secretName: `${NAME}-tls` } },
        ],
        pod: { nodeSelector: { "kubernetes.io/os": "linux" } },
      }),
      service(NAME, namespace, { app: NAME }, [{ name: "webhook", port: 443, targetPort: app.webhook.port }]),
      service(`${NAME}-metrics`, namespace, { app: NAME }, [{ name: "metrics", port: 9402, targetPort: 9402 }]),
      ...(podDisruptionBudget.enabled ? [budget(NAME, namespace, { app: NAME }, { minAvailable: 1 })] : []),
      ...webhookConfigurations(
        [
          {
            kind: "ValidatingWebhookConfiguration",
            configuration: NAME,
            name: "trust.cert-manager.io",
            path: "/validate-trust-cert-manager-io-v1alpha1-bundle",
            failurePolicy: "Fail",
            timeoutSeconds: 5,
            apiGroups: ["trust.cert-manager.io"],
            apiVersions: ["v1alpha1"],
            resources: ["bundles"],
          },
        ],
        { namespace, name: NAME },
        labels,
      ),
    ];
  },
};
