import { z } from "zod";
import { fullName, type ChartTable } from "./chart";
import { externalDnsDefinitions } from "./definitions/external-dns";
import {
  anything,
  httpProbe,
  labelsOf,
  placement,
  service,
  accountAsked,
  serviceAccountValues,
  workload,
} from "./workload";

const values = z.strictObject({
  ...placement,
  provider: z.strictObject({ name: z.string().default("aws") }).prefault({}),
  // The chart's own schema: one copy at most, since two would write against each other.
  replicaCount: z.int().min(0).max(1).default(1),
  sources: z.array(z.string()).default(["service", "ingress"]),
  policy: z.enum(["create-only", "sync", "upsert-only"]).default("upsert-only"),
  registry: z.enum(["txt", "aws-sd", "crd", "dynamodb", "noop"]).default("txt"),
  txtOwnerId: z.string().optional(),
  txtPrefix: z.string().optional(),
  domainFilters: z.array(z.string()).default([]),
  interval: z.string().default("1m"),
  logLevel: z.enum(["panic", "debug", "info", "warning", "error", "fatal"]).default("info"),
  serviceAccount: serviceAccountValues,
  extraArgs: z.array(z.string()).default([]),
  podSecurityContext: anything.default({
    fsGroup: 65534,
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
  }),
  securityContext: anything.default({
    privileged: false,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    capabilities: { drop: ["ALL"] },
  }),
});
type Values = z.infer<typeof values>;

export const externalDns: ChartTable<Values> = {
  version: "1.21.1",
  appVersion: "0.21.0",
  values,
  definitions: externalDnsDefinitions,
  objects(given, { release, namespace }) {
    const name = fullName(release, "external-dns");
    const labels = labelsOf("external-dns", release);
    const account = given.serviceAccount.name ?? name;
    const args = [
      `--log-level=${given.logLevel}`,
      "--log-format=text",
      `--interval=${given.interval}`,
      ...given.sources.map((source) => `--source=${source}`),
      `--policy=${given.policy}`,
      `--registry=${given.registry}`,
      ...(given.txtOwnerId === undefined ? [] : [`--txt-owner-id=${given.txtOwnerId}`]),
      ...(given.txtPrefix === undefined ? [] : [`--txt-prefix=${given.txtPrefix}`]),
      ...given.domainFilters.map((domain) => `--domain-filter=${domain}`),
      `--provider=${given.provider.name}`,
      ...given.extraArgs,
    ];
    const probe = { timeoutSeconds: 5, periodSeconds: 10, successThreshold: 1 };
    return [
      ...accountAsked(given.serviceAccount, account, namespace, labels),
      workload({
        name,
        namespace,
        labels,
        replicas: given.replicaCount,
        strategy: { type: "Recreate" },
        serviceAccount: account,
        podSecurityContext: given.podSecurityContext,
        containers: [
          {
            name: "external-dns",
            image: "registry.k8s.io/external-dns/external-dns:v0.21.0",
            args,
            ports: [{ name: "http", containerPort: 7979, protocol: "TCP" }],
            resources: given.resources,
            securityContext: given.securityContext,
            livenessProbe: httpProbe("/healthz", "http", { ...probe, initialDelaySeconds: 10, failureThreshold: 2 }),
            readinessProbe: httpProbe("/healthz", "http", { ...probe, initialDelaySeconds: 5, failureThreshold: 6 }),
          },
        ],
        pod: {
          automountServiceAccountToken: true,
          nodeSelector: given.nodeSelector,
          tolerations: given.tolerations,
          affinity: given.affinity,
          topologySpreadConstraints: given.topologySpreadConstraints,
        },
      }),
      service(name, namespace, labels, [{ name: "http", port: 7979, targetPort: "http" }]),
    ];
  },
};
