import { z } from "zod";
import type { KubeObject } from "../object";
import type { ChartTable, Installation } from "./chart";
import { anything, budget, configMap, filled, labelsOf, service, serviceAccount, workload } from "./workload";

const IMAGE = "hashicorp/vault:2.0.4";
const storage = (enabled: boolean) =>
  z
    .strictObject({
      enabled: z.boolean().default(enabled),
      size: z.string().default("10Gi"),
      storageClass: z.string().nullable().default(null),
    })
    .prefault({});
const server = z.strictObject({
  resources: anything.default({}),
  statefulSet: z
    .strictObject({ securityContext: z.strictObject({ container: anything.default({}) }).prefault({}) })
    .prefault({}),
  updateStrategyType: z.enum(["OnDelete", "RollingUpdate"]).default("OnDelete"),
  includeConfigAnnotation: z.boolean().default(false),
  logFormat: z.enum(["", "standard", "json"]).default(""),
  dataStorage: storage(true),
  auditStorage: storage(false),
  persistentVolumeClaimRetentionPolicy: anything.default({}),
  volumes: z.array(anything).default([]),
  volumeMounts: z.array(anything).default([]),
  extraEnvironmentVars: z.record(z.string(), z.string()).default({}),
  livenessProbe: z
    .strictObject({
      enabled: z.boolean().default(false),
      path: z.string().default("/v1/sys/health?standbyok=true"),
      failureThreshold: z.int().default(2),
    })
    .prefault({}),
  postStart: z.array(z.string()).default([]),
  topologySpreadConstraints: z.array(anything).default([]),
  ha: z
    .strictObject({
      enabled: z.boolean().default(false),
      replicas: z.int().min(1).default(3),
      apiAddr: z.string().nullable().default(null),
      disruptionBudget: z
        .strictObject({ enabled: z.boolean().default(true), maxUnavailable: z.int().optional() })
        .prefault({}),
      raft: z
        .strictObject({
          enabled: z.boolean().default(false),
          setNodeId: z.boolean().default(false),
          config: z.string().default(""),
        })
        .prefault({}),
    })
    .prefault({}),
});
const values = z.strictObject({
  global: z.strictObject({ tlsDisable: z.boolean().default(true) }).prefault({}),
  injector: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
  server: server.prefault({}),
});
type Values = z.infer<typeof values>;

/** Vault as a person has initialised it: its members are ready as soon as they run, which only an unsealed one is. */
export const vault: ChartTable<Values> = {
  version: "0.34.1",
  appVersion: "2.0.4",
  values,
  objects(given, installation) {
    return [...(given.injector.enabled ? injector(installation) : []), ...members(given, installation)];
  },
};

const userAndGroup = { runAsNonRoot: true, runAsGroup: 1000, runAsUser: 100, fsGroup: 1000 };

