import { bool, definition, fields, int, list, map, open, resources, text } from "../schema";
import { backupBounds } from "./bounds/backup";
import { clusterBounds } from "./bounds/cluster";
import { objectStoreBounds } from "./bounds/object-store";
import { scheduledBackupBounds } from "./bounds/scheduled-backup";

/** Kinds of CloudNativePG 1.30.0 and its Barman plugin v0.13.0, with the fields the platform writes and those that published rules name. */
const GROUP = "postgresql.cnpg.io";

const storage = fields({
  size: text(),
  storageClass: text(),
  resizeInUseVolumes: { type: "boolean", default: true },
  pvcTemplate: open,
});
const synchronous = fields({
  "method!": text("any", "first"),
  "number!": { type: "integer" },
  dataDurability: text("required", "preferred"),
  failoverQuorum: bool,
  maxStandbyNamesFromCluster: int,
  podFailureDomainKeys: list(text()),
  nodeFailureDomainKeys: list(text()),
  standbyNamesPre: list(text()),
  standbyNamesPost: list(text()),
});
const cluster = fields({
  "instances!": { type: "integer", default: 1 },
  description: text(),
  imageName: text(),
  imageCatalogRef: open,
  storage,
  walStorage: storage,
  resources,
  affinity: fields({
    enablePodAntiAffinity: bool,
    podAntiAffinityType: text(),
    topologyKey: text(),
    nodeSelector: map,
    nodeAffinity: open,
    tolerations: list(open),
    additionalPodAffinity: open,
    additionalPodAntiAffinity: open,
  }),
  topologySpreadConstraints: list(open),
  postgresql: fields({
    parameters: map,
    pg_hba: list(text()),
    pg_ident: list(text()),
    synchronous,
    syncReplicaElectionConstraint: fields({ "enabled!": bool, nodeLabelsAntiAffinity: list(text()) }),
  }),
  bootstrap: fields({
    initdb: fields({
      database: text(),
      owner: text(),
      secret: fields({ "name!": text() }),
      dataChecksums: bool,
      encoding: text(),
      localeProvider: text(),
      builtinLocale: text(),
      icuLocale: text(),
      icuRules: text(),
      localeCollate: text(),
      localeCType: text(),
    }),
    recovery: open,
    pg_basebackup: open,
  }),
  plugins: list(
    fields({
      "name!": text(),
      enabled: { type: "boolean", default: true },
      isWALArchiver: { type: "boolean", default: false },
      parameters: map,
    }),
  ),
  backup: open,
  externalClusters: list(open),
  enableSuperuserAccess: { type: "boolean", default: false },
  enablePDB: { type: "boolean", default: true },
  primaryUpdateStrategy: { ...text("unsupervised", "supervised"), default: "unsupervised" },
  primaryUpdateMethod: { ...text("switchover", "restart"), default: "restart" },
  startDelay: { type: "integer", default: 3600 },
  stopDelay: { type: "integer", default: 1800 },
  inheritedMetadata: fields({ labels: map, annotations: map }),
  managed: open,
  monitoring: open,
  logLevel: { ...text("error", "warning", "info", "debug", "trace"), default: "info" },
  probes: open,
  priorityClassName: text(),
});
const named = fields({ "name!": text() });
const method = { ...text("barmanObjectStore", "volumeSnapshot", "plugin"), default: "barmanObjectStore" };
const plugin = fields({ "name!": text(), parameters: map });
const backup = fields({
  "cluster!": named,
  method,
  target: text("primary", "prefer-standby"),
  online: bool,
  onlineConfiguration: open,
  pluginConfiguration: plugin,
});
const scheduledBackup = fields({
  "cluster!": named,
  "schedule!": text(),
  immediate: bool,
  suspend: bool,
  backupOwnerReference: { ...text("none", "self", "cluster"), default: "none" },
  method,
  target: text("primary", "prefer-standby"),
  online: bool,
  onlineConfiguration: open,
  pluginConfiguration: plugin,
});
const objectStore = fields({
  "configuration!": fields({
    "destinationPath!": { type: "string" },
    endpointURL: text(),
    serverName: text(),
    s3Credentials: fields({
      inheritFromIAMRole: bool,
      accessKeyId: open,
      secretAccessKey: open,
      region: open,
      sessionToken: open,
    }),
    wal: fields({
      compression: text("bzip2", "gzip", "lz4", "snappy", "xz", "zstd"),
      encryption: text("AES256", "aws:kms"),
      maxParallel: { type: "integer" },
    }),
    data: fields({
      compression: text("bzip2", "gzip", "lz4", "snappy"),
      encryption: text("AES256", "aws:kms"),
      jobs: { type: "integer" },
      immediateCheckpoint: bool,
    }),
    tags: map,
    historyTags: map,
  }),
  instanceSidecarConfiguration: fields({
    resources,
    env: list(open),
    logLevel: { ...text("error", "warning", "info", "debug", "trace"), default: "info" },
    retentionPolicyIntervalSeconds: { type: "integer", default: 1800 },
  }),
  retentionPolicy: { type: "string" },
});

export const cloudnativePgDefinitions = [
  definition({ group: GROUP, kind: "Cluster", versions: ["v1"], spec: cluster, bounds: clusterBounds }),
  definition({ group: GROUP, kind: "Backup", versions: ["v1"], spec: backup, bounds: backupBounds }),
  definition({
    group: GROUP,
    kind: "ScheduledBackup",
    versions: ["v1"],
    spec: scheduledBackup,
    bounds: scheduledBackupBounds,
  }),
  definition({ group: GROUP, kind: "ClusterImageCatalog", scope: "Cluster", versions: ["v1"] }),
  ...["DatabaseRole", "Database", "FailoverQuorum", "ImageCatalog", "Pooler", "Publication", "Subscription"].map(
    (kind) => definition({ group: GROUP, kind, versions: ["v1"] }),
  ),
];

export const barmanCloudDefinitions = [
  definition({
    group: "barmancloud.cnpg.io",
    kind: "ObjectStore",
    versions: ["v1"],
    spec: objectStore,
    bounds: objectStoreBounds,
  }),
];
