import { z } from "zod";
import type { KubeObject } from "../object";
import type { ChartTable } from "./chart";
import { istioDefinitions } from "./definitions/istio";
import { anything, budget, configMap, httpProbe, service, serviceAccount, workload } from "./workload";

/** Values were read on branch release-1.31; what the charts create is on record of 1.30.3, which differs in no object. */
const VERSION = "1.31.1";
const profile = z.enum(["default", "ambient"]).default("default");
/** What the published charts are filled in with at their release. */
const HUB = "registry.istio.io/release";
const shared = z.strictObject({ hub: z.string().default(HUB), logAsJson: z.boolean().default(false) }).prefault({});
const everywhere = [
  { effect: "NoSchedule", operator: "Exists" },
  { key: "CriticalAddonsOnly", operator: "Exists" },
  { effect: "NoExecute", operator: "Exists" },
];

const baseValues = z.strictObject({
  global: z.strictObject({ enableReaderRBAC: z.boolean().default(true) }).prefault({}),
});
/** The kinds, and an account for clusters elsewhere. */
export const istioBase: ChartTable<z.infer<typeof baseValues>> = {
  version: VERSION,
  appVersion: VERSION,
  values: baseValues,
  objects: ({ global }, { release, namespace }) => [
    // In its templates, and kept when the chart goes.
    ...istioDefinitions.map((definition) => ({
      ...definition,
      metadata: { ...definition.metadata, annotations: { "helm.sh/resource-policy": "keep" } },
    })),
    ...(global.enableReaderRBAC
      ? [serviceAccount("istio-reader-service-account", namespace, { app: "istio-reader", release })]
      : []),
  ],
};

const istiodValues = z.strictObject({
  profile,
  autoscaleEnabled: z.boolean().default(true),
  autoscaleMin: z.int().min(1).default(1),
  autoscaleMax: z.int().min(1).default(5),
  replicaCount: z.int().min(1).default(1),
  rollingMaxUnavailable: z.union([z.int(), z.string()]).default("25%"),
  resources: anything.default({ requests: { cpu: "500m", memory: "2048Mi" } }),
  seccompProfile: anything.default({}),
  global: shared,
});
/** The control plane: configuration and certificates for the proxies. */
export const istiod: ChartTable<z.infer<typeof istiodValues>> = {
  version: VERSION,
  appVersion: VERSION,
  values: istiodValues,
  objects(given, { namespace }) {
    const labels = { app: "istiod", istio: "pilot", "app.kubernetes.io/name": "istiod" };
    const several = given.autoscaleEnabled ? given.autoscaleMin > 1 : given.replicaCount > 1;
    const ambient = given.profile === "ambient" ? [{ name: "PILOT_ENABLE_AMBIENT", value: "true" }] : [];
    const deployment = workload({
      name: "istiod",
      namespace,
      labels,
      replicas: given.replicaCount,
      strategy: { rollingUpdate: { maxSurge: "100%", maxUnavailable: given.rollingMaxUnavailable } },
      serviceAccount: "istiod",
      // Its own pods never join.
      podAnnotations: { "sidecar.istio.io/inject": "false" },
      containers: [
        {
          name: "discovery",
          image: `${given.global.hub}/pilot:${VERSION}${given.profile === "ambient" ? "-distroless" : ""}`,
          args: ["discovery", "--monitoringAddr=:15014", ...(given.global.logAsJson ? ["--log_as_json"] : [])],
          env: ambient,
          ports: [
            { name: "http-debug", containerPort: 8080 },
            { name: "grpc-xds", containerPort: 15010 },
            { name: "tls-xds", containerPort: 15012 },
            { name: "https-webhooks", containerPort: 15017 },
            { name: "http-monitoring", containerPort: 15014 },
          ],
          readinessProbe: httpProbe("/ready", 8080, { initialDelaySeconds: 1, periodSeconds: 3, timeoutSeconds: 5 }),
          resources: given.resources,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            capabilities: { drop: ["ALL"] },
            ...(Object.keys(given.seccompProfile).length > 0 && { seccompProfile: given.seccompProfile }),
          },
        },
      ],
      pod: { tolerations: [{ key: "cni.istio.io/not-ready", operator: "Exists" }] },
    });
    if (given.autoscaleEnabled) delete (deployment["spec"] as { replicas?: number }).replicas;
    return [
      serviceAccount("istiod", namespace, labels),
      configMap("istio", namespace, labels, { mesh: "", meshNetworks: "networks: {}" }),
      deployment,
      service("istiod", namespace, { app: "istiod", istio: "pilot" }, [
        { name: "grpc-xds", port: 15010 },
        { name: "https-dns", port: 15012 },
        { name: "https-webhook", port: 443, targetPort: 15017 },
        { name: "http-monitoring", port: 15014 },
      ]),
      ...(several ? [budget("istiod", namespace, { app: "istiod", istio: "pilot" }, { minAvailable: 1 })] : []),
      ...(given.autoscaleEnabled ? [autoscaler(namespace, given.autoscaleMin, given.autoscaleMax)] : []),
    ];
  },
};

