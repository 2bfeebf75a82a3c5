import { at, conditionOf, listAt, selects, type KubeObject } from "../kubernetes/object";
import { message, noCredentials, type OperatorContext } from "./operator";
import { withConditions } from "./world";

const API = "postgresql.cnpg.io/v1";
const STORE = "barmancloud.cnpg.io/v1";
const PLUGIN = "barman-cloud.cloudnative-pg.io";

/** Where a Cluster's archive goes, as its instances may use it. */
function storeOf({ world, cloud, cluster: place }: OperatorContext, cluster: KubeObject) {
  const { name, namespace = "" } = cluster.metadata;
  const plugin = listAt(cluster, "spec", "plugins").find((one) => one["name"] === PLUGIN && one["enabled"] !== false);
  if (plugin === undefined) throw new Error("requested plugin is not available: barman");
  const up = world
    .list("apps/v1", "Deployment")
    .some(
      (one) =>
        selects({ "app.kubernetes.io/name": "plugin-barman-cloud" }, one.metadata.labels) &&
        Number(at(one, "status", "availableReplicas") ?? 0) > 0,
    );
  if (!up) throw new Error(`plugin ${PLUGIN} is not loaded`);
  const called = String(at(plugin, "parameters", "barmanObjectName"));
  const store = world.get({ apiVersion: STORE, kind: "ObjectStore", name: called, namespace });
  if (store === undefined) throw new Error(`objectstores.barmancloud.cnpg.io "${called}" not found`);
  const role = cloud.podIdentityRole(place, namespace, name);
  if (role === undefined) throw new Error(noCredentials("S3: PutObject"));
  const path = String(at(store, "spec", "configuration", "destinationPath"));
  const [bucket = "", ...rest] = path.replace(/^s3:\/\//, "").split("/");
  const prefix = [...rest.filter((part) => part !== ""), name].join("/");
  return { buckets: cloud.buckets(role.roleArn), bucket, prefix };
}

/** Archives WAL: undefined where nobody asked for it, empty when it works, else why it does not. */
export function archive(context: OperatorContext, cluster: KubeObject): string | undefined {
  const archiver = listAt(cluster, "spec", "plugins").some(
    (one) => one["isWALArchiver"] === true && one["enabled"] !== false,
  );
  if (!archiver) return undefined;
  try {
    const { buckets, bucket, prefix } = storeOf(context, cluster);
    const key = `${prefix}/wals/0000000100000000/000000010000000000000001.gz`;
    if (!buckets.list(bucket, `${prefix}/wals/`).includes(key)) buckets.put(bucket, key, "wal");
    return "";
  } catch (error) {
    return message(error);
  }
}

/** Starts what schedules ask for and takes new backups; true when one could not be taken. */
export async function keepBackups(context: OperatorContext): Promise<boolean> {
  const { world } = context;
  for (const schedule of world.list(API, "ScheduledBackup"))
    if (schedule.metadata.deletionTimestamp === undefined) await start(context, schedule);
  let waits = false;
  for (const backup of world.list(API, "Backup")) {
    const phase = at(backup, "status", "phase");
    if (phase === undefined || phase === "") waits = !(await take(context, backup)) || waits;
  }
  return waits;
}

/** The first one at once, where the schedule says so; later ones come by the clock, which no rehearsal lasts. */
async function start({ world, now }: OperatorContext, schedule: KubeObject): Promise<void> {
  const due =
    at(schedule, "spec", "immediate") === true &&
    at(schedule, "spec", "suspend") !== true &&
    at(schedule, "status", "lastScheduleTime") === undefined;
  if (!due) return;
  const time = now();
  const { name, namespace = "" } = schedule.metadata;
  const of = (field: string) => at(schedule, "spec", field);
  const given = Object.fromEntries(
    ["cluster", "method", "target", "pluginConfiguration"].flatMap((field) =>
      of(field) === undefined ? [] : [[field, of(field)]],
    ),
  );
  await world.ensure(
    {
      apiVersion: API,
      kind: "Backup",
      metadata: {
        name: `${name}-${time.replace(/\D/g, "").slice(0, 14)}`,
        namespace,
        labels: { "cnpg.io/scheduled-backup": name, "cnpg.io/immediateBackup": "true" },
      },
      spec: given,
    },
    "cloudnative-pg",
  );
  await world.status(schedule, { lastCheckTime: time, lastScheduleTime: time });
}

/** Takes one backup; false while its cluster is not ready for it. */
async function take(context: OperatorContext, backup: KubeObject): Promise<boolean> {
  const { world, now } = context;
  const { namespace = "" } = backup.metadata;
  const cluster = world.get({
    apiVersion: API,
    kind: "Cluster",
    name: String(at(backup, "spec", "cluster", "name")),
    namespace,
  });
  const archiving = cluster && conditionOf(cluster, "ContinuousArchiving")?.status === "True";
  if (cluster === undefined || conditionOf(cluster, "Ready")?.status !== "True" || archiving !== true) return false;
  const startedAt = now();
  const method = at(backup, "spec", "method") ?? "barmanObjectStore";
  try {
    const { buckets, bucket, prefix } = storeOf(context, cluster);
    const backupId = startedAt.replace(/[-:Z]/g, "");
    buckets.put(bucket, `${prefix}/base/${backupId}/data.tar.gz`, "base");
    await world.status(backup, {
      phase: "completed",
      method,
      backupId,
      startedAt,
      stoppedAt: now(),
      instanceID: { podName: `${cluster.metadata.name}-1` },
    });
    await tellCluster(context, cluster, {
      type: "LastBackupSucceeded",
      status: "True",
      reason: "BackupSucceeded",
      message: "Backup was successful",
    });
  } catch (error) {
    await world.status(backup, { phase: "failed", method, startedAt, stoppedAt: now(), error: message(error) });
    await tellCluster(context, cluster, {
      type: "LastBackupSucceeded",
      status: "False",
      reason: "LastBackupFailed",
      message: message(error),
    });
  }
  return true;
}

async function tellCluster(
  { world, now }: OperatorContext,
  cluster: KubeObject,
  condition: { type: string; status: "True" | "False"; reason: string; message: string },
): Promise<void> {
  await world.status(cluster, { conditions: withConditions(cluster["status"], [condition], now) });
}
