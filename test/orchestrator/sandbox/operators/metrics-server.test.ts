import { expect } from "chai";
import { applyAddon, removeAddon } from "../../../../orchestrator/sandbox/aws/addons";
import { at, conditionOf, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { CLUSTER, open, until, type Fixture } from "../kubernetes/fixture";

const API = "metrics.k8s.io/v1beta1";
const SERVICE = { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", name: "v1beta1.metrics.k8s.io" };

describe("the metrics server and the recommender of the rehearsal", () => {
  let world: Fixture;
  before(async () => {
    world = await open({ operators: {} });
    await applyAddon(world.clusters, CLUSTER, "metrics-server", {});
    await world.api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }, { manager: "test" });
    await world.make("kubernetes:helm.sh/v3:Release", "vertical-pod-autoscaler", {
      name: "vertical-pod-autoscaler",
      chart: "vertical-pod-autoscaler",
      version: "0.11.0",
      namespace: "shop",
      values: { admissionController: { enabled: false }, updater: { enabled: false } },
    });
  });
  after(() => world.close());
  const put = (object: KubeObject) => world.api.apply(object, { manager: "test", force: true });
  const adviser = (name: string) => ({
    apiVersion: "autoscaling.k8s.io/v1",
    kind: "VerticalPodAutoscaler",
    name,
    namespace: "shop",
  });
  const advise = (name: string, target: string) => {
    const { apiVersion, kind, namespace } = adviser(name);
    return put({
      apiVersion,
      kind,
      metadata: { name, namespace },
      spec: {
        targetRef: { apiVersion: "apps/v1", kind: "Deployment", name: target },
        updatePolicy: { updateMode: "Off" },
      },
    });
  };

  it("registers its API and measures nodes by a fifth of their size", async () => {
    await until(world, SERVICE, (one) => conditionOf(one, "Available")?.status === "True");
    const [node] = (await world.api.list("v1", "Node")).items;
    const measured = await until(
      world,
      { apiVersion: API, kind: "NodeMetrics", name: String(node?.metadata.name) },
      (one) => one !== undefined,
    );
    expect(at(measured, "usage")).to.deep.equal({ cpu: "800m", memory: "3277Mi" });
  });
  it("measures pods where an autoscaler reads them, and advises by that", async () => {
    await put({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "shop" },
      spec: {
        selector: { matchLabels: { app: "web" } },
        template: {
          metadata: { labels: { app: "web" } },
          spec: { containers: [{ name: "web", image: "x", resources: { requests: { cpu: "1", memory: "4Gi" } } }] },
        },
      },
    });
    await advise("web", "web");
    const advised = await until(
      world,
      adviser("web"),
      (one) => conditionOf(one, "RecommendationProvided")?.status === "True",
    );
    expect(at(advised, "status", "recommendation", "containerRecommendations", 0)).to.deep.include({
      containerName: "web",
      target: { cpu: "230m", memory: "987601306" },
    });
  });
  it("has no advice on pods that are not there", async () => {
    await advise("nothing", "nothing");
    const told = await until(
      world,
      adviser("nothing"),
      (one) => conditionOf(one, "RecommendationProvided") !== undefined,
    );
    expect(conditionOf(told, "RecommendationProvided")).to.deep.include({
      status: "False",
      message: "No pods match this VPA object",
    });
  });
  it("takes its API along when it goes", async () => {
    await removeAddon(world.clusters, CLUSTER, "metrics-server");
    await until(world, SERVICE, (one) => one === undefined);
    const kind = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      name: "pods.metrics.k8s.io",
    };
    await until(world, kind, (one) => one === undefined);
  });
});
