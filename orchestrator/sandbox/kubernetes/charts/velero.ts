import { z } from "zod";
import type { KubeObject } from "../object";
import { fullName, type ChartTable, type Installation } from "./chart";
import { veleroDefinitions } from "./definitions/velero";
import { anything, filled, httpProbe, labelsOf, service, serviceAccount, workload } from "./workload";

const storageLocation = z.strictObject({
  name: z.string().default("default"),
  provider: z.string().default(""),
  bucket: z.string().default(""),
  prefix: z.string().optional(),
  default: z.boolean().default(false),
  accessMode: z.enum(["ReadWrite", "ReadOnly"]).default("ReadWrite"),
  config: z.record(z.string(), z.string()).default({}),
});
const values = z.strictObject({
  image: z.strictObject({ tag: z.string().default("v1.18.1") }).prefault({}),
  upgradeCRDs: z.boolean().default(true),
  cleanUpCRDs: z.boolean().default(false),
  upgradeJobResources: anything.default({}),
  credentials: z.strictObject({ useSecret: z.boolean().default(true) }).prefault({}),
  serviceAccount: z
    .strictObject({
      server: z.strictObject({ create: z.boolean().default(true), name: z.string().optional() }).prefault({}),
    })
    .prefault({}),
  initContainers: z.array(anything).default([]),
  configuration: z
    .strictObject({
      features: z.string().optional(),
      backupStorageLocation: z.array(storageLocation).default([]),
      defaultSnapshotMoveData: z.boolean().optional(),
      defaultVolumesToFsBackup: z.boolean().optional(),
      defaultBackupTTL: z.string().optional(),
    })
    .prefault({}),
  snapshotsEnabled: z.boolean().default(true),
  deployNodeAgent: z.boolean().default(false),
  nodeAgent: z
    .strictObject({ resources: anything.default({}), tolerations: z.array(anything).default([]) })
    .prefault({}),
  resources: anything.default({}),
  containerSecurityContext: anything.default({}),
});
type Values = z.infer<typeof values>;

/** Velero 12.1.0: the server, on demand an agent on each node, and where backups go. */
export const velero: ChartTable<Values> = {
  version: "12.1.0",
  appVersion: "1.18.1",
  values,
  definitions: veleroDefinitions,
  objects(given, installation) {
    const { release, namespace } = installation;
    const name = fullName(release, "velero");
    const labels = labelsOf("velero", release);
    const account = given.serviceAccount.server.name ?? `${name}-server`;
    const port = { name: "http-monitoring", port: 8085, targetPort: "http-monitoring" };
    return [
      ...(given.serviceAccount.server.create ? [serviceAccount(account, namespace, labels, true)] : []),
      server(name, account, labels, given, installation),
      service(name, namespace, labels, [port]),
      ...(given.deployNodeAgent ? [agent(account, given, installation)] : []),
      ...given.configuration.backupStorageLocation
        .filter(({ provider }) => provider !== "")
        .map(locationIn(installation, labels)),
    ];
  },
};

const image = (given: Values): string => `docker.io/velero/velero:${given.image.tag}`;
const MONITORING = { name: "http-monitoring", containerPort: 8085 };

function server(
  name: string,
  account: string,
  labels: Record<string, string>,
  given: Values,
  { namespace }: Installation,
): KubeObject {
  const { features, defaultSnapshotMoveData, defaultVolumesToFsBackup, defaultBackupTTL } = given.configuration;
  const timing = { initialDelaySeconds: 10, periodSeconds: 30, timeoutSeconds: 5, failureThreshold: 5 };
  return workload({
    name,
    namespace,
    labels,
    strategy: { type: "Recreate" },
    serviceAccount: account,
    initContainers: given.initContainers,
    containers: [
      {
        name: "velero",
        image: image(given),
        args: [
          "server",
          ...(features === undefined ? [] : [`--features=${features}`]),
          ...(defaultSnapshotMoveData === true ? ["--default-snapshot-move-data"] : []),
          ...(defaultVolumesToFsBackup === true ? ["--default-volumes-to-fs-backup"] : []),
          ...(defaultBackupTTL === undefined ? [] : [`--default-backup-ttl=${defaultBackupTTL}`]),
        ],
        ports: [MONITORING],
        resources: given.resources,
        securityContext: given.containerSecurityContext,
        volumeMounts: [
          { name: "plugins", mountPath: "/plugins" },
          { name: "scratch", mountPath: "/scratch" },
        ],
        livenessProbe: httpProbe("/metrics", "http-monitoring", timing),
        readinessProbe: httpProbe("/metrics", "http-monitoring", timing),
      },
    ],
    volumes: [
      { name: "plugins", emptyDir: {} },
      { name: "scratch", emptyDir: {} },
    ],
    // The chart waits an hour for what is being written when the server is told to go.
    pod: { terminationGracePeriodSeconds: 3600 },
  });
}

function agent(account: string, given: Values, { release, namespace }: Installation): KubeObject {
  const hostPath = (name: string, path: string) => ({ name, hostPath: { path } });
  return workload({
    kind: "DaemonSet",
    name: "node-agent",
    namespace,
    labels: { ...labelsOf("velero", release), name: "node-agent", role: "node-agent" },
    serviceAccount: account,
    podSecurityContext: { runAsUser: 0 },
    containers: [
      {
        name: "node-agent",
        image: image(given),
        args: ["node-agent", "server"],
        ports: [MONITORING],
        resources: given.nodeAgent.resources,
        volumeMounts: [
          { name: "host-pods", mountPath: "/host_pods" },
          { name: "host-plugins", mountPath: "/var/lib/kubelet/plugins" },
          { name: "scratch", mountPath: "/scratch" },
        ],
      },
    ],
    volumes: [
      hostPath("host-pods", "/var/lib/kubelet/pods"),
      hostPath("host-plugins", "/var/lib/kubelet/plugins"),
      { name: "scratch", emptyDir: {} },
    ],
    pod: filled({ tolerations: given.nodeAgent.tolerations }),
  });
}

const locationIn =
  ({ namespace }: Installation, labels: Record<string, string>) =>
  ({
    name,
    provider,
    bucket,
    prefix,
    config,
    accessMode,
    default: isDefault,
  }: z.infer<typeof storageLocation>): KubeObject => ({
    apiVersion: "velero.io/v1",
    kind: "BackupStorageLocation",
    metadata: { name, namespace, labels },
    spec: {
      provider,
      accessMode,
      default: isDefault,
      objectStorage: { bucket, ...(prefix !== undefined && { prefix }) },
      config,
    },
  });
