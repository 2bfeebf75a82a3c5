import { z } from "zod";
import type { ChartTable } from "./chart";
import { chaosMeshDefinitions } from "./definitions/chaos-mesh";
import { webhookConfigurations, type Webhook } from "./webhooks";
import { anything, filled, labelsOf, service, serviceAccount, workload } from "./workload";

const VERSION = "2.8.3";
const values = z.strictObject({
  images: z.strictObject({ tag: z.string().default(`v${VERSION}`) }).prefault({}),
  controllerManager: z
    .strictObject({
      replicaCount: z.int().min(1).default(3),
      enableFilterNamespace: z.boolean().default(false),
      resources: anything.default({ requests: { cpu: "25m", memory: "256Mi" } }),
      securityContext: anything.default({}),
      podChaos: z
        .strictObject({
          podFailure: z
            .strictObject({ pauseImage: z.string().default("gcr.io/google-containers/pause:latest") })
            .prefault({}),
        })
        .prefault({}),
    })
    .prefault({}),
  chaosDaemon: z
    .strictObject({
      runtime: z.enum(["docker", "containerd", "crio"]).default("docker"),
      socketPath: z.string().default("/var/run/docker.sock"),
      resources: anything.default({}),
      tolerations: z.array(anything).default([]),
    })
    .prefault({}),
  dashboard: z.strictObject({ create: z.boolean().default(true) }).prefault({}),
  dnsServer: z.strictObject({ create: z.boolean().default(true) }).prefault({}),
});
type Values = z.infer<typeof values>;

/** Chaos Mesh: a controller that reads experiments, and a daemon on each node that does them to containers. */
export const chaosMesh: ChartTable<Values> = {
  version: VERSION,
  appVersion: VERSION,
  values,
  definitions: chaosMeshDefinitions,
  objects({ images, controllerManager, chaosDaemon, dashboard, dnsServer }, { release, namespace }) {
    const image = (name: string) => `ghcr.io/chaos-mesh/${name}:${images.tag}`;
    const labels = (component: string) => labelsOf("chaos-mesh", release, component);
    const socketFolder = chaosDaemon.socketPath.slice(0, chaosDaemon.socketPath.lastIndexOf("/"));
    return [
      serviceAccount("chaos-controller-manager", namespace, labels("controller-manager")),
      workload({
        name: "chaos-controller-manager",
        namespace,
        labels: labels("controller-manager"),
        replicas: controllerManager.replicaCount,
        serviceAccount: "chaos-controller-manager",
        containers: [
          {
            name: "chaos-mesh",
            image: image("chaos-mesh"),
            resources: controllerManager.resources,
            securityContext: controllerManager.securityContext,
            ports: [
              { name: "webhook", containerPort: 10250 },
              { name: "http", containerPort: 10080 },
              { name: "pprof", containerPort: 10081 },
            ],
            env: [
              { name: "ENABLE_FILTER_NAMESPACE", value: String(controllerManager.enableFilterNamespace) },
              { name: "POD_FAILURE_PAUSE_IMAGE", value: controllerManager.podChaos.podFailure.pauseImage },
            ],
          },
        ],
      }),
      service("chaos-mesh-controller-manager", namespace, labels("controller-manager"), [
        { name: "webhook", port: 443, targetPort: "webhook" },
        { name: "pprof", port: 10081, targetPort: "pprof" },
        { name: "http", port: 10080, targetPort: "http" },
      ]),
      ...webhookConfigurations(
        [...JUDGED.flatMap((kind) => [webhook("Mutating", kind), webhook("Validating", kind)]), AUTHORISED],
        { namespace, name: "chaos-mesh-controller-manager" },
        labels("controller-manager"),
      ),
      serviceAccount("chaos-daemon", namespace, labels("chaos-daemon")),
      workload({
        kind: "DaemonSet",
        name: "chaos-daemon",
        namespace,
        labels: labels("chaos-daemon"),
        serviceAccount: "chaos-daemon",
        containers: [
          {
            name: "chaos-daemon",
            image: image("chaos-daemon"),
            args: [`--runtime=${chaosDaemon.runtime}`, `--runtime-socket-path=/host-run${chaosDaemon.socketPath}`],
            resources: chaosDaemon.resources,
            securityContext: { privileged: true, capabilities: { add: ["SYS_PTRACE"] } },
            ports: [
              { name: "grpc", containerPort: 31767 },
              { name: "http", containerPort: 31766 },
            ],
            volumeMounts: [{ name: "socket-path", mountPath: "/host-run" }],
          },
        ],
        volumes: [
          { name: "socket-path", hostPath: { path: socketFolder } },
          { name: "sys-path", hostPath: { path: "/sys" } },
          { name: "lib-modules", hostPath: { path: "/lib/modules" } },
        ],
        pod: { hostPID: true, tolerations: chaosDaemon.tolerations },
      }),
      service(
        "chaos-daemon",
        namespace,
        labels("chaos-daemon"),
        [
          { name: "grpc", port: 31767, targetPort: "grpc" },
          { name: "http", port: 31766, targetPort: "http" },
        ],
        { clusterIP: "None" },
      ),
      ...(dashboard.create ? dashboardObjects(namespace, labels("chaos-dashboard"), image("chaos-dashboard")) : []),
      ...(dnsServer.create ? dnsObjects(namespace, labels("chaos-dns-server")) : []),
    ];
  },
};

