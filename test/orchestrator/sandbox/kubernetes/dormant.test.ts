import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { EmbeddedClusters } from "../../../../orchestrator/sandbox/cluster/embedded";
import { KubeApi, UnknownKind } from "../../../../orchestrator/sandbox/kubernetes/api";
import { untilReady } from "../../../../orchestrator/sandbox/kubernetes/await";
import { customKinds } from "../../../../orchestrator/sandbox/kubernetes/charts/definitions";
import { asleep, isSpare } from "../../../../orchestrator/sandbox/kubernetes/dormant";
import { listAt, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { useFolder } from "../../../support/folder";
import { root } from "../../../support/pulumi";

const served = (definition: KubeObject) =>
  listAt<{ served: boolean }>(definition, "spec", "versions").map((version) => version.served);
const versions = (definition: KubeObject) =>
  listAt<{ name: string }>(definition, "spec", "versions").map(({ name }) => name);
const definitionOf = (kind: string): KubeObject =>
  customKinds().find((one) => one.kind === kind)?.definition as KubeObject;

describe("custom kinds that nobody uses", () => {
  it("are more than half of what charts bring, and none that the platform writes", () => {
    const spare = customKinds().filter(({ definition }) => isSpare(definition));
    expect(spare.length).to.be.greaterThan(customKinds().length / 2);
    expect(spare.filter(({ closed }) => closed)).to.deep.equal([]);
  });

  it("are read by nothing in a rehearsal: no operator, check or promotion names one", () => {
    const folders = ["checks", "promotion", "upgrade", "sandbox/operators", "sandbox/services", "previews"];
    const sources = folders
      .map((folder) => path.join(root, "orchestrator", folder))
      .filter((folder) => fs.existsSync(folder))
      .flatMap((folder) =>
        fs
          .readdirSync(folder, { recursive: true, encoding: "utf8" })
          .filter((file) => file.endsWith(".ts"))
          .map((file) => fs.readFileSync(path.join(folder, file), "utf8")),
      )
      .join("\n");
    const named = customKinds().filter(({ kind }) => new RegExp(`"${kind}"|kind: ${kind}\\b`).test(sources));
    expect(named.length, "kinds that are read").to.be.greaterThan(20);
    // `api` is a log of the control plane, too.
    const spare = named.filter(({ group, definition }) => group !== "hub.traefik.io" && isSpare(definition));
    expect(spare.map(({ group, kind }) => `${group}/${kind}`)).to.deep.equal([]);
  });

  it("sleep where kinds are served on demand, unless somebody woke them before", () => {
    const topic = definitionOf("KafkaTopic");
    expect(served(asleep(topic, undefined))).to.deep.equal(served(topic).map(() => false));
    expect(served(asleep(topic, topic)), "woken before").to.deep.equal(served(topic));
    const nodePool = definitionOf("NodePool");
    expect(asleep(nodePool, undefined)).to.deep.equal(nodePool);
  });

  it("sleep in older versions, where the platform writes a newer one", () => {
    const gateway = definitionOf("GatewayClass");
    expect(versions(gateway)).to.deep.equal(["v1", "v1beta1"]);
    expect(served(asleep(gateway, undefined))).to.deep.equal([true, false]);
    expect(served(asleep(gateway, gateway))).to.deep.equal([true, true]);
  });

  describe("on a cluster that serves on demand", () => {
    const folder = useFolder();
    let clusters: EmbeddedClusters;
    let api: KubeApi;
    beforeEach(async () => {
      clusters = new EmbeddedClusters(folder());
      api = new KubeApi({ ...(await clusters.ensure("one", "1.36")), servesOnDemand: true });
    });
    afterEach(async () => {
      api.close();
      await clusters.close();
    });
    const topic = {
      apiVersion: "kafka.strimzi.io/v1",
      kind: "KafkaTopic",
      metadata: { name: "orders", namespace: "default" },
      spec: { partitions: 3 },
    };

    it("are unknown without their chart, and served with the first object once it is installed", async () => {
      const write = () => api.apply(topic, { manager: "test" });
      const refused = await write().catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(UnknownKind);
      await untilReady(api, await api.apply(asleep(definitionOf("KafkaTopic"), undefined), { manager: "helm" }), 10);
      expect(await api.serves(topic.apiVersion, topic.kind)).to.equal(undefined);
      expect((await write())["spec"]).to.deep.equal(topic.spec);
      expect(await api.list(topic.apiVersion, topic.kind)).to.have.nested.property("items.length", 1);
    });
  });
});
