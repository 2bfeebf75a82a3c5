import { expect } from "chai";
import { backupCheck } from "../../../orchestrator/checks/15-backup";
import { snapshotDefinitions } from "../../../orchestrator/sandbox/kubernetes/charts/definitions/snapshot-controller";
import { at, type KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { startOperators, type RunningOperators } from "../../../orchestrator/sandbox/operators/start";
import { FakeCloud, until } from "../sandbox/kubernetes/fixture";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const API = "velero.io/v1";
const daily = { name: "daily", cron: "30 2 * * *", keepHours: 24 };
const outputs = {
  cluster: { name: "slipway-test" },
  backup: { namespace: "velero", location: "default", bucket: "backups", snapshotClass: "ebs", schedules: [daily] },
};
const schedule = (name: string, more: object = {}): KubeObject => ({
  apiVersion: API,
  kind: "Schedule",
  metadata: { name, namespace: "velero" },
  spec: { schedule: daily.cron, template: { includedNamespaces: ["demo"], storageLocation: "default" }, ...more },
});
const storageClass = (name: string, provisioner: string, annotations: Record<string, string> = {}): KubeObject => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name, annotations },
  provisioner,
});
const claim = (name: string, storageClassName: string): KubeObject => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: "demo" },
  spec: { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage: "1Gi" } } },
});
const database = (annotations?: Record<string, string>): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "db", namespace: "demo", ...(annotations && { annotations }) },
  spec: {
    containers: [{ name: "db", image: "docker.io/library/postgres:18.1" }],
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
  },
});
const associations = (...roleArns: string[]) => ({
  podIdentityAssociations: () =>
    Promise.resolve(roleArns.map((roleArn) => ({ namespace: "velero", serviceAccount: "velero-server", roleArn }))),
});

