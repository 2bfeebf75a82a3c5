import { stringify } from "yaml";
import { z } from "zod";
import type { ChartTable } from "./chart";
import { envoyGatewayDefinitions } from "./definitions/envoy-gateway";
import { gatewayDefinitions } from "./definitions/gateway-api";
import {
  anything,
  budget,
  budgetValues,
  configMap,
  httpProbe,
  labelsOf,
  placement,
  service,
  serviceAccount,
  workload,
} from "./workload";

const user = { runAsGroup: 65532, runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } };
const container = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  privileged: false,
  readOnlyRootFilesystem: true,
  ...user,
};
const { resources: _resources, ...podPlacement } = placement;

const values = z.strictObject({
  crds: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  deployment: z
    .strictObject({
      replicas: z.int().min(0).default(1),
      priorityClassName: z.string().nullable().default(null),
      envoyGateway: z
        .strictObject({
          resources: anything.default({ limits: { memory: "1024Mi" }, requests: { cpu: "100m", memory: "256Mi" } }),
          securityContext: anything.default(container),
        })
        .prefault({}),
      pod: z
        .strictObject({
          ...podPlacement,
          annotations: z.record(z.string(), z.string()).default({}),
          labels: z.record(z.string(), z.string()).default({}),
        })
        .prefault({}),
    })
    .prefault({}),
  podDisruptionBudget: z.strictObject(budgetValues).default({ minAvailable: 0 }),
  config: z.strictObject({ envoyGateway: anything.default({}) }).prefault({}),
});
type Values = z.infer<typeof values>;

/** Named like this whatever the release is called. */
const NAME = "envoy-gateway";
const PORTS = [
  ["grpc", 18000],
  ["ratelimit", 18001],
  ["wasm", 18002],
  ["metrics", 19001],
  ["webhook", 9443],
] as const;

export const gatewayHelm: ChartTable<Values> = {
  version: "v1.9.0",
  appVersion: "v1.9.0",
  values,
  objects({ crds, deployment, podDisruptionBudget, config }, { release, namespace }) {
    const labels = { "control-plane": NAME, ...labelsOf("gateway-helm", release) };
    const settings = {
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind: "EnvoyGateway",
      gateway: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
      provider: { type: "Kubernetes" },
      ...config.envoyGateway,
    };
    const guarded =
      Number(podDisruptionBudget.minAvailable ?? 0) > 0 || podDisruptionBudget.maxUnavailable !== undefined;
    return [
      ...(crds.enabled ? [...gatewayDefinitions, ...envoyGatewayDefinitions] : []),
      serviceAccount(NAME, namespace, labels, false),
      configMap("envoy-gateway-config", namespace, labels, { "envoy-gateway.yaml": stringify(settings) }),
      workload({
        name: NAME,
        namespace,
        labels,
        replicas: deployment.replicas,
        serviceAccount: NAME,
        podSecurityContext: { fsGroup: 65532, ...user },
        podAnnotations: {
          "prometheus.io/scrape": "true",
          "prometheus.io/port": "19001",
          ...deployment.pod.annotations,
        },
        containers: [
          {
            name: NAME,
            image: "docker.io/envoyproxy/gateway:v1.9.0",
            args: ["server", "--config-path=/config/envoy-gateway.yaml"],
            ports: PORTS.map(([name, containerPort]) => ({ name, containerPort })),
            ...deployment.envoyGateway,
            startupProbe: httpProbe("/healthz", 8081, { failureThreshold: 30, periodSeconds: 1 }),
            livenessProbe: httpProbe("/healthz", 8081, { periodSeconds: 20 }),
            readinessProbe: httpProbe("/readyz", 8081, { periodSeconds: 10 }),
            volumeMounts: [{ name: "envoy-gateway-config", mountPath: "/config", readOnly: true }],
          },
        ],
        volumes: [{ name: "envoy-gateway-config", configMap: { name: "envoy-gateway-config" } }],
        pod: {
          automountServiceAccountToken: true,
          priorityClassName: deployment.priorityClassName,
          nodeSelector: deployment.pod.nodeSelector,
          tolerations: deployment.pod.tolerations,
          affinity: deployment.pod.affinity,
          topologySpreadConstraints: deployment.pod.topologySpreadConstraints,
        },
      }),
      service(
        NAME,
        namespace,
        labels,
        PORTS.map(([name, port]) => ({ name, port, targetPort: port })),
      ),
      ...(guarded
        ? [
            budget(
              NAME,
              namespace,
              labels,
              podDisruptionBudget.minAvailable === 0
                ? { maxUnavailable: podDisruptionBudget.maxUnavailable }
                : podDisruptionBudget,
            ),
          ]
        : []),
    ];
  },
};

const crdValues = z.strictObject({
  crds: z
    .strictObject({
      gatewayAPI: z
        .strictObject({
          enabled: z.boolean().default(false),
          channel: z.enum(["standard", "experimental"]).default("experimental"),
        })
        .prefault({}),
      envoyGateway: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
    })
    .prefault({}),
});

/** Kinds of the Gateway API that only its experimental channel has. */
const EXPERIMENTAL = new Set(["XBackend", "XBackendTrafficPolicy", "XMesh", "TCPRoute", "UDPRoute"]);

export const gatewayCrdsHelm: ChartTable<z.infer<typeof crdValues>> = {
  version: "v1.9.0",
  appVersion: "v1.9.0",
  values: crdValues,
  objects({ crds }) {
    const wanted = gatewayDefinitions.filter(
      (definition) =>
        crds.gatewayAPI.channel === "experimental" ||
        !EXPERIMENTAL.has((definition["spec"] as { names: { kind: string } }).names.kind),
    );
    return [...(crds.gatewayAPI.enabled ? wanted : []), ...(crds.envoyGateway.enabled ? envoyGatewayDefinitions : [])];
  },
};
