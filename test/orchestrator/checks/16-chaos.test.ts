import { expect } from "chai";
import { chaosMeshValues } from "../../../infra/chaos/values";
import { chaosCheck } from "../../../orchestrator/checks/16-chaos";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { configOf } from "../../support/pulumi";
import { openWorld, type ClusterWorld } from "./cluster-world";

const on = { chaos: { tool: "chaos-mesh" as const, namespace: "chaos-mesh", scope: ["demo"] } };
const off = { chaos: { tool: "none" as const, namespace: "", scope: [] as string[] } };

describe("check 16 chaos", () => {
  let world: ClusterWorld;
  const config = { environment: "dev" as const, highAvailability: false };
  const namespace = (name: string, annotations: Record<string, string> = {}): KubeObject => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, annotations },
  });
  const fault = (name: string, selector: object): KubeObject => ({
    apiVersion: "chaos-mesh.org/v1alpha1",
    kind: "PodChaos",
    metadata: { name, namespace: "demo" },
    spec: { action: "pod-kill", mode: "one", selector },
  });
  before(async () => {
    world = await openWorld();
    await world.put(namespace("demo"));
  });
  after(() => world.fixture.close());
  const run = (outputs: typeof on | typeof off = on) => world.run(chaosCheck, outputs as never, { config });

  it("[E6.5] passes where no tool is chosen and none is there", async () => {
    expect((await run(off)).bad).to.deep.equal([]);
  });
  it("[A16.1] fails where Chaos Mesh should be and is not", async () => {
    const { bad } = await run();
    expect(bad.join("\n"))
      .to.include("chaos-mesh/chaos-daemon: does not exist")
      .and.include("is in the scope, but not marked");
  });

  describe("with Chaos Mesh", () => {
    before(async () => {
      await world.put(namespace("chaos-mesh"));
      await world.fixture.make("kubernetes:helm.sh/v3:Release", "chaos-mesh", {
        name: "chaos-mesh",
        chart: "chaos-mesh",
        version: "2.8.3",
        namespace: "chaos-mesh",
        values: chaosMeshValues(configOf("dev")),
      } as never);
      await world.put(namespace("demo", { "chaos-mesh.org/inject": "enabled" }));
    });

    it("[A16.1] [A16.3] passes with a scope that is marked and nothing at large", async () => {
      const { bad, diagnoses } = await run();
      expect([bad, diagnoses]).to.deep.equal([[], []]);
    });
    it("[E6.5] fails where it is there although none is chosen", async () => {
      const { bad } = await run(off);
      expect(bad.join("\n")).to.include("is installed although").and.include("demo: is marked, but not in the scope");
    });
    it("[A16.3] fails and explains an experiment without a scope, or beyond it", async () => {
      for (const [selector, words] of [
        [{}, "names no namespace"],
        [{ namespaces: ["kube-system"], labelSelectors: { a: "b" } }, "hits kube-system, beyond the scope demo"],
        [{ namespaces: ["demo"] }, "names no labels"],
      ] as const) {
        const away = await world.put(fault("loose", selector));
        const { bad, causes } = await run();
        expect(bad.join("\n")).to.include(`demo/loose: ${words}`);
        expect(causes.join("\n")).to.include("a fault can spread");
        await away();
      }
    });
    it("[A16.3] takes one that stays within", async () => {
      const away = await world.put(fault("narrow", { namespaces: ["demo"], labelSelectors: { app: "web" } }));
      expect((await run()).bad).to.deep.equal([]);
      await away();
    });
  });
});