function members({ global, server: given }: Values, { release, namespace }: Installation): KubeObject[] {
  const every = labelsOf("vault", release);
  const labels = { ...every, component: "server" };
  const { ha, auditStorage, dataStorage } = given;
  const scheme = global.tlsDisable ? "http" : "https";
  const replicas = ha.enabled ? ha.replicas : 1;
  const claim = (name: string, { size, storageClass }: typeof dataStorage) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name },
    spec: {
      accessModes: ["ReadWriteOnce"],
      ...(storageClass !== null && { storageClassName: storageClass }),
      resources: { requests: { storage: size } },
    },
  });
  const ports = [
    { name: scheme, port: 8200, targetPort: 8200 },
    { name: "https-internal", port: 8201, targetPort: 8201 },
  ];
  const open = { publishNotReadyAddresses: true };
  const oneOf = (active: boolean) =>
    service(`${release}-${active ? "active" : "standby"}`, namespace, every, ports, {
      ...open,
      selector: { ...labels, "vault-active": String(active) },
    });
  return [
    serviceAccount(release, namespace, every),
    configMap(`${release}-config`, namespace, every, { "extraconfig-from-values.hcl": ha.raft.config }),
    service(`${release}-internal`, namespace, { ...every, "vault-internal": "true" }, ports, {
      clusterIP: "None",
      ...open,
      selector: labels,
    }),
    service(release, namespace, every, ports, { ...open, selector: labels }),
    ...(ha.enabled ? [oneOf(true), oneOf(false)] : []),
    workload({
      kind: "StatefulSet",
      name: release,
      namespace,
      labels,
      replicas,
      serviceAccount: release,
      podSecurityContext: userAndGroup,
      strategy: { type: given.updateStrategyType },
      set: {
        serviceName: `${release}-internal`,
        podManagementPolicy: "Parallel",
        ...filled({ persistentVolumeClaimRetentionPolicy: given.persistentVolumeClaimRetentionPolicy }),
        volumeClaimTemplates: [
          ...(dataStorage.enabled ? [claim("data", dataStorage)] : []),
          ...(auditStorage.enabled ? [claim("audit", auditStorage)] : []),
        ],
      },
      volumes: [
        { name: "config", configMap: { name: `${release}-config` } },
        ...given.volumes,
        { name: "home", emptyDir: {} },
      ],
      containers: [
        {
          name: "vault",
          image: IMAGE,
          command: ["/bin/sh", "-ec"],
          ports: [
            { name: scheme, containerPort: 8200, protocol: "TCP" },
            { name: "https-internal", containerPort: 8201, protocol: "TCP" },
            { name: `${scheme}-rep`, containerPort: 8202, protocol: "TCP" },
          ],
          env: Object.entries({
            VAULT_ADDR: `${scheme}://127.0.0.1:8200`,
            ...(ha.apiAddr !== null && { VAULT_API_ADDR: ha.apiAddr }),
            ...(given.logFormat !== "" && { VAULT_LOG_FORMAT: given.logFormat }),
            ...given.extraEnvironmentVars,
          }).map(([name, value]) => ({ name, value })),
          resources: given.resources,
          securityContext: {
            ...(Object.keys(given.statefulSet.securityContext.container).length === 0
              ? { allowPrivilegeEscalation: false }
              : given.statefulSet.securityContext.container),
          },
          volumeMounts: [
            ...(auditStorage.enabled ? [{ name: "audit", mountPath: "/vault/audit" }] : []),
            ...(dataStorage.enabled ? [{ name: "data", mountPath: "/vault/data" }] : []),
            { name: "config", mountPath: "/vault/config" },
            ...given.volumeMounts,
            { name: "home", mountPath: "/home/vault" },
          ],
          readinessProbe: {
            exec: { command: ["/bin/sh", "-ec", "vault status -tls-skip-verify"] },
            failureThreshold: 2,
            initialDelaySeconds: 5,
            periodSeconds: 5,
            successThreshold: 1,
            timeoutSeconds: 3,
          },
          ...(given.livenessProbe.enabled && {
            livenessProbe: {
              httpGet: { path: given.livenessProbe.path, port: 8200, scheme: scheme.toUpperCase() },
              failureThreshold: given.livenessProbe.failureThreshold,
              initialDelaySeconds: 60,
              periodSeconds: 5,
              successThreshold: 1,
              timeoutSeconds: 3,
            },
          }),
          ...(given.postStart.length > 0 && { lifecycle: { postStart: { exec: { command: given.postStart } } } }),
        },
      ],
      pod: {
        topologySpreadConstraints: given.topologySpreadConstraints,
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } },
            ],
          },
        },
      },
    }),
    ...(ha.enabled && ha.disruptionBudget.enabled
      ? [
          budget(release, namespace, labels, {
            maxUnavailable: ha.disruptionBudget.maxUnavailable ?? Math.ceil(replicas / 2) - 1,
          }),
        ]
      : []),
  ];
}

/** The chart's own way into pods, which the platform leaves out; its webhook asks for an annotation and never insists. */
function injector({ release, namespace }: Installation): KubeObject[] {
  const name = `${release}-agent-injector`;
  const labels = { ...labelsOf(name, release), component: "webhook" };
  return [
    serviceAccount(name, namespace, labels),
    service(`${name}-svc`, namespace, labels, [{ name: "https", port: 443, targetPort: 8080 }]),
    workload({
      name,
      namespace,
      labels,
      serviceAccount: name,
      podSecurityContext: userAndGroup,
      containers: [
        {
          name: "sidecar-injector",
          image: "hashicorp/vault-k8s:1.7.6",
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    }),
  ];
}
