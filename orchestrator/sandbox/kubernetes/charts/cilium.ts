import { z } from "zod";
import type { ChartTable } from "./chart";
import { ciliumDefinitions } from "./definitions/cilium";
import { anything, configMap, httpProbe, placement, service, serviceAccount, workload } from "./workload";

const values = z.strictObject({
  cni: z
    .strictObject({
      chainingMode: z.string().optional(),
      exclusive: z.boolean().default(true),
      binPath: z.string().default("/opt/cni/bin"),
      confPath: z.string().default("/etc/cni/net.d"),
    })
    .prefault({}),
  enableIPv4Masquerade: z.boolean().default(true),
  routingMode: z.enum(["", "native", "tunnel"]).default(""),
  endpointRoutes: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
  operator: z.strictObject({ replicas: z.int().min(0).default(2), resources: placement.resources }).prefault({}),
  hubble: z
    .strictObject({
      enabled: z.boolean().default(true),
      relay: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
    })
    .prefault({}),
  eni: z
    .strictObject({ enabled: z.boolean().default(false), awsEnablePrefixDelegation: z.boolean().default(false) })
    .prefault({}),
  kubeProxyReplacement: z.enum(["true", "false"]).default("false"),
  k8sServiceHost: z.string().default(""),
  k8sServicePort: z.string().default(""),
  l7Proxy: z.boolean().default(true),
  socketLB: z.strictObject({ hostNamespaceOnly: z.boolean().default(false) }).prefault({}),
  cluster: z.strictObject({ name: z.string().max(32).default("default"), id: z.int().default(0) }).prefault({}),
  clustermesh: z
    .strictObject({
      useAPIServer: z.boolean().default(false),
      apiserver: z
        .strictObject({ service: z.strictObject({ type: z.string().default("NodePort") }).prefault({}) })
        .prefault({}),
    })
    .prefault({}),
  envoy: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  ipam: z.strictObject({ mode: z.string().default("cluster-pool") }).prefault({}),
  resources: anything.default({}),
});
type Values = z.infer<typeof values>;

const IMAGE = "quay.io/cilium/cilium:v1.20.0@sha256:383968cd5e8873f7976fa76aa6196045643558f4cc9518a207b9335cb24a0e93";
const ENVOY_IMAGE =
  "quay.io/cilium/cilium-envoy:v1.37.5-1782911245-7cffc778c923f68a77954a53b1a98d6b5353f004@sha256:583057dd4f7d54cd41efff3c413aa0b148ac201f522e2c3336851fa89c78b039";
const everywhere = [{ operator: "Exists" }];
const spread = { level: "s0", type: "spc_t" };
const capabilities = (...add: string[]) => ({ seLinuxOptions: spread, capabilities: { add, drop: ["ALL"] } });

/** What the agent needs of the node, all of it from the chart. */
const AGENT = [
  "CHOWN",
  "KILL",
  "NET_ADMIN",
  "NET_RAW",
  "IPC_LOCK",
  "SYS_MODULE",
  "SYS_ADMIN",
  "SYS_RESOURCE",
  "DAC_OVERRIDE",
  "FOWNER",
  "SETGID",
  "SETUID",
  "SYSLOG",
];
const PATHS = {
  "bpf-maps": "/sys/fs/bpf",
  "cilium-run": "/var/run/cilium",
  "cilium-cgroup": "/run/cilium/cgroupv2",
  hostproc: "/proc",
  "lib-modules": "/lib/modules",
  "xtables-lock": "/run/xtables.lock",
};
const hostPaths = (paths: Readonly<Record<string, string>>) =>
  Object.entries(paths).map(([name, path]) => ({ name, hostPath: { path } }));

