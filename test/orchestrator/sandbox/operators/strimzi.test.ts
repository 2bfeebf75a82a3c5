import { expect } from "chai";
import { at, conditionOf, listAt, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { open, until, type Fixture } from "../kubernetes/fixture";
import { dataCharts, kafkaObject, poolObject } from "./data-systems";

const REF = { apiVersion: "kafka.strimzi.io/v1", kind: "Kafka", name: "events", namespace: "kafka" };

describe("Strimzi of a rehearsal", () => {
  let world: Fixture;
  const put = (object: KubeObject) => world.api.apply(object, { manager: "test", force: true });
  const pods = async () =>
    (await world.api.list("v1", "Pod", "kafka")).items.filter(({ metadata }) =>
      metadata.name.startsWith("events-brokers"),
    );
  before(async () => {
    world = await open({ operators: {} });
    await put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "kafka" } });
    await world.make("kubernetes:helm.sh/v3:Release", "strimzi", { name: "strimzi", values: {}, ...dataCharts.kafka });
  });
  after(() => world.close());

  it("[A11.1] asks for pools with both roles before it makes anything", async () => {
    await put(poolObject(3, ["broker"]));
    await put(kafkaObject());
    const told = await until(world, REF, (one) => conditionOf(one, "NotReady") !== undefined);
    expect(conditionOf(told, "NotReady")?.message).to.include("roles controller and broker");
    expect(await pods()).to.deep.equal([]);
  });
  it("[A11.2] [A11.3] brings brokers up, one per zone, each with its own bound volume, and says Ready", async () => {
    await put(poolObject(3));
    const kafka = await until(world, REF, (one) => conditionOf(one, "Ready")?.status === "True");
    expect(conditionOf(kafka, "NotReady")).to.equal(undefined);
    expect(at(kafka, "status", "listeners", 0, "bootstrapServers")).to.equal("events-kafka-bootstrap.kafka.svc:9093");
    const zones = await Promise.all(
      (await pods()).map(async (pod) => {
        const node = await world.api.get({ apiVersion: "v1", kind: "Node", name: String(at(pod, "spec", "nodeName")) });
        return node?.metadata.labels?.["topology.kubernetes.io/zone"];
      }),
    );
    expect(zones.sort()).to.deep.equal(["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
    const claims = (await world.api.list("v1", "PersistentVolumeClaim", "kafka")).items;
    expect(claims.map((claim) => [claim.metadata.name, at(claim, "status", "phase")])).to.have.deep.members(
      [0, 1, 2].map((id) => [`data-0-events-brokers-${id}`, "Bound"]),
    );
  });
  it("[A11.4] opens the port of metrics where they are configured", async () => {
    const [pod] = await pods();
    const ports = listAt<{ name: string }>(pod, "spec", "containers", 0, "ports").map(({ name }) => name);
    expect(ports).to.include.members(["tcp-tls", "tcp-prometheus"]);
  });
  it("makes a broker again that was lost, with the volume it had", async () => {
    const [lost] = await pods();
    await world.api.delete({ apiVersion: "v1", kind: "Pod", name: String(lost?.metadata.name), namespace: "kafka" });
    const back = await until(
      world,
      { apiVersion: "v1", kind: "Pod", name: String(lost?.metadata.name), namespace: "kafka" },
      (pod) =>
        pod !== undefined && pod.metadata.uid !== lost?.metadata.uid && conditionOf(pod, "Ready")?.status === "True",
    );
    expect(at(back, "spec", "volumes", 0)).to.deep.equal(at(lost, "spec", "volumes", 0));
  });
});
