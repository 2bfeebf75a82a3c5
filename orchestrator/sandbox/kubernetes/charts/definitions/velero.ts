import { bool, definition, fields, list, map, open, text } from "../schema";
import { backupStorageLocationBounds } from "./bounds/backup-storage-location";

/** Kinds of Velero 1.18, with the fields the platform and its checks write. */
const GROUP = "velero.io";

const location = fields({
  "provider!": text(),
  "objectStorage!": fields({ "bucket!": text(), prefix: text(), caCert: text(), caCertRef: open }),
  config: map,
  default: bool,
  accessMode: text("ReadOnly", "ReadWrite"),
  credential: open,
  validationFrequency: text(),
  backupSyncPeriod: text(),
});
const names = list(text());
const backup = fields({
  includedNamespaces: names,
  excludedNamespaces: names,
  includedResources: names,
  excludedResources: names,
  includeClusterResources: bool,
  labelSelector: open,
  snapshotVolumes: bool,
  snapshotMoveData: bool,
  defaultVolumesToFsBackup: bool,
  storageLocation: text(),
  csiSnapshotTimeout: text(),
  itemOperationTimeout: text(),
  hooks: open,
  metadata: open,
  ttl: text(),
});
const schedule = fields({
  "schedule!": text(),
  "template!": backup,
  paused: bool,
  skipImmediately: bool,
  useOwnerReferencesInBackup: bool,
});
const restore = fields({
  backupName: text(),
  scheduleName: text(),
  includedNamespaces: names,
  excludedNamespaces: names,
  includedResources: names,
  excludedResources: names,
  namespaceMapping: map,
  existingResourcePolicy: text(),
  includeClusterResources: bool,
  restorePVs: bool,
});

export const veleroDefinitions = [
  definition({ group: GROUP, kind: "BackupRepository", plural: "backuprepositories", versions: ["v1"] }),
  definition({ group: GROUP, kind: "Backup", versions: ["v1"], spec: backup }),
  definition({
    group: GROUP,
    kind: "BackupStorageLocation",
    versions: ["v1"],
    spec: location,
    bounds: backupStorageLocationBounds,
  }),
  definition({ group: GROUP, kind: "DataDownload", versions: ["v2alpha1"] }),
  definition({ group: GROUP, kind: "DataUpload", versions: ["v2alpha1"] }),
  definition({
    group: GROUP,
    kind: "DeleteBackupRequest",
    versions: ["v1"],
    spec: fields({ "backupName!": text() }),
  }),
  definition({ group: GROUP, kind: "DownloadRequest", versions: ["v1"] }),
  definition({ group: GROUP, kind: "PodVolumeBackup", versions: ["v1"] }),
  definition({ group: GROUP, kind: "PodVolumeRestore", versions: ["v1"] }),
  definition({ group: GROUP, kind: "Restore", versions: ["v1"], spec: restore }),
  definition({ group: GROUP, kind: "Schedule", versions: ["v1"], spec: schedule }),
  definition({ group: GROUP, kind: "ServerStatusRequest", versions: ["v1"] }),
  definition({ group: GROUP, kind: "VolumeSnapshotLocation", versions: ["v1"] }),
];