function dashboardObjects(namespace: string, labels: Readonly<Record<string, string>>, image: string) {
  const name = "chaos-dashboard";
  return [
    serviceAccount(name, namespace, labels),
    workload({
      name,
      namespace,
      labels,
      serviceAccount: name,
      containers: [
        {
          name,
          image,
          resources: { requests: { cpu: "25m", memory: "256Mi" } },
          ports: [
            { name: "http", containerPort: 2333 },
            { name: "metric", containerPort: 2334 },
          ],
        },
      ],
    }),
    service(
      name,
      namespace,
      labels,
      [
        { name: "http", port: 2333, targetPort: 2333 },
        { name: "metric", port: 2334, targetPort: 2334 },
      ],
      { type: "NodePort" },
    ),
  ];
}

function dnsObjects(namespace: string, labels: Readonly<Record<string, string>>) {
  const account = "chaos-dns-server";
  const name = "chaos-mesh-dns-server";
  return [
    serviceAccount(account, namespace, labels),
    workload({
      name: account,
      namespace,
      labels,
      serviceAccount: account,
      containers: [
        filled({
          name: account,
          image: "ghcr.io/chaos-mesh/chaos-coredns:v0.2.8",
          resources: { requests: { cpu: "100m", memory: "70Mi" } },
          ports: [
            { name: "dns", containerPort: 5353, protocol: "UDP" },
            { name: "dns-tcp", containerPort: 5353, protocol: "TCP" },
            { name: "metrics", containerPort: 9153 },
            { name: "grpc", containerPort: 9288 },
          ],
        }),
      ],
    }),
    service(name, namespace, labels, [
      { name: "dns", port: 53, targetPort: "dns", protocol: "UDP" },
      { name: "dns-tcp", port: 53, targetPort: "dns-tcp" },
      { name: "metrics", port: 9153, targetPort: "metrics" },
      { name: "grpc", port: 9288, targetPort: "grpc" },
    ]),
  ];
}

const insisting = {
  failurePolicy: "Fail",
  timeoutSeconds: 5,
  apiGroups: ["chaos-mesh.org"],
} as const;
/** Kinds its controller fills in and judges, with their resources where these are not named alike. */
const JUDGED: readonly (readonly [kind: string, resource?: string])[] = [
  ...["pod", "io", "time", "network", "kernel", "stress", "aws", "azure", "gcp", "dns", "jvm", "http", "block"].map(
    (what) => [`${what}chaos`] as const,
  ),
  ["physicalmachinechaos"],
  ["physicalmachine", "physicalmachines"],
  ["schedule", "schedules"],
  ["workflow", "workflows"],
  ["statuscheck", "statuschecks"],
  ["remotecluster"],
];

function webhook(sort: "Mutating" | "Validating", [kind, resource = kind]: (typeof JUDGED)[number]): Webhook {
  const verb = sort === "Mutating" ? "mutate" : "validate";
  return {
    ...insisting,
    kind: `${sort}WebhookConfiguration`,
    configuration: sort === "Mutating" ? "chaos-mesh-mutation" : "chaos-mesh-validation",
    name: `${verb.charAt(0)}${kind}.kb.io`,
    path: `/${verb}-chaos-mesh-org-v1alpha1-${kind}`,
    apiVersions: ["v1alpha1"],
    resources: [resource],
  };
}

/** Whether who asks for an experiment may do to its target what the experiment does. */
const AUTHORISED: Webhook = {
  ...insisting,
  kind: "ValidatingWebhookConfiguration",
  configuration: "chaos-mesh-validation-auth",
  name: "vauth.kb.io",
  path: "/validate-auth",
  apiVersions: ["v1alpha1"],
  resources: ["*"],
};
