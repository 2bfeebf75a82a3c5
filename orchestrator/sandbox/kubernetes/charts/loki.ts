import { stringify } from "yaml";
import { z } from "zod";
import type { KubeObject } from "../object";
import type { ChartTable, Installation } from "./chart";
import { extras, extraValues } from "./loki/extras";
import {
  anything,
  budget,
  budgetValues,
  configMap,
  httpProbe,
  labelsOf,
  service,
  serviceAccount,
  serviceAccountValues,
  workload,
} from "./workload";

const copies = z.strictObject({ replicas: z.int().min(0).default(3) }).prefault({});
const values = z
  .strictObject({
    deploymentMode: z.enum(["Monolithic"], { error: "the rehearsal plays Loki in one process" }).default("Monolithic"),
    loki: z.strictObject({
      auth_enabled: z.boolean().default(true),
      commonConfig: anything.default({ replication_factor: 3 }),
      schemaConfig: z.strictObject(
        { configs: z.array(anything).min(1) },
        {
          error:
            "You must provide a schema_config for Loki, one is not provided as this will be individual for every Loki cluster.",
        },
      ),
      storage: z.strictObject({
        type: z.enum(["s3"]),
        s3: z.strictObject({ region: z.string().optional() }).prefault({}),
        bucketNames: z.strictObject(
          { chunks: z.string().min(1), ruler: z.string().min(1), admin: z.string().min(1) },
          { error: "Please define loki.storage.bucketNames.chunks" },
        ),
      }),
      limits_config: anything.default({}),
      compactor: anything.default({}),
      analytics: anything.default({}),
      podSecurityContext: anything.default({
        fsGroup: 10001,
        fsGroupChangePolicy: "OnRootMismatch",
        runAsGroup: 10001,
        runAsNonRoot: true,
        runAsUser: 10001,
        seccompProfile: { type: "RuntimeDefault" },
      }),
      containerSecurityContext: anything.default({
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
        allowPrivilegeEscalation: false,
        seccompProfile: { type: "RuntimeDefault" },
      }),
    }),
    singleBinary: z
      .strictObject({
        replicas: z.int().min(0).default(0),
        sidecar: z.boolean().default(true),
        podDisruptionBudget: z.strictObject({ enabled: z.boolean().default(true), ...budgetValues }).prefault({}),
        persistence: z
          .strictObject({
            enabled: z.boolean().default(true),
            storageClass: z.string().optional(),
            size: z.string().default("10Gi"),
          })
          .prefault({}),
        resources: anything.default({}),
      })
      .prefault({}),
    read: copies,
    write: copies,
    backend: copies,
    serviceAccount: serviceAccountValues,
    test: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
    monitoring: z
      .strictObject({ serviceMonitor: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}) })
      .prefault({}),
    ...extraValues,
  })
  .refine(
    ({ singleBinary, read, write, backend }) =>
      singleBinary.replicas === 0 || read.replicas + write.replicas + backend.replicas === 0,
    "You have more than zero replicas configured for both the single binary and simple scalable targets.",
  );
type Values = z.infer<typeof values>;

/** Loki in one process, alone or as a ring of three. */
export const loki: ChartTable<Values> = {
  version: "18.11.0",
  appVersion: "3.7.6",
  values,
  objects(given, installation) {
    return [...store(given, installation), ...extras(given, installation)];
  },
};

