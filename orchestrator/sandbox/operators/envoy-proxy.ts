import { createHash } from "node:crypto";
import { at, pathOf, type KubeObject } from "../kubernetes/object";
import { listenersOf } from "./routing";

type Fields = Record<string, unknown>;

/** Envoy of Envoy Gateway v1.9 and its shutdown manager. */
const ENVOY = "docker.io/envoyproxy/envoy:distroless-v1.38.0";
const SHUTDOWN = "docker.io/envoyproxy/gateway:v1.9.0";
const LABEL = "gateway.envoyproxy.io/owning-gateway-";
/** Ports below 1024 are served above, since the container is not root. */
const SHIFT = 10_000;

const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  privileged: false,
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  seccompProfile: { type: "RuntimeDefault" },
};

/** `envoy-<namespace>-<name>-<hash>`. */
export function proxyName(gateway: KubeObject): string {
  const path = pathOf(gateway.metadata);
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 8);
  return `envoy-${path.replace("/", "-")}`.slice(0, 54) + `-${hash}`;
}
export function isProxy(object: KubeObject): boolean {
  return (
    object.metadata.labels?.["app.kubernetes.io/managed-by"] === "envoy-gateway" &&
    `${LABEL}name` in object.metadata.labels
  );
}

/** What serves a Gateway, with the settings of its class's EnvoyProxy. */
export function proxyObjects(gateway: KubeObject, proxy: KubeObject | undefined, namespace: string): KubeObject[] {
  const settings = (at(proxy, "spec", "provider", "kubernetes") ?? {}) as {
    envoyDeployment?: {
      replicas?: number;
      pod?: Fields;
      container?: { image?: string; resources?: Fields; securityContext?: Fields; env?: Fields[] };
      strategy?: Fields;
    };
    envoyService?: Fields & { annotations?: Record<string, string>; labels?: Record<string, string>; type?: string };
    envoyPDB?: { minAvailable?: unknown; maxUnavailable?: unknown };
  };
  const name = proxyName(gateway);
  const labels = {
    "app.kubernetes.io/component": "proxy",
    "app.kubernetes.io/managed-by": "envoy-gateway",
    "app.kubernetes.io/name": "envoy",
    [`${LABEL}name`]: gateway.metadata.name,
    [`${LABEL}namespace`]: gateway.metadata.namespace ?? "",
  };
  const metadata = (more: Fields = {}) => ({ name, namespace, labels, ...more });
  const ports = [...new Map(listenersOf(gateway).map((listener) => [listener.port, listener])).values()];
  const deployment = settings.envoyDeployment ?? {};
  const {
    annotations,
    labels: serviceLabels,
    type = "LoadBalancer",
    patch: _patch,
    name: _name,
    ...service
  } = settings.envoyService ?? {};
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata() },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata(),
      spec: {
        replicas: deployment.replicas ?? 1,
        selector: { matchLabels: labels },
        ...(deployment.strategy && { strategy: deployment.strategy }),
        template: {
          metadata: { labels: { ...labels, ...(deployment.pod?.["labels"] as Fields | undefined) } },
          spec: podSpec(
            name,
            ports.map(({ port }) => port),
            deployment,
          ),
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata({ labels: { ...labels, ...serviceLabels }, ...(annotations && { annotations }) }),
      spec: {
        type,
        ...(type === "LoadBalancer" && { externalTrafficPolicy: "Local" }),
        ...service,
        selector: labels,
        ports: ports.map(({ protocol, port }) => ({
          name: `${protocol.toLowerCase()}-${port}`,
          port,
          targetPort: containerPort(port),
          protocol: "TCP",
        })),
      },
    },
    ...(settings.envoyPDB === undefined
      ? []
      : [
          {
            apiVersion: "policy/v1",
            kind: "PodDisruptionBudget",
            metadata: metadata(),
            spec: {
              ...(settings.envoyPDB.minAvailable !== undefined && { minAvailable: settings.envoyPDB.minAvailable }),
              ...(settings.envoyPDB.maxUnavailable !== undefined && {
                maxUnavailable: settings.envoyPDB.maxUnavailable,
              }),
              selector: { matchLabels: labels },
            },
          },
        ]),
  ];
}

export const containerPort = (port: number): number => (port < 1024 ? port + SHIFT : port);

function podSpec(
  name: string,
  ports: readonly number[],
  {
    pod = {},
    container = {},
  }: { pod?: Fields; container?: { image?: string; resources?: Fields; securityContext?: Fields; env?: Fields[] } },
): Fields {
  const { labels: _labels, annotations: _annotations, ...placement } = pod;
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 360,
    ...placement,
    containers: [
      {
        name: "envoy",
        image: container.image ?? ENVOY,
        ports: [
          ...ports.map((port) => ({ name: `port-${port}`, containerPort: containerPort(port), protocol: "TCP" })),
          { name: "metrics", containerPort: 19001, protocol: "TCP" },
          { name: "readiness", containerPort: 19003, protocol: "TCP" },
        ],
        resources: container.resources ?? { requests: { cpu: "100m", memory: "512Mi" } },
        securityContext: { ...restricted, ...container.securityContext },
        ...(container.env && { env: container.env }),
        readinessProbe: { httpGet: { path: "/ready", port: 19003 }, periodSeconds: 5, failureThreshold: 1 },
        startupProbe: { httpGet: { path: "/ready", port: 19003 }, periodSeconds: 10, failureThreshold: 30 },
      },
      {
        name: "shutdown-manager",
        image: SHUTDOWN,
        args: ["envoy", "shutdown-manager"],
        resources: { requests: { cpu: "10m", memory: "32Mi" } },
        securityContext: restricted,
        readinessProbe: { httpGet: { path: "/healthz", port: 19002 }, periodSeconds: 10 },
      },
    ],
  };
}