describe("check 15 backup", () => {
  let world: ClusterWorld;
  let operators: RunningOperators;
  const cloud = new FakeCloud();
  before(async () => {
    world = await openWorld();
    const { access, clusters, api } = world.fixture;
    cloud.roles.set("velero/velero-server", ["s3:*"]);
    operators = await startOperators({ access, host: clusters, cloud, dnsRecords: () => Promise.resolve([]) });
    for (const name of ["velero", "demo"]) await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    for (const definition of snapshotDefinitions) await api.apply(definition, { manager: "eks" });
    await world.put({
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshotClass",
      metadata: { name: "ebs", labels: { "velero.io/csi-volumesnapshot-class": "true" } },
      driver: "ebs.csi.aws.com",
      deletionPolicy: "Retain",
    });
    await world.put(storageClass("gp3", "ebs.csi.aws.com", { "storageclass.kubernetes.io/is-default-class": "true" }));
    await world.fixture.make("kubernetes:helm.sh/v3:Release", "velero", {
      name: "velero",
      chart: "velero",
      version: "12.1.0",
      namespace: "velero",
      values: {
        credentials: { useSecret: false },
        deployNodeAgent: true,
        configuration: {
          backupStorageLocation: [{ name: "default", provider: "aws", bucket: "backups", default: true }],
        },
      },
    });
    await world.put(schedule("daily"));
  });
  after(async () => {
    await operators.close();
    await world.fixture.close();
  });
  const bound = associations("arn:role");
  const run = (more: object = {}, given: object = outputs) =>
    world.run(backupCheck, given, { config: { highAvailability: true } as never, aws: bound, ...more });
  const locationSays = (expression: RegExp) =>
    until(
      world.fixture,
      { apiVersion: API, kind: "BackupStorageLocation", name: "default", namespace: "velero" },
      (object) => expression.test(JSON.stringify(object?.["status"] ?? {})),
    );

  it("[A15.1] [A15.2] [A15.3] passes when a deleted namespace comes back as it was", async () => {
    const { bad, findings, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ requirement }) => requirement)).to.deep.equal([
      "A15.1",
      "A15.2",
      "A15.2",
      "A15.2",
      "A15.4",
      "A15.5",
      "A15.3",
    ]);
    expect(findings.at(-1)?.detail).to.match(/content equal$/);
    expect(diagnoses).to.deep.equal([]);
  });
  it("leaves nothing of the drill behind, in the cluster or in the bucket", async () => {
    await run();
    await operators.settled();
    const left = async (kind: string) =>
      (await world.fixture.api.list(API, kind)).items.filter(({ metadata }) => metadata.name.includes("probe"));
    expect([await left("Backup"), await left("Restore"), await left("DeleteBackupRequest")]).to.deep.equal([
      [],
      [],
      [],
    ]);
    expect([...cloud.objects.keys()].filter((key) => key.includes("probe"))).to.deep.equal([]);
  });
  it("[B4.1] lets dev do without schedules", async () => {
    const none = { ...outputs, backup: { ...outputs.backup, schedules: [] } };
    const { bad, findings } = await run({}, none);
    expect(bad).to.deep.equal([]);
    expect(findings[3]?.detail).to.contain("on demand");
  });
  it("[A15.2] fails for a schedule that is missing, paused, at another time or refused", async () => {
    const wanted = ["absent", "paused", "later", "wrong"].map((name) => ({
      ...daily,
      name,
      ...(name === "wrong" && { cron: "every day" }),
    }));
    const remove = [
      await world.put(schedule("paused", { paused: true })),
      await world.put(schedule("later", { schedule: "0 4 * * *" })),
      await world.put(schedule("wrong", { schedule: "every day" })),
    ];
    await operators.settled();
    const { bad } = await run({}, { ...outputs, backup: { ...outputs.backup, schedules: wanted } });
    expect(bad[0]).to.equal(
      "A15.2 failed: absent: does not exist; paused: is paused; later: runs at 0 4 * * *, not at 30 2 * * *; wrong: invalid schedule: every day",
    );
    for (const one of remove) await one();
  });
  it("[A15.4] fails and explains a volume that cannot be snapshotted, and the schedule that left it out", async () => {
    const remove = [
      await world.put(storageClass("nfs", "nfs.csi.k8s.io")),
      await world.put(claim("data", "nfs")),
      await world.put(schedule("partial")),
    ];
    const partial = { apiVersion: API, kind: "Schedule", name: "partial", namespace: "velero" };
    const started = await until(world.fixture, partial, (one) => typeof at(one, "status", "lastBackup") === "string");
    const name = `partial-${String(at(started, "status", "lastBackup")).replace(/\D/g, "")}`;
    await until(world.fixture, { ...partial, kind: "Backup", name }, (one) => at(one, "status", "phase") !== undefined);
    const both = { ...outputs, backup: { ...outputs.backup, schedules: [{ ...daily, name: "partial" }] } };
    const { bad, diagnoses } = await run({}, both);
    expect(bad[0]).to.match(/^A15\.2 failed: partial: its last backup partial-\d+ ended PartiallyFailed: .*nfs/);
    expect(bad[1]).to.equal("A15.4 failed: demo/data: no VolumeSnapshotClass for nfs.csi.k8s.io");
    expect(diagnoses).to.deep.equal(["A15.4 demo/data"]);
    for (const one of remove) await one();
  });
  it("[A15.5] fails and explains a database that is only snapshotted, and accepts one that is dumped first", async () => {
    const removeClaim = await world.put(claim("data", "gp3"));
    const remove = await world.put(database());
    const { bad, diagnoses } = await run();
    expect(bad).to.deep.equal(["A15.5 failed: demo/db: keeps data and is not dumped before its snapshot"]);
    expect(diagnoses).to.deep.equal(["A15.5 demo/db"]);
    await world.put(database({ "pre.hook.backup.velero.io/command": '["pg_dump"]' }));
    expect((await run()).bad).to.deep.equal([]);
    await remove();
    await removeClaim();
  });
  it("[A15.2] fails and explains a bucket that is out of reach", async () => {
    cloud.bucketProblem = "api error AccessDenied: not authorized to perform: s3:ListBucket";
    const touch = (look: string) =>
      world.fixture.api.merge(
        { apiVersion: API, kind: "BackupStorageLocation", name: "default", namespace: "velero" },
        { metadata: { labels: { look } } },
      );
    await touch("one");
    await locationSays(/AccessDenied/);
    const { bad, causes } = await run({ waitUntil: impatient });
    expect(bad[0]).to.match(/^A15\.2 failed: default: BackupStorageLocation "default" is unavailable: .*AccessDenied/);
    expect(bad.at(-1)).to.match(/^A15\.3 failed: slipway-probe/);
    expect(causes).to.deep.equal(["Velero's role may not use backups or its key"]);
    expect((await run({ waitUntil: impatient, aws: associations() })).causes[0]).to.contain(
      "no Pod Identity association",
    );
    cloud.bucketProblem = "api error NoSuchBucket: The specified bucket does not exist";
    await touch("two");
    await locationSays(/NoSuchBucket/);
    expect((await run({ waitUntil: impatient })).causes[0]).to.contain("is gone, and with it the backups");
    cloud.bucketProblem = undefined;
    await touch("three");
    await locationSays(/Available/);
  });
  it("[A15.3] fails when what comes back is not what was there", async () => {
    const put = cloud.buckets();
    cloud.buckets = () => ({
      ...put,
      put: (bucket, key, body) => put.put(bucket, key, body.replace(/"content":"[0-9a-f]/, '"content":"x')),
    });
    expect((await run()).bad[0]).to.match(/^A15\.3 failed: slipway-probe-[0-9a-f]+: came back with another content$/);
    delete (cloud as { buckets?: unknown }).buckets;
  });
});