function store(given: Values, { release: name, namespace }: Installation): KubeObject[] {
  const labels = labelsOf("loki", name, "single-binary");
  const every = { "app.kubernetes.io/name": "loki", "app.kubernetes.io/instance": name };
  const account = given.serviceAccount.name ?? name;
  const { singleBinary, loki: settings } = given;
  const { persistence, podDisruptionBudget } = singleBinary;
  const { enabled: guarded, ...limits } = podDisruptionBudget;
  const replicas = Math.max(1, singleBinary.replicas);
  const config = {
    auth_enabled: settings.auth_enabled,
    common: {
      ...settings.commonConfig,
      storage: { s3: { ...settings.storage.s3, bucketnames: settings.storage.bucketNames.chunks } },
    },
    schema_config: settings.schemaConfig,
    limits_config: settings.limits_config,
    compactor: settings.compactor,
    analytics: settings.analytics,
  };
  const ports = [
    { name: "http-metrics", port: 3100, targetPort: "http-metrics" },
    { name: "grpc", port: 9095, targetPort: "grpc" },
    { name: "grpclb", port: 9096, targetPort: "grpc" },
  ];
  return [
    serviceAccount(account, namespace, labels, given.serviceAccount.automountServiceAccountToken ?? true),
    configMap(name, namespace, labels, { "config.yaml": stringify(config) }),
    workload({
      kind: "StatefulSet",
      name,
      namespace,
      labels,
      replicas,
      serviceAccount: account,
      podSecurityContext: settings.podSecurityContext,
      set: {
        serviceName: `${name}-headless`,
        podManagementPolicy: "Parallel",
        ...(persistence.enabled && {
          volumeClaimTemplates: [
            {
              apiVersion: "v1",
              kind: "PersistentVolumeClaim",
              metadata: { name: "storage" },
              spec: {
                accessModes: ["ReadWriteOnce"],
                ...(persistence.storageClass !== undefined && { storageClassName: persistence.storageClass }),
                resources: { requests: { storage: persistence.size } },
              },
            },
          ],
        }),
      },
      containers: [
        {
          name: "loki",
          image: "docker.io/grafana/loki:3.7.6",
          args: ["-config.file=/etc/loki/config/config.yaml", "-target=all"],
          ports: [
            { name: "http-metrics", containerPort: 3100, protocol: "TCP" },
            { name: "grpc", containerPort: 9095, protocol: "TCP" },
            { name: "http-memberlist", containerPort: 7946, protocol: "TCP" },
          ],
          resources: singleBinary.resources,
          securityContext: settings.containerSecurityContext,
          readinessProbe: httpProbe("/ready", "http-metrics", { initialDelaySeconds: 15 }),
          volumeMounts: [{ name: "storage", mountPath: "/var/loki" }],
        },
        ...(singleBinary.sidecar
          ? [
              {
                name: "loki-sc-rules",
                image: "docker.io/kiwigrid/k8s-sidecar:2.10.1",
                ports: [{ name: "http-sidecar", containerPort: 8080, protocol: "TCP" }],
                securityContext: settings.containerSecurityContext,
              },
            ]
          : []),
      ],
      ...(!persistence.enabled && { volumes: [{ name: "storage", emptyDir: {} }] }),
      pod: {
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } },
            ],
          },
        },
      },
    }),
    service(name, namespace, every, ports, { selector: labels }),
    service(`${name}-headless`, namespace, { ...every, variant: "headless" }, ports, {
      clusterIP: "None",
      selector: labels,
    }),
    service(
      `${name}-memberlist`,
      namespace,
      { ...every, "app.kubernetes.io/part-of": "memberlist" },
      [{ name: "tcp", port: 7946, targetPort: "http-memberlist" }],
      { clusterIP: "None", selector: labels },
    ),
    ...(guarded && replicas > 1
      ? [
          budget(
            `${name}-single-binary`,
            namespace,
            labels,
            limits.minAvailable === undefined && limits.maxUnavailable === undefined ? { maxUnavailable: 1 } : limits,
          ),
        ]
      : []),
    ...(given.monitoring.serviceMonitor.enabled
      ? [
          {
            apiVersion: "monitoring.coreos.com/v1",
            kind: "ServiceMonitor",
            metadata: { name, namespace, labels },
            spec: {
              selector: { matchLabels: { ...every, variant: "headless" } },
              endpoints: [{ port: "http-metrics" }],
            },
          },
        ]
      : []),
  ];
}