export const cilium: ChartTable<Values> = {
  version: "1.20.0",
  appVersion: "1.20.0",
  values,
  operatorDefinitions: ciliumDefinitions,
  objects(given, { namespace }) {
    const labels = (name: string) => ({
      "k8s-app": name,
      "app.kubernetes.io/name": `${name}-agent`.replace("cilium-envoy-agent", "cilium-envoy"),
      "app.kubernetes.io/part-of": "cilium",
    });
    const operator = {
      "io.cilium/app": "operator",
      name: "cilium-operator",
      "app.kubernetes.io/name": "cilium-operator",
      "app.kubernetes.io/part-of": "cilium",
    };
    const settings: Record<string, string> = {
      "cni-exclusive": String(given.cni.exclusive),
      "enable-ipv4-masquerade": String(given.enableIPv4Masquerade),
      "enable-endpoint-routes": String(given.endpointRoutes.enabled),
      "enable-hubble": String(given.hubble.enabled),
      ipam: given.ipam.mode,
      "kube-proxy-replacement": given.kubeProxyReplacement,
      "enable-l7-proxy": String(given.l7Proxy),
      ...(given.socketLB.hostNamespaceOnly && { "bpf-lb-sock-hostns-only": "true" }),
      "cluster-id": String(given.cluster.id),
      "cluster-name": given.cluster.name,
      ...(given.cni.chainingMode !== undefined && { "cni-chaining-mode": given.cni.chainingMode }),
      ...(given.routingMode !== "" && { "routing-mode": given.routingMode }),
    };
    return [
      {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "cilium-secrets", labels: { "app.kubernetes.io/part-of": "cilium" } },
      },
      serviceAccount("cilium", namespace, labels("cilium")),
      ...(given.envoy.enabled ? [serviceAccount("cilium-envoy", namespace, labels("cilium-envoy"))] : []),
      serviceAccount("cilium-operator", namespace, operator),
      configMap("cilium-config", namespace, labels("cilium"), settings),
      agent(given, namespace, labels("cilium")),
      ...(given.envoy.enabled ? envoy(namespace, labels("cilium-envoy")) : []),
      workload({
        name: "cilium-operator",
        namespace,
        labels: operator,
        replicas: given.operator.replicas,
        serviceAccount: "cilium-operator",
        podSecurityContext: { seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "cilium-operator",
            image: `quay.io/cilium/operator-${given.eni.enabled ? "aws" : "generic"}:v1.20.0`,
            ports: [
              { name: "health", containerPort: 9234, hostPort: 9234 },
              { name: "prometheus", containerPort: 9963, hostPort: 9963, protocol: "TCP" },
            ],
            resources: given.operator.resources,
            securityContext: { capabilities: { drop: ["ALL"] }, allowPrivilegeEscalation: false },
            livenessProbe: httpProbe("/healthz", "health", { initialDelaySeconds: 60, periodSeconds: 10 }),
            readinessProbe: httpProbe("/healthz", "health", { periodSeconds: 5 }),
          },
        ],
        pod: {
          hostNetwork: true,
          tolerations: everywhere,
          nodeSelector: { "kubernetes.io/os": "linux" },
          priorityClassName: "system-cluster-critical",
        },
      }),
      ...(given.hubble.relay.enabled ? relay(namespace) : []),
      ...(given.clustermesh.useAPIServer ? mesh(namespace, given.clustermesh.apiserver.service.type) : []),
      ...(given.hubble.enabled
        ? [
            service(
              "hubble-peer",
              namespace,
              labels("cilium"),
              [{ name: "peer-service", port: 443, targetPort: 4244 }],
              { internalTrafficPolicy: "Local" },
            ),
          ]
        : []),
    ];
  },
};

const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  runAsUser: 65532,
  seccompProfile: { type: "RuntimeDefault" },
};

/** Flows of all nodes in one place. */
function relay(namespace: string) {
  const labels = {
    "k8s-app": "hubble-relay",
    "app.kubernetes.io/name": "hubble-relay",
    "app.kubernetes.io/part-of": "cilium",
  };
  return [
    serviceAccount("hubble-relay", namespace, labels, false),
    workload({
      name: "hubble-relay",
      namespace,
      labels,
      replicas: 1,
      serviceAccount: "hubble-relay",
      podSecurityContext: { fsGroup: 65532, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "hubble-relay",
          image: "quay.io/cilium/hubble-relay:v1.20.0",
          ports: [{ name: "grpc", containerPort: 4245 }],
          securityContext: restricted,
        },
      ],
      pod: { automountServiceAccountToken: false, nodeSelector: { "kubernetes.io/os": "linux" } },
    }),
    service("hubble-relay", namespace, labels, [{ name: "grpc", port: 80, targetPort: "grpc" }]),
  ];
}

