import { z } from "zod";
import { fullName, type ChartTable } from "./chart";
import { flaggerDefinitions } from "./definitions/flagger";
import { anything, budget, budgetValues, labelsOf, serviceAccount, workload } from "./workload";

const values = z.strictObject({
  /** For Helm 2, which knows no folder of definitions. */
  crd: z.strictObject({ create: z.literal(false).default(false) }).prefault({}),
  meshProvider: z.enum(["", "gatewayapi:v1"]).default(""),
  metricsServer: z.string().default("http://prometheus:9090"),
  prometheus: z.strictObject({ install: z.literal(false).default(false) }).prefault({}),
  namespace: z.string().default(""),
  noCrossNamespaceRefs: z.boolean().default(false),
  leaderElection: z
    .strictObject({ enabled: z.boolean().default(false), replicaCount: z.int().min(0).default(1) })
    .prefault({}),
  podDisruptionBudget: z.strictObject({ enabled: z.boolean().default(false), ...budgetValues }).prefault({}),
  resources: anything.default({
    limits: { memory: "512Mi", cpu: "1000m" },
    requests: { memory: "32Mi", cpu: "10m" },
  }),
  securityContext: z
    .strictObject({
      enabled: z.boolean().default(true),
      context: anything.default({ readOnlyRootFilesystem: true, runAsUser: 10001 }),
    })
    .prefault({}),
  podAnnotations: z.record(z.string(), z.string()).default({}),
});
type Values = z.infer<typeof values>;

/** Of every pod, unless a value of the same name says otherwise: Helm puts the two together. */
const ANNOTATIONS = {
  "prometheus.io/scrape": "true",
  "prometheus.io/port": "8080",
  "appmesh.k8s.aws/sidecarInjectorWebhook": "disabled",
  "linkerd.io/inject": "enabled",
};
const probe = {
  exec: {
    command: ["wget", "--quiet", "--tries=1", "--timeout=4", "--spider", "http://localhost:8080/healthz"],
  },
  timeoutSeconds: 5,
};

/** Flagger 1.44.0: the controller of Canaries. */
export const flagger: ChartTable<Values> = {
  version: "1.44.0",
  appVersion: "1.44.0",
  values,
  definitions: flaggerDefinitions,
  objects(given, { release, namespace }) {
    const name = fullName(release, "flagger");
    const labels = labelsOf("flagger", release);
    const { leaderElection, podDisruptionBudget, securityContext } = given;
    return [
      serviceAccount(name, namespace, labels),
      workload({
        name,
        namespace,
        labels,
        replicas: leaderElection.replicaCount,
        ...(!leaderElection.enabled && { strategy: { type: "Recreate" } }),
        serviceAccount: name,
        podAnnotations: { ...ANNOTATIONS, ...given.podAnnotations },
        containers: [
          {
            name: "flagger",
            image: "ghcr.io/fluxcd/flagger:1.44.0",
            command: [
              "./flagger",
              "-log-level=info",
              ...(given.meshProvider === "" ? [] : [`-mesh-provider=${given.meshProvider}`]),
              `-metrics-server=${given.metricsServer}`,
              "-enable-config-tracking=true",
              ...(given.namespace === "" ? [] : [`-namespace=${given.namespace}`]),
              "-slack-user=flagger",
              ...(leaderElection.enabled
                ? ["-enable-leader-election=true", `-leader-election-namespace=${namespace}`]
                : []),
              ...(given.noCrossNamespaceRefs ? ["-no-cross-namespace-refs=true"] : []),
            ],
            ports: [{ name: "http", containerPort: 8080 }],
            resources: given.resources,
            securityContext: securityContext.enabled ? securityContext.context : {},
            livenessProbe: probe,
            readinessProbe: probe,
          },
        ],
        pod: {
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 100,
                  podAffinityTerm: { labelSelector: { matchLabels: labels }, topologyKey: "kubernetes.io/hostname" },
                },
              ],
            },
          },
        },
      }),
      ...(podDisruptionBudget.enabled ? [budget("flagger", namespace, labels, podDisruptionBudget)] : []),
    ];
  },
};
