import { stringify } from "yaml";
import { z } from "zod";
import type { ChartTable } from "./chart";
import {
  accountAsked,
  anything,
  configMap,
  httpProbe,
  labelsOf,
  service,
  serviceAccountValues,
  workload,
} from "./workload";

const values = z.strictObject({
  replicas: z.int().min(0).default(1),
  tempo: z
    .strictObject({
      reportingEnabled: z.boolean().default(true),
      memBallastSizeMbs: z.int().min(0).default(1024),
      retention: z.string().default("24h"),
      storage: z
        .strictObject({ trace: anything.default({ backend: "local", local: { path: "/var/tempo/traces" } }) })
        .prefault({}),
      securityContext: anything.default({}),
      resources: anything.default({}),
    })
    .prefault({}),
  securityContext: anything.default({ runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001, runAsNonRoot: true }),
  serviceAccount: serviceAccountValues,
  persistence: z
    .strictObject({
      enabled: z.boolean().default(false),
      storageClassName: z.string().optional(),
      size: z.string().default("10Gi"),
    })
    .prefault({}),
  serviceMonitor: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
});

/** Port of the Service and of the container → protocol; the container's names are shorter. */
const ports = [
  ["tempo-jaeger-thrift-compact", "jaeger-thrift-c", 6831, "UDP"],
  ["tempo-jaeger-thrift-binary", "jaeger-thrift-b", 6832, "UDP"],
  ["tempo-prom-metrics", "prom-metrics", 3200, "TCP"],
  ["tempo-jaeger-thrift-http", "jaeger-thrift-h", 14268, "TCP"],
  ["grpc-tempo-jaeger", "jaeger-grpc", 14250, "TCP"],
  ["tempo-zipkin", "zipkin", 9411, "TCP"],
  ["tempo-otlp-legacy", "otlp-legacy", 55680, "TCP"],
  ["tempo-otlp-http-legacy", "otlp-httplegacy", 55681, "TCP"],
  ["grpc-tempo-otlp", "otlp-grpc", 4317, "TCP"],
  ["tempo-otlp-http", "otlp-http", 4318, "TCP"],
] as const;

/** The container lists them in another order than the Service. */
const order = [3200, 6831, 6832, 14268, 14250, 9411, 55680, 4317, 55681, 4318];

/** Tempo in one process. */
export const tempo: ChartTable<z.infer<typeof values>> = {
  version: "2.2.4",
  appVersion: "2.10.8",
  values,
  objects(given, { release: name, namespace }) {
    const labels = labelsOf("tempo", name);
    const { persistence, tempo: settings } = given;
    const config = {
      compactor: { compaction: { block_retention: settings.retention } },
      storage: settings.storage,
      usage_report: { reporting_enabled: settings.reportingEnabled },
    };
    const claim = {
      accessModes: ["ReadWriteOnce"],
      ...(persistence.storageClassName !== undefined && { storageClassName: persistence.storageClassName }),
      resources: { requests: { storage: persistence.size } },
    };
    const probe = httpProbe("/ready", 3200, { initialDelaySeconds: 20, timeoutSeconds: 5 });
    return [
      ...accountAsked(given.serviceAccount, given.serviceAccount.name ?? name, namespace, labels),
      configMap(name, namespace, labels, { "tempo.yaml": stringify(config), "overrides.yaml": "overrides: {}\n" }),
      workload({
        kind: "StatefulSet",
        name,
        namespace,
        labels,
        replicas: given.replicas,
        serviceAccount: given.serviceAccount.name ?? name,
        podSecurityContext: given.securityContext,
        set: {
          serviceName: `${name}-headless`,
          ...(persistence.enabled && {
            volumeClaimTemplates: [
              { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "storage" }, spec: claim },
            ],
          }),
        },
        containers: [
          {
            name: "tempo",
            image: "docker.io/grafana/tempo:2.10.8",
            args: ["-config.file=/conf/tempo.yaml", `-mem-ballast-size-mbs=${settings.memBallastSizeMbs}`],
            ports: order.map((containerPort) => {
              const [, short, , protocol] = ports.find(([, , port]) => port === containerPort) ?? ports[2];
              return { name: short, containerPort, protocol };
            }),
            resources: settings.resources,
            securityContext: settings.securityContext,
            livenessProbe: probe,
            readinessProbe: probe,
            volumeMounts: [
              { name: "tempo-conf", mountPath: "/conf" },
              ...(persistence.enabled ? [{ name: "storage", mountPath: "/var/tempo" }] : []),
            ],
          },
        ],
        volumes: [{ name: "tempo-conf", configMap: { name } }],
      }),
      service(
        name,
        namespace,
        labels,
        ports.map(([called, , port, protocol]) => ({ name: called, port, targetPort: port, protocol })),
      ),
      ...(given.serviceMonitor.enabled
        ? [
            {
              apiVersion: "monitoring.coreos.com/v1",
              kind: "ServiceMonitor",
              metadata: { name, namespace, labels: { ...labels } },
              spec: { selector: { matchLabels: { ...labels } }, endpoints: [{ port: "tempo-prom-metrics" }] },
            },
          ]
        : []),
    ];
  },
};
