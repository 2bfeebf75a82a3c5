import type { PlatformConfig } from "../config";
import { replicas } from "../release";
import { schedulesOf } from "../schedules";

/** The reference database: Postgres of the checkout (A11.6). */
export const POSTGRES = {
  cluster: "checkout",
  namespace: "checkout-database",
  database: "checkout",
  port: 5432,
  /** Where the operator asks an instance how it is (CloudNativePG, networking). */
  statusPort: 8000,
  metricsPort: 9187,
  objectStore: "checkout",
} as const;

export const BARMAN_PLUGIN = "barman-cloud.cloudnative-pg.io";
const ZONE = "topology.kubernetes.io/zone";
/** A11.7 asks for 60 s at least; recovery after a crash replays WAL and may take up to an hour. */
const START_SECONDS = 3600;

/** A primary with a standby in every other zone where availability counts (B4.2), else one instance (B4.1). */
export function instancesOf(config: PlatformConfig): number {
  return replicas(config, 3);
}

/**
 * Spec of the Cluster. The image is the one its operator was released with: one chart version, one Postgres, in every
 * environment (B4.3); an update of the operator leaves a running cluster's image as it is. Probes are the operator's, which knows a
 * start from a hang (A11.7).
 */
export function clusterSpec(config: PlatformConfig) {
  const instances = instancesOf(config);
  return {
    instances,
    startDelay: START_SECONDS,
    // Users never get the superuser; the operator makes the application's own and keeps it in a Secret (A11.8).
    enableSuperuserAccess: false,
    primaryUpdateStrategy: "unsupervised",
    // The standby that is furthest takes over, and clients wait seconds instead of a restart.
    primaryUpdateMethod: instances > 1 ? "switchover" : "restart",
    // A budget over a single instance would keep its node from ever being drained.
    enablePDB: instances > 1,
    bootstrap: { initdb: { database: POSTGRES.database, owner: POSTGRES.database, dataChecksums: true } },
    storage: { size: `${config.stateful.postgres.diskGib}Gi`, storageClass: "gp3" },
    affinity: {
      enablePodAntiAffinity: true,
      topologyKey: ZONE,
      // A volume is in one zone for good: two members in one would be lost together (A11.3).
      podAntiAffinityType: instances > 1 ? "required" : "preferred",
    },
    // A conservative start: advice on sizes comes by use (A11.6).
    resources: { requests: { cpu: "250m", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } },
    postgresql: {
      parameters: {
        max_connections: String(MAX_CONNECTIONS),
        // A quarter of the memory, the documentation's own first guess.
        shared_buffers: "256MB",
        // A WAL file is archived every five minutes at the latest: what can be lost with the volumes (B4.2).
        archive_timeout: "5min",
      },
      ...(instances > 1 && {
        // What is committed is in two zones; while a standby is away, the others go on (B4.2).
        synchronous: { method: "any", number: 1, dataDurability: "preferred" },
      }),
    },
    inheritedMetadata: { labels: { "app.kubernetes.io/part-of": POSTGRES.cluster } },
    ...(config.backup.enabled && {
      plugins: [{ name: BARMAN_PLUGIN, isWALArchiver: true, parameters: { barmanObjectName: POSTGRES.objectStore } }],
    }),
  };
}

/** Connections to one instance; each takes memory, so that more needs a pooler and not a larger number. */
export const MAX_CONNECTIONS = 100;

/** Spec of the ObjectStore: where archives and base backups go, with rights by Pod Identity. */
export function objectStoreSpec(config: PlatformConfig, bucket: string) {
  return {
    retentionPolicy: `${config.backup.retentionDays}d`,
    configuration: {
      destinationPath: `s3://${bucket}/`,
      s3Credentials: { inheritFromIAMRole: true },
      // The bucket encrypts by its own key; asking for another kind here would be refused.
      wal: { compression: "gzip", maxParallel: 2 },
      data: { compression: "gzip", jobs: 2 },
    },
    instanceSidecarConfiguration: {
      resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
    },
  };
}

/** ScheduledBackups by name: Velero's own times, half an hour later, with the seconds CloudNativePG puts first. */
export function scheduledBackups(config: PlatformConfig): Readonly<Record<string, object>> {
  return Object.fromEntries(
    schedulesOf(config).map(({ name, cron }) => [
      `${POSTGRES.cluster}-${name}`,
      {
        schedule: `0 ${later(cron)}`,
        cluster: { name: POSTGRES.cluster },
        // The first one at once: a database without any copy is the state to be in for the shortest time.
        immediate: true,
        // Backups are records of what is in the bucket and outlive their schedule.
        backupOwnerReference: "none",
        method: "plugin",
        pluginConfiguration: { name: BARMAN_PLUGIN },
        target: "prefer-standby",
      },
    ]),
  );
}

/** Half an hour after a cron time of fixed minutes, within the same hour or the next. */
function later(cron: string): string {
  const [minute = "0", hour = "*", ...rest] = cron.split(" ");
  const moved = Number(minute) + 30;
  const nextHour = moved >= 60 && hour !== "*" ? String((Number(hour) + 1) % 24) : hour;
  return [String(moved % 60), nextHour, ...rest].join(" ");
}
