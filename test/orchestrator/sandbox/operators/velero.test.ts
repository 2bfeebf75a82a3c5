import { expect } from "chai";
import { at, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { VELERO_API } from "../../../../orchestrator/sandbox/operators/velero";
import { FakeCloud, open, until, type Fixture } from "../kubernetes/fixture";

describe("Velero in a rehearsal", () => {
  let fixture: Fixture;
  const cloud = new FakeCloud();
  before(async () => {
    cloud.roles.set("velero/velero-server", ["s3:*"]);
    fixture = await open({ operators: { cloud, now: () => new Date("2026-11-21T10:00:00Z") } });
    for (const name of ["velero", "shop"])
      await fixture.api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, { manager: "test" });
    await fixture.make("kubernetes:helm.sh/v3:Release", "velero", {
      name: "velero",
      chart: "velero",
      version: "12.1.0",
      namespace: "velero",
      values: {
        configuration: { backupStorageLocation: [{ name: "default", provider: "aws", bucket: "b", default: true }] },
      },
    });
  });
  after(() => fixture.close());
  const apply = (kind: string, name: string, spec: object) =>
    fixture.api.apply(
      { apiVersion: VELERO_API, kind, metadata: { name, namespace: "velero" }, spec },
      { manager: "test", force: true },
    );
  const settled = (kind: string, name: string, good: (object: KubeObject | undefined) => boolean) =>
    until(fixture, { apiVersion: VELERO_API, kind, name, namespace: "velero" }, good);
  const phase = (wanted: string) => (object: KubeObject | undefined) => at(object, "status", "phase") === wanted;

  it("says that it reaches its bucket [A15.2]", async () => {
    await settled("BackupStorageLocation", "default", phase("Available"));
  });
  it("takes a schedule's first backup at once, under its name [B4.1]", async () => {
    await apply("Schedule", "daily", { schedule: "30 2 * * *", template: { includedNamespaces: ["shop"] } });
    const schedule = await settled("Schedule", "daily", phase("Enabled"));
    expect(at(schedule, "status", "lastBackup")).to.equal("2026-11-21T10:00:00Z");
    const backup = await settled("Backup", "daily-20261121100000", phase("Completed"));
    expect(backup?.metadata.labels).to.include({ "velero.io/schedule-name": "daily" });
  });
  it("takes none for a schedule that is paused or waits for its time", async () => {
    const template = { includedNamespaces: ["shop"] };
    await apply("Schedule", "paused", { schedule: "@daily", paused: true, template });
    await apply("Schedule", "patient", { schedule: "@every 1h", skipImmediately: true, template });
    for (const name of ["paused", "patient"]) {
      const schedule = await settled("Schedule", name, phase("Enabled"));
      expect(at(schedule, "status", "lastBackup"), name).to.equal(undefined);
    }
  });
  it("refuses a schedule that is none", async () => {
    await apply("Schedule", "wrong", { schedule: "every day", template: {} });
    const schedule = await settled("Schedule", "wrong", phase("FailedValidation"));
    expect(at(schedule, "status", "validationErrors")).to.deep.equal(["invalid schedule: every day"]);
  });
  it("refuses a backup to a location that is not there", async () => {
    await apply("Backup", "lost", { storageLocation: "nowhere" });
    const backup = await settled("Backup", "lost", phase("FailedValidation"));
    expect(at(backup, "status", "validationErrors", 0)).to.contain(
      'backupstoragelocations.velero.io "nowhere" not found',
    );
  });
  it("fails a restore of a backup that is not there", async () => {
    await apply("Restore", "lost", { backupName: "none" });
    const restore = await settled("Restore", "lost", phase("Failed"));
    expect(at(restore, "status", "failureReason")).to.contain('backups.velero.io "none" not found');
  });
  it("says why it does not reach its bucket, and refuses backups to it [A15.2]", async () => {
    cloud.bucketProblem = "api error NoSuchBucket: The specified bucket does not exist";
    await apply("BackupStorageLocation", "default", {
      provider: "aws",
      default: true,
      objectStorage: { bucket: "b" },
      config: { look: "again" },
    });
    const location = await settled("BackupStorageLocation", "default", phase("Unavailable"));
    expect(at(location, "status", "message")).to.contain("NoSuchBucket");
    await apply("Backup", "late", { storageLocation: "default" });
    const backup = await settled("Backup", "late", phase("FailedValidation"));
    expect(JSON.stringify(at(backup, "status", "validationErrors"))).to.contain("Unavailable status");
    cloud.bucketProblem = undefined;
  });
});
