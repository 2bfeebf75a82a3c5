import { stringify } from "yaml";
import { z } from "zod";
import type { ChartTable } from "./chart";
import {
  anything,
  budget,
  budgetValues,
  configMap,
  httpProbe,
  labelsOf,
  service,
  serviceAccount,
  workload,
} from "./workload";

/** Ports of the chart, in its order: container and Service have the same. */
const ports = {
  "jaeger-compact": [6831, "UDP"],
  "jaeger-grpc": [14250, "TCP"],
  "jaeger-thrift": [14268, "TCP"],
  otlp: [4317, "TCP"],
  "otlp-http": [4318, "TCP"],
  zipkin: [9411, "TCP"],
} as const;
type PortName = keyof typeof ports;

const enabled = z.strictObject({ enabled: z.boolean().default(true) }).prefault({});
const values = z.strictObject({
  mode: z.enum(["deployment"], { error: "the rehearsal plays the collector as a Deployment" }),
  replicaCount: z.int().min(0).default(1),
  image: z.strictObject({ repository: z.string().min(1) }, { error: "[ERROR] 'image.repository' must be set." }),
  command: z.strictObject({ name: z.string().min(1) }),
  presets: z
    .strictObject({ kubernetesAttributes: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}) })
    .prefault({}),
  alternateConfig: anything.default({}),
  ports: z
    .strictObject({
      otlp: enabled,
      "otlp-http": enabled,
      "jaeger-compact": enabled,
      "jaeger-thrift": enabled,
      "jaeger-grpc": enabled,
      zipkin: enabled,
    })
    .prefault({}),
  podSecurityContext: anything.default({}),
  securityContext: anything.default({}),
  resources: anything.default({}),
  podDisruptionBudget: z.strictObject({ enabled: z.boolean().default(false), ...budgetValues }).prefault({}),
});

/** The OpenTelemetry collector as a Deployment. */
export const opentelemetryCollector: ChartTable<z.infer<typeof values>> = {
  version: "0.170.0",
  appVersion: "0.158.0",
  values,
  objects(given, { release: name, namespace }) {
    const labels = labelsOf("opentelemetry-collector", name, "standalone-collector");
    const opened = (Object.keys(ports) as PortName[]).filter((port) => given.ports[port].enabled);
    const probe = httpProbe("/", 13133);
    const { enabled: guarded, ...limits } = given.podDisruptionBudget;
    return [
      serviceAccount(name, namespace, labels),
      configMap(name, namespace, labels, { relay: stringify(given.alternateConfig) }),
      workload({
        name,
        namespace,
        labels,
        replicas: given.replicaCount,
        serviceAccount: name,
        podSecurityContext: given.podSecurityContext,
        containers: [
          {
            name: "opentelemetry-collector",
            image: `${given.image.repository}:0.158.0`,
            command: [`/${given.command.name}`],
            args: ["--config=/conf/relay.yaml"],
            ports: opened.map((port) => ({ name: port, containerPort: ports[port][0], protocol: ports[port][1] })),
            resources: given.resources,
            securityContext: given.securityContext,
            livenessProbe: probe,
            readinessProbe: probe,
            volumeMounts: [{ name: "opentelemetry-collector-configmap", mountPath: "/conf" }],
          },
        ],
        volumes: [{ name: "opentelemetry-collector-configmap", configMap: { name } }],
      }),
      service(
        name,
        namespace,
        labels,
        opened.map((port) => ({
          name: port,
          port: ports[port][0],
          targetPort: ports[port][0],
          protocol: ports[port][1],
        })),
      ),
      ...(guarded ? [budget(name, namespace, labels, limits)] : []),
    ];
  },
};
