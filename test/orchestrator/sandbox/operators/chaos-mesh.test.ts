import { expect } from "chai";
import { at, listAt, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { chaosMeshValues } from "../../../../infra/chaos/values";
import { configOf } from "../../../support/pulumi";
import { FakeCloud, open, until, type Fixture } from "../kubernetes/fixture";

const API = "chaos-mesh.org/v1alpha1";

describe("Chaos Mesh in a rehearsal", () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await open({ operators: { cloud: new FakeCloud() } });
    const annotations = { "chaos-mesh.org/inject": "enabled" };
    for (const metadata of [{ name: "chaos-mesh" }, { name: "demo", annotations }, { name: "shop" }])
      await fixture.api.apply({ apiVersion: "v1", kind: "Namespace", metadata }, { manager: "test" });
    await fixture.make("kubernetes:helm.sh/v3:Release", "chaos-mesh", {
      name: "chaos-mesh",
      chart: "chaos-mesh",
      version: "2.8.3",
      namespace: "chaos-mesh",
      values: chaosMeshValues(configOf("dev")),
    } as never);
  });
  after(() => fixture.close());
  const pod = (name: string, namespace: string): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { app: "web" } },
    spec: { containers: [{ name: "web", image: "web:1" }] },
  });
  const experiment = async (name: string, namespace: string) => {
    await fixture.api.apply(
      {
        apiVersion: API,
        kind: "PodChaos",
        metadata: { name, namespace },
        spec: {
          action: "pod-kill",
          mode: "one",
          selector: { namespaces: [namespace], labelSelectors: { app: "web" } },
        },
      },
      { manager: "test" },
    );
    const ref = { apiVersion: API, kind: "PodChaos", name, namespace };
    return until(fixture, ref, (one) => at(one, "status", "experiment", "desiredPhase") !== undefined);
  };

  it("kills one pod that the selector names, and says which", async () => {
    await fixture.api.create(pod("one", "demo"));
    const done = await experiment("kill", "demo");
    expect(listAt(done, "status", "experiment", "containerRecords").map(({ id }) => id)).to.deep.equal(["demo/one"]);
    await until(fixture, { apiVersion: "v1", kind: "Pod", name: "one", namespace: "demo" }, (one) => one === undefined);
  });
  it("[A16.3] hits nothing where faults are not let in", async () => {
    await fixture.api.create(pod("two", "shop"));
    const done = await experiment("kill", "shop");
    expect(listAt(done, "status", "experiment", "containerRecords")).to.deep.equal([]);
    expect(await fixture.api.get({ apiVersion: "v1", kind: "Pod", name: "two", namespace: "shop" })).to.not.equal(
      undefined,
    );
  });
  it("lets an experiment go when it is taken back", async () => {
    const ref = { apiVersion: API, kind: "PodChaos", name: "kill", namespace: "demo" };
    await fixture.api.delete(ref);
    await until(fixture, ref, (one) => one === undefined);
  });
});
