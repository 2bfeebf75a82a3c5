import { z } from "zod";
import { fullName, type ChartTable } from "./chart";
import { anything, httpProbe, labelsOf, accountAsked, service, serviceAccountValues, workload } from "./workload";

const VERSION = "1.120.1";
const image = (name: string, digest: string) => `ghcr.io/opencost/${name}:${VERSION}@sha256:${digest}`;
const EXPORTER = image("opencost", "b0701f9b54e43c9abee98f5784792a5b469ca8951e87da32b161c1fa539ab0e1");
const UI = image("opencost-ui", "7c08640291228fd13854c9aa0538a6fdbcc2410bfbb66177a7a40d2634983c52");
/** The chart's own, of both containers. */
const RESOURCES = { requests: { cpu: "10m", memory: "55Mi" }, limits: { memory: "1Gi" } };

const values = z.strictObject({
  serviceAccount: serviceAccountValues,
  extraVolumes: z.array(anything).default([]),
  opencost: z
    .strictObject({
      exporter: z
        .strictObject({
          defaultClusterId: z.string().default("default-cluster"),
          replicas: z.int().min(1).default(1),
          resources: anything.default(RESOURCES),
          securityContext: anything.default({}),
          extraVolumeMounts: z.array(anything).default([]),
        })
        .prefault({}),
      prometheus: z
        .strictObject({
          internal: z
            .strictObject({
              enabled: z.boolean().default(true),
              serviceName: z.string().default("prometheus-server"),
              namespaceName: z.string().default("prometheus-system"),
              port: z.int().default(80),
            })
            .prefault({}),
        })
        .prefault({}),
      metrics: z
        .strictObject({
          serviceMonitor: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
        })
        .prefault({}),
      ui: z
        .strictObject({
          enabled: z.boolean().default(true),
          resources: anything.default(RESOURCES),
          securityContext: anything.default({}),
        })
        .prefault({}),
      mcp: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
    })
    .prefault({}),
});
type Values = z.infer<typeof values>;

export const opencost: ChartTable<Values> = {
  version: "2.5.17",
  appVersion: VERSION,
  values,
  objects({ opencost: given, serviceAccount, extraVolumes }, { release, namespace }) {
    const name = fullName(release, "opencost");
    const labels = labelsOf("opencost", release);
    const account = serviceAccount.name ?? name;
    const { internal } = given.prometheus;
    const ports = [
      { name: "http", containerPort: 9003 },
      ...(given.mcp.enabled ? [{ name: "mcp-server", containerPort: 8081 }] : []),
    ];
    const uiPorts = [{ name: "http-ui", containerPort: 9090 }];
    return [
      ...accountAsked(serviceAccount, account, namespace, labels),
      workload({
        name,
        namespace,
        labels,
        replicas: given.exporter.replicas,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
        serviceAccount: account,
        volumes: extraVolumes,
        containers: [
          {
            name: "opencost",
            image: EXPORTER,
            ports,
            resources: given.exporter.resources,
            securityContext: given.exporter.securityContext,
            volumeMounts: given.exporter.extraVolumeMounts,
            env: [
              {
                name: "PROMETHEUS_SERVER_ENDPOINT",
                value: `http://${internal.serviceName}.${internal.namespaceName}.svc.cluster.local:${internal.port}`,
              },
              { name: "CLUSTER_ID", value: given.exporter.defaultClusterId },
            ],
            startupProbe: httpProbe("/healthz", 9003, { periodSeconds: 5, failureThreshold: 30 }),
            livenessProbe: httpProbe("/healthz", 9003, { periodSeconds: 20, failureThreshold: 3 }),
            readinessProbe: httpProbe("/healthz", 9003, { periodSeconds: 10, failureThreshold: 3 }),
          },
          ...(given.ui.enabled
            ? [
                {
                  name: "opencost-ui",
                  image: UI,
                  ports: uiPorts,
                  resources: given.ui.resources,
                  securityContext: given.ui.securityContext,
                  livenessProbe: httpProbe("/healthz", 9090, { periodSeconds: 20, failureThreshold: 3 }),
                  readinessProbe: httpProbe("/healthz", 9090, { periodSeconds: 10, failureThreshold: 3 }),
                },
              ]
            : []),
        ],
        pod: { automountServiceAccountToken: true },
      }),
      service(
        name,
        namespace,
        labels,
        [...ports, ...(given.ui.enabled ? uiPorts : [])].map(({ name: port, containerPort }) => ({
          name: port,
          port: containerPort,
          targetPort: containerPort,
        })),
      ),
      ...(given.metrics.serviceMonitor.enabled
        ? [
            {
              apiVersion: "monitoring.coreos.com/v1",
              kind: "ServiceMonitor",
              metadata: { name, namespace, labels },
              spec: {
                selector: { matchLabels: labels },
                endpoints: [
                  { honorLabels: true, interval: "30s", scrapeTimeout: "10s", path: "/metrics", port: "http" },
                ],
              },
            },
          ]
        : []),
    ];
  },
};
