import { expect } from "chai";
import { at, conditionOf, listAt, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { open, until, type Fixture } from "../kubernetes/fixture";
import { databaseObject, dataCharts } from "./data-systems";

const REF = { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", name: "checkout", namespace: "data" };

describe("CloudNativePG of a rehearsal", () => {
  let world: Fixture;
  const put = (object: KubeObject) => world.api.apply(object, { manager: "test", force: true });
  const get = (kind: string, name: string, apiVersion = "v1") =>
    world.api.get({ apiVersion, kind, name, namespace: "data" });
  before(async () => {
    world = await open({ operators: {} });
    for (const name of ["cnpg-system", "data"]) await put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await world.make("kubernetes:helm.sh/v3:Release", "pg", {
      name: "cloudnative-pg",
      values: {},
      ...dataCharts.postgres,
    });
    await put(databaseObject(3, false));
    await until(world, REF, (one) => conditionOf(one, "Ready")?.status === "True");
  });
  after(() => world.close());

  it("[A11.2] [A11.3] brings instances up apart from each other, with bound volumes", async () => {
    const cluster = await world.api.get(REF);
    expect(at(cluster, "status", "phase")).to.equal("Cluster in healthy state");
    expect(at(cluster, "status", "readyInstances")).to.equal(3);
    const pods = (await world.api.list("v1", "Pod", "data")).items;
    expect(new Set(pods.map((pod) => at(pod, "spec", "nodeName"))).size).to.equal(3);
    expect(at(await get("PersistentVolumeClaim", "checkout-2"), "status", "phase")).to.equal("Bound");
  });
  it("[A11.7] lets a start take as long as the Cluster says", async () => {
    const probe = at(await get("Pod", "checkout-1"), "spec", "containers", 0, "startupProbe");
    expect(Number(at(probe, "failureThreshold")) * Number(at(probe, "periodSeconds"))).to.equal(3600);
  });
  it("[A11.8] serves inside the cluster, with a Secret that stays what it was", async () => {
    for (const suffix of ["rw", "ro", "r"])
      expect(at(await get("Service", `checkout-${suffix}`), "spec", "type")).to.equal("ClusterIP");
    const before = await get("Secret", "checkout-app");
    await put({ ...databaseObject(3, false), metadata: { ...databaseObject(3).metadata, labels: { touched: "yes" } } });
    await until(world, REF, (one) => one?.metadata.labels?.["touched"] === "yes");
    expect((await get("Secret", "checkout-app"))?.["data"]).to.deep.equal(before?.["data"]);
  });
  it("says nothing of an archive that nobody asked for", async () => {
    const cluster = await world.api.get(REF);
    expect(conditionOf(cluster, "ContinuousArchiving")).to.equal(undefined);
    expect(listAt(await get("Pod", "checkout-1"), "spec", "initContainers")).to.deep.equal([]);
  });
  it("[H4.3] hibernates by its annotation: instances go, volumes stay, and all are back without it", async () => {
    const hibernate = (value: string | null) =>
      world.api.merge(REF, { metadata: { annotations: { "cnpg.io/hibernation": value } } });
    const instances = async () => (await world.api.list("v1", "Pod", "data")).items.length;
    await hibernate("on");
    const asleep = await until(world, REF, (one) => conditionOf(one, "cnpg.io/hibernation")?.status === "True");
    expect(conditionOf(asleep, "Ready")?.status).to.equal("False");
    expect(await instances()).to.equal(0);
    const claims = await world.api.list("v1", "PersistentVolumeClaim", "data");
    expect(claims.items.map((claim) => at(claim, "status", "phase"))).to.deep.equal(["Bound", "Bound", "Bound"]);
    await hibernate("off");
    const awake = await until(world, REF, (one) => conditionOf(one, "Ready")?.status === "True");
    expect(conditionOf(awake, "cnpg.io/hibernation")).to.equal(undefined);
    expect(await instances()).to.equal(3);
  });
});
