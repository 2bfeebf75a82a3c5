import type { KubernetesObject, V1PersistentVolumeClaim, V1Pod, V1StorageClass } from "@kubernetes/client-node";
import { nameOf, type ClusterView } from "./cluster-view";
import { each, type Seen } from "./finding";

/** Label by which Velero knows the class to snapshot with (Velero, CSI support). */
const CLASS_LABEL = "velero.io/csi-volumesnapshot-class";
/** Annotation by which Velero has a pod dump before its volumes are snapshotted (Velero, backup hooks). */
const DUMP_HOOK = "pre.hook.backup.velero.io/command";
/** Annotation of data that nobody would miss; dev's database has no backup on purpose (B4.1). */
const DISPOSABLE = "slipway.dev/disposable";
/** Servers of databases, by the last part of their image's name. */
const DATABASE =
  /(^|\/)(postgres(ql)?|mysql|mariadb|mongo(db)?|redis|elasticsearch|opensearch|cassandra|cockroach)[^/]*$/;

interface SnapshotClass extends KubernetesObject {
  driver?: string;
}
interface PostgresCluster extends KubernetesObject {
  spec?: { plugins?: { isWALArchiver?: boolean; enabled?: boolean }[]; backup?: { barmanObjectStore?: object } };
}

/** Claims whose data no backup can take (A15.4). */
export async function unsnapshotted(view: ClusterView): Promise<Seen> {
  const [claims, classes, snapshotClasses] = await Promise.all([
    view.list<V1PersistentVolumeClaim>("v1", "PersistentVolumeClaim"),
    view.list<V1StorageClass>("storage.k8s.io/v1", "StorageClass"),
    view.list<SnapshotClass>("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass"),
  ]);
  const drivers = snapshotClasses
    .filter(({ metadata }) => metadata?.labels?.[CLASS_LABEL] === "true")
    .map(({ driver }) => driver);
  const usual = classes.find(
    ({ metadata }) => metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true",
  );
  const driverOf = (name: string | undefined) =>
    (name === undefined ? usual : classes.find(({ metadata }) => metadata?.name === name))?.provisioner;
  // The class that a claim without one gets counts as in use, so that the first claim finds it right.
  const wrong = each(claims, nameOf, ({ spec }) => {
    const driver = driverOf(spec?.storageClassName);
    if (driver === undefined) return `its storage class ${spec?.storageClassName ?? "(default)"} does not exist`;
    return drivers.includes(driver) ? undefined : `no VolumeSnapshotClass for ${driver}`;
  });
  if (usual !== undefined && !drivers.includes(usual.provisioner))
    wrong.push({ subject: nameOf(usual), reason: `no VolumeSnapshotClass for ${usual.provisioner}` });
  const looked = claims.length + (usual === undefined ? 0 : 1);
  return { looked, wrong, detail: `${claims.length} claims; ${drivers.join(", ")}` };
}

/** Without digest and tag; the port of a registry is neither. */
const nameOfImage = (image: string): string => image.replace(/@.*$/, "").replace(/:[^/]*$/, "");

/** Databases that a snapshot alone would save in the middle of a transaction (A15.5). */
export async function unprotectedDatabases(view: ClusterView): Promise<Seen> {
  const [pods, clusters] = await Promise.all([
    view.list<V1Pod>("v1", "Pod"),
    view.list<PostgresCluster>("postgresql.cnpg.io/v1", "Cluster"),
  ]);
  const databases = pods.filter(
    ({ spec, metadata }) =>
      metadata?.labels?.["cnpg.io/cluster"] === undefined &&
      spec?.volumes?.some((volume) => volume.persistentVolumeClaim !== undefined) === true &&
      spec.containers.some(({ image = "" }) => DATABASE.test(nameOfImage(image))),
  );
  const wrong = [
    ...each(databases, nameOf, ({ metadata }) =>
      metadata?.annotations?.[DUMP_HOOK] === undefined ? "keeps data and is not dumped before its snapshot" : undefined,
    ),
    ...each(clusters, nameOf, ({ metadata, spec }) => {
      if (metadata?.annotations?.[DISPOSABLE] === "true") return undefined;
      const archived =
        spec?.backup?.barmanObjectStore !== undefined ||
        spec?.plugins?.some((plugin) => plugin.isWALArchiver === true && plugin.enabled !== false) === true;
      return archived ? undefined : "archives no WAL";
    }),
  ];
  const count = databases.length + clusters.length;
  // A cluster without databases keeps the promise; all its pods were looked at.
  return {
    looked: pods.length + clusters.length,
    wrong,
    detail: count === 0 ? "no database here" : `${count} databases`,
  };
}