function autoscaler(namespace: string, minReplicas: number, maxReplicas: number): KubeObject {
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "istiod", namespace },
    spec: {
      minReplicas,
      maxReplicas,
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "istiod" },
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
      ],
    },
  };
}

const agentValues = {
  resources: anything,
  tolerations: z.array(anything).default(everywhere),
};
const cniValues = z.strictObject({
  ...agentValues,
  profile,
  global: shared,
  resources: agentValues.resources.default({ requests: { cpu: "100m", memory: "100Mi" } }),
});
/** The agent of each node that leads traffic of pods into the proxy. */
export const istioCni: ChartTable<z.infer<typeof cniValues>> = {
  version: VERSION,
  appVersion: VERSION,
  values: cniValues,
  objects(given, { namespace }) {
    const labels = { "k8s-app": "istio-cni-node" };
    const host = ["/opt/cni/bin", "/proc", "/etc/cni/net.d", "/var/run/istio-cni", "/var/run/netns"];
    const data = { AMBIENT_ENABLED: String(given.profile === "ambient") };
    return [
      serviceAccount("istio-cni", namespace, labels),
      configMap("istio-cni-config", namespace, labels, data),
      workload({
        kind: "DaemonSet",
        name: "istio-cni-node",
        namespace,
        labels,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
        serviceAccount: "istio-cni",
        containers: [
          {
            name: "install-cni",
            image: `${given.global.hub}/install-cni:${VERSION}${given.profile === "ambient" ? "-distroless" : ""}`,
            ports: [{ name: "metrics", containerPort: 15014 }],
            readinessProbe: httpProbe("/readyz", 8000),
            resources: given.resources,
            securityContext: {
              privileged: false,
              runAsGroup: 0,
              runAsUser: 0,
              runAsNonRoot: false,
              capabilities: {
                drop: ["ALL"],
                add: ["NET_ADMIN", "NET_RAW", "SYS_PTRACE", "SYS_ADMIN", "DAC_OVERRIDE"],
              },
            },
          },
        ],
        volumes: host.map((path) => ({ name: path.slice(1).replace(/\W/g, "-"), hostPath: { path } })),
        pod: {
          nodeSelector: { "kubernetes.io/os": "linux" },
          priorityClassName: "system-node-critical",
          tolerations: given.tolerations,
        },
      }),
    ];
  },
};

const ztunnelValues = z.strictObject({
  ...agentValues,
  hub: z.string().default(HUB),
  logAsJson: z.boolean().default(false),
  resources: agentValues.resources.default({ requests: { cpu: "200m", memory: "512Mi" } }),
});
/** The proxy of each node. */
export const ztunnel: ChartTable<z.infer<typeof ztunnelValues>> = {
  version: VERSION,
  appVersion: VERSION,
  values: ztunnelValues,
  objects(given, { namespace }) {
    const labels = { app: "ztunnel", "app.kubernetes.io/name": "ztunnel" };
    return [
      serviceAccount("ztunnel", namespace, labels),
      workload({
        kind: "DaemonSet",
        name: "ztunnel",
        namespace,
        labels,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        serviceAccount: "ztunnel",
        containers: [
          {
            name: "istio-proxy",
            image: `${given.hub}/ztunnel:${VERSION}`,
            args: ["proxy", "ztunnel"],
            ports: [{ name: "ztunnel-stats", containerPort: 15020 }],
            readinessProbe: httpProbe("/healthz/ready", 15021),
            resources: given.resources,
            securityContext: {
              allowPrivilegeEscalation: true,
              privileged: false,
              capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "SYS_ADMIN", "NET_RAW"] },
              readOnlyRootFilesystem: true,
              runAsGroup: 1337,
              runAsNonRoot: false,
              runAsUser: 0,
            },
          },
        ],
        volumes: [{ name: "cni-ztunnel-sock-dir", hostPath: { path: "/var/run/ztunnel", type: "DirectoryOrCreate" } }],
        pod: {
          nodeSelector: { "kubernetes.io/os": "linux" },
          priorityClassName: "system-node-critical",
          tolerations: given.tolerations,
        },
      }),
    ];
  },
};
