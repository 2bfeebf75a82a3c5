import { at, listAt, refOf, selects, type KubeObject } from "../kubernetes/object";
import { namespaceOf, noCredentials, rightsOf, type OperatorContext } from "./operator";
import type { Outcome } from "./velero";

const API = "velero.io/v1";
/** What the rehearsal saves, in the order it is restored: what others need first. Pods come from their owners. */
const KINDS: readonly (readonly [apiVersion: string, kind: string])[] = [
  ["v1", "Namespace"],
  ["v1", "ServiceAccount"],
  ["v1", "LimitRange"],
  ["v1", "ResourceQuota"],
  ["rbac.authorization.k8s.io/v1", "Role"],
  ["rbac.authorization.k8s.io/v1", "RoleBinding"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["v1", "PersistentVolumeClaim"],
  ["v1", "Secret"],
  ["v1", "ConfigMap"],
  ["v1", "Service"],
  ["policy/v1", "PodDisruptionBudget"],
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["apps/v1", "DaemonSet"],
];
/** Every namespace comes with these anew. */
const GIVEN = ["ServiceAccount/default", "ConfigMap/kube-root-ca.crt"];

const keyOf = (backup: string): string => `backups/${backup}/${backup}.json`;

/** The buckets as Velero's role sees them, and the bucket of one location. */
function storeOf(context: OperatorContext, location: unknown) {
  const { world, self, cloud } = context;
  const rights = rightsOf(context);
  if (rights === undefined) throw new Error(noCredentials("S3: PutObject"));
  const all = world.list(API, "BackupStorageLocation", namespaceOf(self));
  const found = all.find((one) =>
    location === undefined ? at(one, "spec", "default") === true : one.metadata.name === location,
  );
  return {
    buckets: cloud.buckets(rights.roleArn),
    bucket: String(at(found, "spec", "objectStorage", "bucket")),
  };
}

/** Writes the objects of the wanted namespaces to the bucket. */
export async function backUp(context: OperatorContext, backup: KubeObject): Promise<Outcome> {
  const { buckets, bucket } = storeOf(context, at(backup, "spec", "storageLocation"));
  const included = listAt<string>(backup, "spec", "includedNamespaces");
  const excluded = listAt<string>(backup, "spec", "excludedNamespaces");
  const takes = ({ kind, metadata }: KubeObject): boolean => {
    const namespace = kind === "Namespace" ? metadata.name : (metadata.namespace ?? "");
    const wanted = included.length === 0 || included.includes("*") || included.includes(namespace);
    return wanted && !excluded.includes(namespace) && metadata.deletionTimestamp === undefined;
  };
  const objects: KubeObject[] = [];
  for (const [apiVersion, kind] of KINDS)
    objects.push(...(await context.world.api.list(apiVersion, kind)).items.filter(takes).map(saved));
  const claims = objects.filter(({ kind }) => kind === "PersistentVolumeClaim");
  const snapshots =
    at(backup, "spec", "snapshotVolumes") === false ? { attempted: 0, errors: [] } : await snapshot(context, claims);
  buckets.put(bucket, keyOf(backup.metadata.name), JSON.stringify(objects));
  return {
    items: objects.length,
    errors: snapshots.errors,
    more: {
      formatVersion: "1.1.0",
      version: 1,
      ...(snapshots.attempted > 0 && {
        csiVolumeSnapshotsAttempted: snapshots.attempted,
        csiVolumeSnapshotsCompleted: snapshots.attempted - snapshots.errors.length,
      }),
    },
  };
}

/** A claim is snapshotted by the class for its driver that carries Velero's label; without one its data is left out. */
async function snapshot(
  { world }: OperatorContext,
  claims: readonly KubeObject[],
): Promise<{ attempted: number; errors: string[] }> {
  if (claims.length === 0) return { attempted: 0, errors: [] };
  const [classes, snapshotClasses] = await Promise.all([
    world.api.list("storage.k8s.io/v1", "StorageClass"),
    world.api.list("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass"),
  ]);
  const drivers = snapshotClasses.items
    .filter(({ metadata }) => selects({ "velero.io/csi-volumesnapshot-class": "true" }, metadata.labels))
    .map((one) => one["driver"]);
  const errors = claims.flatMap((claim) => {
    const name = at(claim, "spec", "storageClassName");
    const driver = classes.items.find(({ metadata }) => metadata.name === name)?.["provisioner"];
    return drivers.includes(driver)
      ? []
      : [`failed to get VolumeSnapshotClass for StorageClass ${String(name)}: no class for driver ${String(driver)}`];
  });
  return { attempted: claims.length, errors };
}

/** An object as it can be made again: without what the cluster added. */
function saved(object: KubeObject): KubeObject {
  const { status: _status, metadata, ...rest } = object;
  const { name, namespace, labels, annotations } = metadata;
  const spec = { ...(rest["spec"] as Record<string, unknown> | undefined) };
  for (const given of ["clusterIP", "clusterIPs", "volumeName"]) delete spec[given];
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    },
    ...(rest["spec"] !== undefined && { spec }),
  };
}

/** Makes again what a backup holds and the cluster does not; what is there stays as it is. */
export async function restore(context: OperatorContext, wanted: KubeObject): Promise<Outcome> {
  const name = String(at(wanted, "spec", "backupName"));
  const backup = context.world.get({ apiVersion: API, kind: "Backup", name, namespace: wanted.metadata.namespace });
  if (backup === undefined) throw new Error(`error retrieving backup: backups.velero.io "${name}" not found`);
  const { buckets, bucket } = storeOf(context, at(backup, "spec", "storageLocation"));
  const body = buckets.get(bucket, keyOf(name));
  if (body === undefined) throw new Error(`error getting backup contents: key ${keyOf(name)} not found`);
  const errors: string[] = [];
  let items = 0;
  for (const object of JSON.parse(body) as KubeObject[]) {
    if (GIVEN.includes(`${object.kind}/${object.metadata.name}`)) continue;
    if ((await context.world.api.get(refOf(object))) !== undefined) continue;
    const labels = {
      ...object.metadata.labels,
      "velero.io/backup-name": name,
      "velero.io/restore-name": wanted.metadata.name,
    };
    try {
      await context.world.api.create({ ...object, metadata: { ...object.metadata, labels } });
      items++;
    } catch (error) {
      errors.push(`${object.kind} ${object.metadata.name}: ${(error as Error).message}`);
    }
  }
  return { items, errors };
}

/** Removes a backup with its data and its restores. */
export async function forget(context: OperatorContext, request: KubeObject): Promise<void> {
  const { world } = context;
  const name = String(at(request, "spec", "backupName"));
  const namespace = request.metadata.namespace ?? "";
  const backup = world.get({ apiVersion: API, kind: "Backup", name, namespace });
  if (backup !== undefined) {
    const { buckets, bucket } = storeOf(context, at(backup, "spec", "storageLocation"));
    buckets.remove(bucket, keyOf(name));
    for (const done of world.list(API, "Restore", namespace))
      if (at(done, "spec", "backupName") === name) await world.remove(done);
    await world.remove(backup);
  }
  await world.remove(request);
}
