import { expect } from "chai";
import { at, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import type { OperatorContext } from "../../../../orchestrator/sandbox/operators/operator";
import { backUp, forget, restore } from "../../../../orchestrator/sandbox/operators/velero-archive";
import { FakeCloud } from "../kubernetes/fixture";

const API = "velero.io/v1";
const keyOf = ({ kind, metadata }: KubeObject) => `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
const object = (apiVersion: string, kind: string, name: string, more: object = {}, namespace = "shop"): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(kind === "Namespace" ? {} : { namespace }), uid: "u", resourceVersion: "7" },
  ...more,
});
const work = (kind: string, name: string, spec: object): KubeObject => ({
  apiVersion: API,
  kind,
  metadata: { name, namespace: "velero" },
  spec,
});

/** A cluster in memory, with Velero's role and one bucket. */
function cluster(...given: KubeObject[]) {
  const live = new Map(given.map((one) => [keyOf(one), one]));
  const cloud = new FakeCloud();
  cloud.roles.set("velero/velero-server", ["s3:*"]);
  const all = (kind: string) => [...live.values()].filter((one) => one.kind === kind);
  live.set("BackupStorageLocation/velero/default", {
    ...work("BackupStorageLocation", "default", { default: true, objectStorage: { bucket: "b" } }),
  });
  const find = ({ kind, name, namespace }: { kind: string; name: string; namespace?: string }) =>
    live.get(`${kind}/${namespace ?? ""}/${name}`);
  const context = {
    cloud,
    cluster: "test",
    self: {
      metadata: { name: "velero", namespace: "velero" },
      spec: { template: { spec: { serviceAccountName: "velero-server" } } },
    },
    world: {
      list: (_apiVersion: string, kind: string) => all(kind),
      get: find,
      remove: (one: KubeObject) => Promise.resolve(void live.delete(keyOf(one))),
      api: {
        list: (_apiVersion: string, kind: string) => Promise.resolve({ items: all(kind), version: "" }),
        get: (ref: { kind: string; name: string; namespace?: string }) => Promise.resolve(find(ref)),
        create: (one: KubeObject) => {
          if (one.metadata.name === "refused") return Promise.reject(new Error("admission says no"));
          live.set(keyOf(one), one);
          return Promise.resolve(one);
        },
      },
    },
  } as unknown as OperatorContext;
  return { live, cloud, context };
}
const shop = () => [
  object("v1", "Namespace", "shop", { status: { phase: "Active" } }),
  object("v1", "ConfigMap", "settings", { data: { a: "b" } }),
  object("v1", "Service", "web", { spec: { clusterIP: "172.20.0.9", ports: [{ port: 80 }] } }),
  object("v1", "ConfigMap", "elsewhere", {}, "other"),
];

describe("backups in a rehearsal's bucket", () => {
  const backup = work("Backup", "one", { includedNamespaces: ["shop"] });

  it("hold the wanted namespaces, without what the cluster added", async () => {
    const { context, cloud } = cluster(...shop());
    expect((await backUp(context, backup)).items).to.equal(3);
    const saved = JSON.parse(cloud.objects.get("b/backups/one/one.json") ?? "[]") as KubeObject[];
    expect(saved.map(({ metadata }) => metadata.name)).to.deep.equal(["shop", "settings", "web"]);
    expect(saved[0]).to.not.have.property("status");
    expect(saved[1]?.metadata).to.deep.equal({ name: "settings", namespace: "shop" });
    expect(saved[2]?.["spec"]).to.deep.equal({ ports: [{ port: 80 }] });
  });
  it("hold every namespace but those left out", async () => {
    const { context } = cluster(...shop());
    const wide = work("Backup", "wide", { includedNamespaces: ["*"], excludedNamespaces: ["shop"] });
    expect((await backUp(context, wide)).items).to.equal(1);
  });
  it("say which volume no class snapshots, unless volumes are left out [A15.4]", async () => {
    const { context } = cluster(
      ...shop(),
      object("v1", "PersistentVolumeClaim", "data", { spec: { storageClassName: "gp3" } }),
      { ...object("storage.k8s.io/v1", "StorageClass", "gp3"), provisioner: "ebs.csi.aws.com" },
    );
    const { errors, more } = await backUp(context, backup);
    expect(errors).to.deep.equal([
      "failed to get VolumeSnapshotClass for StorageClass gp3: no class for driver ebs.csi.aws.com",
    ]);
    expect(more).to.deep.include({ csiVolumeSnapshotsAttempted: 1, csiVolumeSnapshotsCompleted: 0 });
    const without = work("Backup", "two", { includedNamespaces: ["shop"], snapshotVolumes: false });
    expect((await backUp(context, without)).errors).to.deep.equal([]);
  });
  it("bring back what is gone, marked, and leave alone what is there [A15.3]", async () => {
    const { context, live } = cluster(...shop(), backup);
    await backUp(context, backup);
    live.delete("ConfigMap/shop/settings");
    const web = live.get("Service/shop/web");
    const outcome = await restore(context, work("Restore", "again", { backupName: "one" }));
    expect(outcome).to.deep.equal({ items: 1, errors: [] });
    const back = live.get("ConfigMap/shop/settings");
    expect(back?.["data"]).to.deep.equal({ a: "b" });
    expect(back?.metadata.labels).to.deep.equal({
      "velero.io/backup-name": "one",
      "velero.io/restore-name": "again",
    });
    expect(live.get("Service/shop/web")).to.equal(web);
  });
  it("say what the cluster does not take back", async () => {
    const { context, live } = cluster(...shop(), object("v1", "ConfigMap", "refused"), backup);
    await backUp(context, backup);
    live.delete("ConfigMap/shop/refused");
    const { errors } = await restore(context, work("Restore", "again", { backupName: "one" }));
    expect(errors).to.deep.equal(["ConfigMap refused: admission says no"]);
  });
  it("cannot be restored without their data", async () => {
    const { context } = cluster(backup);
    const error = await restore(context, work("Restore", "again", { backupName: "one" })).catch((one: Error) => one);
    expect(at(error, "message")).to.contain("backups/one/one.json not found");
  });
  it("go with their data, their restores and the request", async () => {
    const again = work("Restore", "again", { backupName: "one" });
    const request = work("DeleteBackupRequest", "one", { backupName: "one" });
    const { context, live, cloud } = cluster(backup, again, request);
    await backUp(context, backup);
    await forget(context, request);
    expect([...live.keys()]).to.deep.equal(["BackupStorageLocation/velero/default"]);
    expect(cloud.objects.size).to.equal(0);
  });
});
