import { expect } from "chai";
import { specOf, statusOf, type KubeObject } from "../../../../orchestrator/sandbox/cluster/object";
import { node, pod, useWorld, workload, WRITE } from "./fixture";

const ready = (object: KubeObject | undefined) => object && statusOf(object)["readyReplicas"];
const job = (annotations: object = {}): KubeObject => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "once", namespace: "default" },
  spec: { template: { metadata: { annotations }, spec: { containers: [{ name: "app", image: "x" }] } } },
});

describe("the controllers of the embedded cluster", () => {
  const world = useWorld();
  const merge = (kind: string, name: string, body: object) =>
    world().verbs.patch(
      world().resource("apps/v1", kind),
      name,
      "default",
      "application/merge-patch+json",
      body,
      undefined,
      WRITE,
    );

  it("bring a deployment's pods to run on a node, each with an address of its own", async () => {
    world().put(node("a"));
    world().create(workload("Deployment", { replicas: 3 }));
    await world().settle();
    const pods = world().list("Pod");
    expect(pods.map((one) => statusOf(one)["phase"])).to.deep.equal(["Running", "Running", "Running"]);
    expect(new Set(pods.map((one) => statusOf(one)["podIP"])).size).to.equal(3);
    expect(ready(world().find("Deployment", "web", "apps/v1"))).to.equal(3);
  });
  it("leave a pod pending with the scheduler's words until a node comes", async () => {
    world().create(workload("Deployment"));
    await world().settle();
    expect(statusOf(world().list("Pod")[0] as KubeObject)["phase"]).to.equal("Pending");
    expect(world().list("Event")[0]).to.include({ reason: "FailedScheduling" });
    world().put(node("a"));
    await world().settle();
    expect(ready(world().find("Deployment", "web", "apps/v1"))).to.equal(1);
  });
  it("roll a changed template out and keep the old replica set empty", async () => {
    world().put(node("a"));
    world().create(workload("Deployment", { replicas: 2 }));
    await world().settle();
    merge("Deployment", "web", { spec: { template: { metadata: { labels: { version: "2" } } } } });
    await world().settle();
    expect(
      world()
        .list("ReplicaSet", "apps/v1")
        .map((set) => specOf(set)["replicas"])
        .sort(),
    ).to.deep.equal([0, 2]);
    expect(
      world()
        .list("Pod")
        .every(({ metadata }) => metadata.labels?.["version"] === "2"),
    ).to.equal(true);
  });
  it("tell the owner why admission refuses its pods", async () => {
    world().put({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "default", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    world().create(workload("Deployment"));
    await world().settle();
    expect(world().list("Pod")).to.deep.equal([]);
    const conditions = statusOf(world().find("Deployment", "web", "apps/v1") as KubeObject)["conditions"] as {
      type: string;
      message: string;
    }[];
    expect(conditions.find(({ type }) => type === "ReplicaFailure")?.message).to.include("violates PodSecurity");
  });
  it("name a stateful set's pods by number and shrink from the end", async () => {
    world().put(node("a"));
    world().create(workload("StatefulSet", { replicas: 3 }, "db"));
    await world().settle();
    merge("StatefulSet", "db", { spec: { replicas: 1 } });
    await world().settle();
    expect(
      world()
        .list("Pod")
        .map(({ metadata }) => metadata.name),
    ).to.deep.equal(["db-0"]);
  });
  it("run a daemon on every node it tolerates, and end it with the node", async () => {
    for (const name of ["a", "b"]) world().put(node(name));
    world().put(node("tainted", { taints: [{ key: "k", effect: "NoSchedule" }] as never }));
    world().create(workload("DaemonSet", {}, "agent"));
    await world().settle();
    const nodes = () =>
      world()
        .list("Pod")
        .map((one) => specOf(one)["nodeName"])
        .sort();
    expect(nodes()).to.deep.equal(["a", "b"]);
    world().store.remove(world().resource("v1", "Node"), node("b"));
    await world().settle();
    expect(nodes()).to.deep.equal(["a"]);
  });
  it("complete a job whose pod ends well, and fail one whose probe does not get through", async () => {
    world().put(node("a"));
    world().create(job());
    world().create({
      ...job({ "slipway.dev/probe": "tcp://100.64.9.9:80" }),
      metadata: { name: "never", namespace: "default" },
    });
    await world().settle();
    const condition = (name: string) =>
      (statusOf(world().find("Job", name, "batch/v1") as KubeObject)["conditions"] as { type: string }[])[0]?.type;
    expect([condition("once"), condition("never")]).to.deep.equal(["Complete", "Failed"]);
  });
  it("keep endpoints, budgets and quotas as the pods are", async () => {
    world().put(node("a"));
    world().create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default" },
      spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
    });
    world().create({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web", namespace: "default" },
      spec: { selector: { matchLabels: { app: "web" } }, minAvailable: "50%" },
    });
    world().create({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "all", namespace: "default" },
      spec: { hard: { pods: "5" } },
    });
    world().create(workload("Deployment", { replicas: 3 }));
    await world().settle();
    const slice = world().list("EndpointSlice", "discovery.k8s.io/v1")[0];
    expect((slice?.["endpoints"] as unknown[]).length).to.equal(3);
    expect(statusOf(world().find("PodDisruptionBudget", "web", "policy/v1") as KubeObject)).to.include({
      desiredHealthy: 2,
      disruptionsAllowed: 1,
    });
    expect(statusOf(world().find("ResourceQuota", "all") as KubeObject)["used"]).to.deep.equal({ pods: "3" });
  });
  it("give every namespace its account, and a lost node's bare pod no second life", async () => {
    world().put(node("a"));
    world().create(pod("bare"));
    world().put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "new" } });
    await world().settle();
    expect(world().find("ServiceAccount", "default", "v1", "new")).not.to.equal(undefined);
    world().store.remove(world().resource("v1", "Node"), node("a"));
    await world().settle();
    expect(world().find("Pod", "bare")).to.equal(undefined);
  });
});