/** What other clusters of a mesh read this one's services from. */
function mesh(namespace: string, type: string) {
  const name = "clustermesh-apiserver";
  const labels = { "k8s-app": name, "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "cilium" };
  const container = (called: string, containerPort: number) => ({
    name: called,
    image: "quay.io/cilium/clustermesh-apiserver:v1.20.0",
    ports: [{ name: called, containerPort, protocol: "TCP" }],
    securityContext: restricted,
  });
  return [
    serviceAccount(name, namespace, labels),
    workload({
      name,
      namespace,
      labels,
      replicas: 1,
      serviceAccount: name,
      podSecurityContext: { fsGroup: 65532, runAsGroup: 65532, runAsNonRoot: true, runAsUser: 65532 },
      containers: [container("etcd", 2379), container("apiserver", 9880)],
      pod: { nodeSelector: { "kubernetes.io/os": "linux" } },
    }),
    service(name, namespace, labels, [{ name, port: 2379, targetPort: 2379 }], { type }),
  ];
}

function agent(given: Values, namespace: string, labels: Record<string, string>) {
  const start = (name: string, securityContext: object) => ({ name, image: IMAGE, securityContext });
  return workload({
    kind: "DaemonSet",
    name: "cilium",
    namespace,
    labels,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 2 } },
    serviceAccount: "cilium",
    podSecurityContext: { appArmorProfile: { type: "Unconfined" }, seccompProfile: { type: "Unconfined" } },
    initContainers: [
      start("config", { capabilities: { add: ["NET_ADMIN"], drop: ["ALL"] } }),
      start("mount-cgroup", capabilities("SYS_ADMIN", "SYS_CHROOT", "SYS_PTRACE")),
      start("apply-sysctl-overwrites", capabilities("SYS_ADMIN", "SYS_CHROOT", "SYS_PTRACE")),
      start("mount-bpf-fs", { privileged: true }),
      start("clean-cilium-state", capabilities("NET_ADMIN", "SYS_MODULE", "SYS_ADMIN", "SYS_RESOURCE")),
      {
        ...start("install-cni-binaries", capabilities()),
        resources: { limits: { cpu: 1, memory: "1Gi" }, requests: { cpu: "100m", memory: "10Mi" } },
      },
    ],
    containers: [
      {
        name: "cilium-agent",
        image: IMAGE,
        ports: [
          { name: "health", containerPort: 9879, hostPort: 9879, protocol: "TCP" },
          { name: "peer-service", containerPort: 4244, hostPort: 4244, protocol: "TCP" },
        ],
        resources: given.resources,
        securityContext: capabilities(...AGENT),
        startupProbe: httpProbe("/healthz", "health", { failureThreshold: 300, periodSeconds: 2 }),
        livenessProbe: httpProbe("/healthz", "health", { periodSeconds: 30, failureThreshold: 10 }),
        readinessProbe: httpProbe("/healthz", "health", { periodSeconds: 30, failureThreshold: 3 }),
      },
    ],
    volumes: hostPaths({ ...PATHS, "cni-path": given.cni.binPath, "etc-cni-netd": given.cni.confPath }),
    pod: {
      hostNetwork: true,
      tolerations: everywhere,
      nodeSelector: { "kubernetes.io/os": "linux" },
      priorityClassName: "system-node-critical",
    },
  });
}

function envoy(namespace: string, labels: Record<string, string>) {
  const probe = httpProbe("/healthz", 9878, { periodSeconds: 30 });
  return [
    workload({
      kind: "DaemonSet",
      name: "cilium-envoy",
      namespace,
      labels,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 2 } },
      serviceAccount: "cilium-envoy",
      podSecurityContext: { appArmorProfile: { type: "Unconfined" } },
      containers: [
        {
          name: "cilium-envoy",
          image: ENVOY_IMAGE,
          ports: [{ name: "envoy-metrics", containerPort: 9964, hostPort: 9964, protocol: "TCP" }],
          securityContext: capabilities("NET_ADMIN", "SYS_ADMIN"),
          startupProbe: { ...probe, failureThreshold: 105, periodSeconds: 2 },
          livenessProbe: { ...probe, failureThreshold: 10 },
          readinessProbe: probe,
        },
      ],
      volumes: hostPaths({ "envoy-sockets": "/var/run/cilium/envoy/sockets" }),
      pod: {
        hostNetwork: true,
        tolerations: everywhere,
        nodeSelector: { "kubernetes.io/os": "linux" },
        priorityClassName: "system-node-critical",
      },
    }),
    service("cilium-envoy", namespace, labels, [{ name: "envoy-metrics", port: 9964, targetPort: 9964 }], {
      clusterIP: "None",
    }),
  ];
}
