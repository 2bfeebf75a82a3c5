import { at, type KubeObject } from "../kubernetes/object";
import { message, namespaceOf, noCredentials, rightsOf, type Operator, type OperatorContext } from "./operator";
import { backUp, forget, restore } from "./velero-archive";

export const VELERO_API = "velero.io/v1";
/** Five fields, an `@daily` or an `@every 1h`; what stands in them is the cron library's affair. */
const CRON = /^(@[a-z]+( \S+)?|(\S+\s+){4}\S+)$/;

/** Velero: says whether it reaches its buckets, writes and reads backups, and starts what schedules ask for. */
export const velero: Operator = {
  name: "velero",
  deployment: { "app.kubernetes.io/name": "velero" },
  kinds: ["BackupStorageLocation", "Schedule", "Backup", "Restore", "DeleteBackupRequest"].map((kind) => ({
    apiVersion: VELERO_API,
    kind,
  })),
  async reconcile(context) {
    const { world, self } = context;
    if (!this.kinds.every((kind) => world.knows(kind))) return true;
    const mine = (kind: string) =>
      world
        .list(VELERO_API, kind, namespaceOf(self))
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    let blocked = false;
    for (const location of mine("BackupStorageLocation")) blocked = !(await judge(context, location)) || blocked;
    for (const schedule of mine("Schedule")) await start(context, schedule);
    for (const backup of mine("Backup")) if (isNew(backup)) await run(context, backup, backUp);
    for (const wanted of mine("Restore")) if (isNew(wanted)) await run(context, wanted, restore);
    for (const request of mine("DeleteBackupRequest")) await forget(context, request);
    return blocked;
  },
};

function isNew(object: KubeObject): boolean {
  const phase = at(object, "status", "phase");
  return phase === undefined || phase === "" || phase === "New";
}

/** A location is available when the server may list its bucket. */
async function judge(context: OperatorContext, location: KubeObject): Promise<boolean> {
  const problem = problemOf(context, location);
  const phase = problem === undefined ? "Available" : "Unavailable";
  const said = `BackupStorageLocation "${location.metadata.name}" is unavailable: rpc error: code = Unknown desc = `;
  const wanted = { phase, message: problem === undefined ? "" : `${said}${problem}` };
  const unchanged =
    at(location, "status", "phase") === phase && (at(location, "status", "message") ?? "") === wanted.message;
  if (!unchanged) await context.world.status(location, { ...wanted, lastValidationTime: context.now() });
  return problem === undefined;
}

function problemOf(context: OperatorContext, location: KubeObject): string | undefined {
  const rights = rightsOf(context);
  if (rights === undefined) return noCredentials("S3: ListObjectsV2");
  try {
    const bucket = String(at(location, "spec", "objectStorage", "bucket"));
    context.cloud.buckets(rights.roleArn).list(bucket, "");
    return undefined;
  } catch (error) {
    return message(error);
  }
}

/** A schedule's first backup is made at once. Later ones come by the hour, which no rehearsal lasts. */
async function start({ world, now }: OperatorContext, schedule: KubeObject): Promise<void> {
  const cron = String(at(schedule, "spec", "schedule"));
  if (!CRON.test(cron)) {
    await world.status(schedule, { phase: "FailedValidation", validationErrors: [`invalid schedule: ${cron}`] });
    return;
  }
  const time = now();
  const waits =
    at(schedule, "spec", "paused") === true ||
    at(schedule, "spec", "skipImmediately") === true ||
    at(schedule, "status", "lastBackup") !== undefined;
  if (waits) {
    await world.status(schedule, { phase: "Enabled" });
    return;
  }
  const { name, namespace = "" } = schedule.metadata;
  await world.ensure(
    {
      apiVersion: VELERO_API,
      kind: "Backup",
      metadata: {
        name: `${name}-${time.replace(/\D/g, "").slice(0, 14)}`,
        namespace,
        labels: { "velero.io/schedule-name": name },
      },
      spec: at(schedule, "spec", "template"),
    },
    "velero-server",
  );
  await world.status(schedule, { phase: "Enabled", lastBackup: time });
}

/** What became of one backup or restore. */
export interface Outcome {
  readonly items: number;
  readonly errors: readonly string[];
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Does a piece of work and writes how it ended. */
async function run(
  context: OperatorContext,
  object: KubeObject,
  work: (context: OperatorContext, object: KubeObject) => Promise<Outcome>,
): Promise<void> {
  const startTimestamp = context.now();
  const end = (phase: string, more: Readonly<Record<string, unknown>>) =>
    context.world.status(object, { phase, startTimestamp, completionTimestamp: context.now(), ...more });
  const invalid = locationProblem(context, object);
  if (invalid !== undefined) {
    await end("FailedValidation", { validationErrors: [invalid] });
    return;
  }
  try {
    const { items, errors, more = {} } = await work(context, object);
    const progress = { totalItems: items, [object.kind === "Backup" ? "itemsBackedUp" : "itemsRestored"]: items };
    const failed = errors.length > 0 && { errors: errors.length, failureReason: errors.join("; ") };
    await end(errors.length === 0 ? "Completed" : "PartiallyFailed", { progress, ...more, ...failed });
  } catch (error) {
    await end("Failed", { failureReason: message(error) });
  }
}

/** Where a backup goes has to be there and available. */
function locationProblem({ world, self }: OperatorContext, object: KubeObject): string | undefined {
  if (object.kind !== "Backup") return undefined;
  const all = world.list(VELERO_API, "BackupStorageLocation", namespaceOf(self));
  const name = at(object, "spec", "storageLocation");
  const location = all.find((one) =>
    name === undefined ? at(one, "spec", "default") === true : one.metadata.name === name,
  );
  const called = typeof name === "string" ? name : "default";
  if (location === undefined)
    return `a BackupStorageLocation CRD with the name specified in the backup spec needs to be created before this backup can be executed. Error: backupstoragelocations.velero.io "${called}" not found`;
  return at(location, "status", "phase") === "Available"
    ? undefined
    : `backup can't be created because BackupStorageLocation ${called} is in Unavailable status`;
}
