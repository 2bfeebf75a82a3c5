import { z } from "zod";
import { fullName, type ChartTable } from "./chart";
import { traefikDefinitions } from "./definitions/traefik";
import { anything, budget, budgetValues, httpProbe, placement, service, serviceAccount, workload } from "./workload";

const on = (initially: boolean) => z.strictObject({ enabled: z.boolean().default(initially) }).prefault({});
const values = z.strictObject({
  ...placement,
  image: z
    .strictObject({ registry: z.string().default("docker.io"), repository: z.string().default("traefik") })
    .prefault({}),
  deployment: z.strictObject({ replicas: z.int().min(0).default(1) }).prefault({}),
  podDisruptionBudget: z.strictObject({ enabled: z.boolean().default(false), ...budgetValues }).prefault({}),
  ingressClass: on(true),
  gateway: on(true),
  gatewayClass: on(true),
  api: z.strictObject({ dashboard: z.boolean().default(true) }).prefault({}),
  global: z
    .strictObject({ checkNewVersion: z.boolean().default(true), sendAnonymousUsage: z.boolean().default(false) })
    .prefault({}),
  providers: z
    .strictObject({ kubernetesCRD: on(true), kubernetesIngress: on(true), kubernetesGateway: on(false) })
    .prefault({}),
  metrics: z
    .strictObject({
      prometheus: z
        .strictObject({ addServicesLabels: z.boolean().optional(), buckets: z.string().default("") })
        .prefault({}),
    })
    .prefault({}),
  service: z
    .strictObject({
      annotations: z.record(z.string(), z.string()).default({}),
      spec: anything.default({ type: "LoadBalancer" }),
    })
    .prefault({}),
  securityContext: anything.default({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
  }),
});
type Values = z.infer<typeof values>;

/** Entry points by name: where the pods listen, and where the Service does if it does. */
const ENTRY_POINTS = { metrics: 9100, traefik: 8080, web: 8000, websecure: 8443 } as const;
const EXPOSED = { web: 80, websecure: 443 } as const;
const APP = "v3.7.11";

export const traefik: ChartTable<Values> = {
  version: "41.3.0",
  appVersion: APP,
  values,
  definitions: traefikDefinitions,
  objects(given, { release, namespace }) {
    const name = fullName(release, "traefik");
    const labels = { "app.kubernetes.io/name": "traefik", "app.kubernetes.io/instance": `${release}-${namespace}` };
    const { providers, metrics, api, global } = given;
    const flag = (asked: boolean, text: string) => (asked ? [text] : []);
    const args = [
      ...flag(global.checkNewVersion, "--global.checkNewVersion"),
      ...flag(global.sendAnonymousUsage, "--global.sendAnonymousUsage"),
      ...Object.entries(ENTRY_POINTS).map(([called, port]) => `--entryPoints.${called}.address=:${port}/tcp`),
      ...flag(api.dashboard, "--api.dashboard=true"),
      "--ping=true",
      "--metrics.prometheus=true",
      "--metrics.prometheus.entrypoint=metrics",
      ...flag(metrics.prometheus.addServicesLabels === true, "--metrics.prometheus.addServicesLabels=true"),
      ...flag(metrics.prometheus.buckets !== "", `--metrics.prometheus.buckets=${metrics.prometheus.buckets}`),
      ...flag(providers.kubernetesCRD.enabled, "--providers.kubernetescrd"),
      ...flag(providers.kubernetesIngress.enabled, "--providers.kubernetesingress"),
      ...(providers.kubernetesGateway.enabled
        ? [
            "--providers.kubernetesgateway",
            `--providers.kubernetesgateway.statusaddress.service.name=${name}`,
            `--providers.kubernetesgateway.statusaddress.service.namespace=${namespace}`,
          ]
        : []),
    ];
    const { enabled: guarded, ...disruption } = given.podDisruptionBudget;
    const probe = { periodSeconds: 10, initialDelaySeconds: 2, timeoutSeconds: 2 };
    const exposed = service(
      name,
      namespace,
      labels,
      Object.entries(EXPOSED).map(([called, port]) => ({ name: called, port, targetPort: called })),
      given.service.spec,
    );
    return [
      serviceAccount(name, namespace, labels, false),
      workload({
        name,
        namespace,
        labels,
        replicas: given.deployment.replicas,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        serviceAccount: name,
        podSecurityContext: {
          runAsGroup: 65532,
          runAsNonRoot: true,
          runAsUser: 65532,
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [
          {
            name: "traefik",
            image: `${given.image.registry}/${given.image.repository}:${APP}`,
            args,
            ports: Object.entries(ENTRY_POINTS).map(([called, containerPort]) => ({
              name: called,
              containerPort,
              protocol: "TCP",
            })),
            resources: given.resources,
            securityContext: given.securityContext,
            readinessProbe: httpProbe("/ping", ENTRY_POINTS.traefik, { ...probe, failureThreshold: 1 }),
            livenessProbe: httpProbe("/ping", ENTRY_POINTS.traefik, { ...probe, failureThreshold: 3 }),
            volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
          },
        ],
        volumes: [{ name: "tmp", emptyDir: {} }],
        pod: {
          automountServiceAccountToken: true,
          terminationGracePeriodSeconds: 60,
          nodeSelector: given.nodeSelector,
          tolerations: given.tolerations,
          affinity: given.affinity,
          topologySpreadConstraints: given.topologySpreadConstraints,
        },
      }),
      { ...exposed, metadata: { ...exposed.metadata, annotations: given.service.annotations } },
      ...(guarded ? [budget(name, namespace, labels, disruption)] : []),
      ...(given.ingressClass.enabled
        ? [
            {
              apiVersion: "networking.k8s.io/v1",
              kind: "IngressClass",
              metadata: { name },
              spec: { controller: "traefik.io/ingress-controller" },
            },
          ]
        : []),
      ...(providers.kubernetesGateway.enabled && given.gatewayClass.enabled
        ? [
            {
              apiVersion: "gateway.networking.k8s.io/v1",
              kind: "GatewayClass",
              metadata: { name },
              spec: { controllerName: "traefik.io/gateway-controller" },
            },
          ]
        : []),
      ...(providers.kubernetesGateway.enabled && given.gateway.enabled
        ? [
            {
              apiVersion: "gateway.networking.k8s.io/v1",
              kind: "Gateway",
              metadata: { name: `${name}-gateway`, namespace },
              spec: {
                gatewayClassName: name,
                listeners: [{ name: "web", port: ENTRY_POINTS.web, protocol: "HTTP" }],
              },
            },
          ]
        : []),
    ];
  },
};
