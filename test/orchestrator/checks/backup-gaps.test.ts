import { expect } from "chai";
import { unprotectedDatabases, unsnapshotted } from "../../../orchestrator/checks/backup-gaps";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";

/** A cluster that holds these objects, by kind. */
const holding = (objects: Readonly<Record<string, readonly object[]>>): ClusterView =>
  ({ list: (_apiVersion: string, kind: string) => Promise.resolve(objects[kind] ?? []) }) as unknown as ClusterView;
const named = (name: string, more: object = {}) => ({ metadata: { name, namespace: "shop" }, ...more });
const usual = { "storageclass.kubernetes.io/is-default-class": "true" };
const gp3 = { metadata: { name: "gp3", annotations: usual }, provisioner: "ebs.csi.aws.com" };
const snapshots = {
  metadata: { name: "ebs", labels: { "velero.io/csi-volumesnapshot-class": "true" } },
  driver: "ebs.csi.aws.com",
};
const claim = (storageClassName?: string) => named("data", { spec: { ...(storageClassName && { storageClassName }) } });

describe("volumes that no backup can take [A15.4]", () => {
  const wrongIn = async (objects: Readonly<Record<string, readonly object[]>>) =>
    (await unsnapshotted(holding(objects))).wrong.map(({ subject, reason }) => `${subject}: ${reason}`);

  it("are none where the driver of every claim is snapshotted, the default class's for one that names none", async () => {
    const world = {
      StorageClass: [gp3],
      VolumeSnapshotClass: [snapshots],
      PersistentVolumeClaim: [claim("gp3"), claim()],
    };
    const seen = await unsnapshotted(holding(world));
    expect(seen).to.deep.include({ looked: 3, wrong: [] });
  });
  it("are those of a driver without a class that Velero uses", async () => {
    const unlabelled = { ...snapshots, metadata: { name: "ebs" } };
    const world = { StorageClass: [gp3], VolumeSnapshotClass: [unlabelled], PersistentVolumeClaim: [claim("gp3")] };
    expect(await wrongIn(world)).to.deep.equal([
      "shop/data: no VolumeSnapshotClass for ebs.csi.aws.com",
      "gp3: no VolumeSnapshotClass for ebs.csi.aws.com",
    ]);
  });
  it("are those of a class that is not there", async () => {
    const world = { StorageClass: [gp3], VolumeSnapshotClass: [snapshots], PersistentVolumeClaim: [claim("old")] };
    expect(await wrongIn(world)).to.deep.equal(["shop/data: its storage class old does not exist"]);
  });
  it("cannot be told of a cluster without claims and without a class", async () => {
    expect((await unsnapshotted(holding({}))).looked).to.equal(0);
  });
});

describe("databases that a snapshot alone would save [A15.5]", () => {
  const pod = (image: string, more: object = {}, labels: object = {}, annotations: object = {}) => ({
    metadata: { name: "db", namespace: "shop", labels, annotations },
    spec: { containers: [{ name: "db", image }], volumes: [{ persistentVolumeClaim: { claimName: "data" } }], ...more },
  });
  const wrongIn = async (...pods: object[]) =>
    (await unprotectedDatabases(holding({ Pod: pods }))).wrong.map(({ subject }) => subject);
  const hook = { "pre.hook.backup.velero.io/command": "[]" };

  it("are pods of databases with a volume and no dump", async () => {
    for (const image of ["postgres:18", "docker.io/library/mysql@sha256:1", "registry:5000/bitnami/mongodb:8"])
      expect(await wrongIn(pod(image)), image).to.deep.equal(["shop/db"]);
  });
  it("are none without a volume, with a dump, of an operator that archives, or of another program", async () => {
    expect(await wrongIn(pod("postgres:18", { volumes: [] }))).to.deep.equal([]);
    expect(await wrongIn(pod("postgres:18", {}, {}, hook))).to.deep.equal([]);
    expect(await wrongIn(pod("postgres:18", {}, { "cnpg.io/cluster": "db" }))).to.deep.equal([]);
    expect(await wrongIn(pod("docker.io/library/busybox:1.37"))).to.deep.equal([]);
  });
  it("are clusters that archive no WAL", async () => {
    const clusters = [
      named("none", { spec: {} }),
      named("off", { spec: { plugins: [{ isWALArchiver: true, enabled: false }] } }),
      named("plugin", { spec: { plugins: [{ isWALArchiver: true }] } }),
      named("barman", { spec: { backup: { barmanObjectStore: {} } } }),
      // Said on the object: its data is nothing anybody would miss (B4.1).
      {
        ...named("dev", { spec: {} }),
        metadata: { ...named("dev", {}).metadata, annotations: { "slipway.dev/disposable": "true" } },
      },
    ];
    const { wrong } = await unprotectedDatabases(holding({ Cluster: clusters }));
    expect(wrong.map(({ subject }) => subject)).to.deep.equal(["shop/none", "shop/off"]);
  });
});
