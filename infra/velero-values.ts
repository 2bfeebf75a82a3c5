import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";

/** Velero and its plugin belong together: v1.14 of the plugin is for Velero 1.18 (the plugin's compatibility table). */
const VELERO = "v1.18.2";
const AWS_PLUGIN = "docker.io/velero/velero-plugin-for-aws:v1.14.2";

export interface VeleroStore {
  readonly bucket: pulumi.Input<string>;
  readonly location: string;
  readonly serviceAccount: string;
}

/** What the platform sets of the Velero chart, and why. */
export function veleroValues(config: PlatformConfig, { bucket, location, serviceAccount }: VeleroStore) {
  // Not a read-only file system: the archive of a backup and the uploader's cache are written to it.
  const containerSecurityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  };
  const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "1Gi" } };
  return {
    // The table's chart carries 1.18.1; the patch release is what the plugin was tested with.
    image: { tag: VELERO },
    // Definitions in a chart's own folder are never upgraded by Helm; a job does it here, and none removes them.
    upgradeCRDs: true,
    cleanUpCRDs: false,
    upgradeJobResources: resources,
    // Credentials come by Pod Identity (A15.2).
    credentials: { useSecret: false },
    serviceAccount: { server: { create: true, name: serviceAccount } },
    initContainers: [
      {
        name: "velero-plugin-for-aws",
        image: AWS_PLUGIN,
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
        securityContext: containerSecurityContext,
        volumeMounts: [{ name: "plugins", mountPath: "/target" }],
      },
    ],
    configuration: {
      features: "EnableCSI",
      backupStorageLocation: [
        {
          name: location,
          provider: "aws",
          bucket,
          default: true,
          accessMode: "ReadWrite",
          config: { region: config.region },
        },
      ],
      // Data goes into the bucket and does not stay in snapshots alone (A15.2).
      defaultSnapshotMoveData: true,
      defaultVolumesToFsBackup: false,
      defaultBackupTTL: `${config.backup.retentionDays * 24}h0m0s`,
    },
    // A native snapshot location would take snapshots past CSI, with rights of its own.
    snapshotsEnabled: false,
    // It runs as root with the pods' volumes mounted, which is how data is moved; hence the namespace's level.
    deployNodeAgent: true,
    nodeAgent: {
      resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
      // Volumes are on every node, whatever keeps ordinary pods away from it.
      tolerations: [{ operator: "Exists" }],
    },
    resources,
    containerSecurityContext,
  };
}
