import { expect } from "chai";
import { at, conditionOf, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { FakeCloud, open, until, type Fixture } from "../kubernetes/fixture";
import { certManagerDefinitions } from "../../../../orchestrator/sandbox/kubernetes/charts/definitions/cert-manager";
import { databaseObject, dataCharts, scheduleObject, storeObject } from "./data-systems";

const API = "postgresql.cnpg.io/v1";
const REF = { apiVersion: API, kind: "Cluster", name: "checkout", namespace: "data" };

describe("backups of CloudNativePG in a rehearsal", () => {
  let world: Fixture;
  const cloud = new FakeCloud();
  const put = (object: KubeObject) => world.api.apply(object, { manager: "test", force: true });
  const archiving = (status: string) =>
    until(world, REF, (one) => conditionOf(one, "ContinuousArchiving")?.status === status);
  before(async () => {
    world = await open({ operators: { cloud } });
    for (const definition of certManagerDefinitions) await put(definition);
    for (const name of ["cnpg-system", "data"]) await put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    for (const [name, chart] of [
      ["cloudnative-pg", dataCharts.postgres],
      ["plugin-barman-cloud", dataCharts.plugin],
    ] as const)
      await world.make("kubernetes:helm.sh/v3:Release", name, { name, values: {}, ...chart });
    await put(storeObject);
    await put(databaseObject(1));
    await put(scheduleObject);
  });
  after(() => world.close());

  it("[A15.5] says that the archive fails while the database has no role, and takes no backup meanwhile", async () => {
    const cluster = await archiving("False");
    expect(conditionOf(cluster, "ContinuousArchiving")?.message).to.include("get credentials");
    const [backup] = (await world.api.list(API, "Backup", "data")).items;
    expect(at(backup, "status", "phase")).to.equal(undefined);
  });
  it("[B4.2] archives and takes the first backup at once when it has, below the cluster's own prefix", async () => {
    cloud.roles.set("data/checkout", ["s3:*"]);
    await put({ ...databaseObject(1), metadata: { ...databaseObject(1).metadata, labels: { again: "1" } } });
    await archiving("True");
    const [made] = (await world.api.list(API, "Backup", "data")).items;
    expect(made?.metadata.labels).to.include({ "cnpg.io/scheduled-backup": "daily" });
    const ref = { apiVersion: API, kind: "Backup", name: String(made?.metadata.name), namespace: "data" };
    const backup = await until(world, ref, (one) => at(one, "status", "phase") === "completed");
    expect(at(backup, "status", "method")).to.equal("plugin");
    expect([...cloud.objects.keys()].map((key) => key.split("/").slice(0, 3).join("/"))).to.have.members([
      "archive/checkout/wals",
      "archive/checkout/base",
    ]);
    const cluster = await until(world, REF, (one) => conditionOf(one, "LastBackupSucceeded")?.status === "True");
    expect(conditionOf(cluster, "LastBackupSucceeded")?.reason).to.equal("BackupSucceeded");
  });
  it("[A15.5] tells in AWS's words when the bucket refuses", async () => {
    cloud.bucketProblem = "api error AccessDenied: Access Denied";
    await put({ ...databaseObject(1), metadata: { ...databaseObject(1).metadata, labels: { again: "2" } } });
    const cluster = await archiving("False");
    expect(conditionOf(cluster, "ContinuousArchiving")?.message).to.include("AccessDenied");
    cloud.bucketProblem = undefined;
  });
});
