import { expect } from "chai";
import { at, conditionOf, listAt, type KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import { START_MS, namespaceIn, node, pod, until, usePlane } from "./plane";

describe("nodes of a real control plane", function () {
  this.timeout(START_MS);
  const plane = usePlane();
  const api = () => plane().api;
  const nodeOf = (name: string) => api().get({ apiVersion: "v1", kind: "Node", name });
  const podOf = (namespace: string, name: string) => api().get({ apiVersion: "v1", kind: "Pod", name, namespace });
  const ready = (object: KubeObject | undefined) => conditionOf(object, "Ready")?.status === "True";
  const set = (...nodes: ReturnType<typeof node>[]) => plane().host.setNodes(plane().access.name, "general", nodes);
  afterEach(() => set());

  it("appear Ready with what their pool declares", async () => {
    await set(node("n1", { taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] }));
    const up = await until(async () => {
      const found = await nodeOf("n1");
      return ready(found) && found;
    });
    expect(up.metadata.labels).to.include({ pool: "general", "topology.kubernetes.io/zone": "eu-central-1a" });
    expect(at(up, "status", "allocatable")).to.deep.equal({ cpu: "2", memory: "8Gi", pods: "29" });
    expect(at(up, "spec", "providerID")).to.equal("aws:///eu-central-1a/i-n1");
    await until(async () => {
      const keys = listAt(await nodeOf("n1"), "spec", "taints").map(({ key }) => key);
      return keys.length === 1 && keys[0] === "gpu";
    });
  });

  it("take pods that fit them, which then run with an address", async () => {
    const namespace = await namespaceIn(api());
    await set(node("n1"));
    await api().create(pod(namespace, "fits", { nodeSelector: { pool: "general" } }));
    const running = await until(async () => {
      const found = await podOf(namespace, "fits");
      return ready(found) && found;
    });
    expect(at(running, "spec", "nodeName")).to.equal("n1");
    expect(at(running, "status", "phase")).to.equal("Running");
    expect(at(running, "status", "podIP")).to.match(/^100\./);
  });

  for (const [what, spec, taints, reason] of [
    ["a label no node has", { nodeSelector: { pool: "gpu" } }, [], "didn't match Pod's node affinity/selector"],
    ["no toleration for their taint", {}, [{ key: "gpu", effect: "NoSchedule" }], "had untolerated taint"],
  ] as const) {
    it(`leave a pod with ${what} pending, and the scheduler says why`, async () => {
      const namespace = await namespaceIn(api());
      await set(node("n1", { taints }));
      await until(async () => ready(await nodeOf("n1")));
      await api().create(pod(namespace, "waits", spec));
      const told = await until(async () => {
        const condition = conditionOf(await podOf(namespace, "waits"), "PodScheduled");
        return condition?.status === "False" && condition.message?.includes(reason) === true && condition;
      });
      expect(told.reason).to.equal("Unschedulable");
    });
  }

  it("say again that a pod is Ready which the cluster took for lost", async () => {
    const namespace = await namespaceIn(api());
    await set(node("n1"));
    await api().create(pod(namespace, "lost"));
    await until(async () => ready(await podOf(namespace, "lost")));
    const ref = { apiVersion: "v1", kind: "Pod", name: "lost", namespace };
    const conditions = [{ type: "Ready", status: "False", reason: "NodeNotReady" }];
    const patched = await api().merge(ref, { status: { conditions } }, "status");
    expect(ready(patched)).to.equal(false);
    await until(async () => ready(await podOf(namespace, "lost")));
  });

  it("end a Job's pod well, so that the Job completes", async () => {
    const namespace = await namespaceIn(api());
    await set(node("n1"));
    const { spec } = pod(namespace, "x");
    const template = { spec: { ...(spec as object), restartPolicy: "Never" } };
    await api().create({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "job", namespace },
      spec: { template },
    });
    await until(async () => {
      const job = await api().get({ apiVersion: "batch/v1", kind: "Job", name: "job", namespace });
      return conditionOf(job, "Complete")?.status === "True";
    });
  });

  it("go with their pods when the pool shrinks, and the workload moves to what is left", async () => {
    const namespace = await namespaceIn(api());
    await set(node("n1"));
    const labels = { app: "moving" };
    await api().create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "moving", namespace },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: pod(namespace, "x")["spec"] },
      },
    });
    const places = async () =>
      (await api().list("v1", "Pod", namespace)).items.filter(ready).map((one) => at(one, "spec", "nodeName"));
    await until(async () => (await places())[0] === "n1");
    await set(node("n2"));
    await until(async () => (await places()).join() === "n2");
    expect(await nodeOf("n1")).to.equal(undefined);
  });

  it("run no containers: what a probe would find is computed from the policies, and the pod ends with it", async () => {
    const namespace = await namespaceIn(api());
    await set(node("n1"));
    const port = { ports: [{ containerPort: 8080 }] };
    const [container] = listAt(pod(namespace, "x"), "spec", "containers");
    await api().create(pod(namespace, "server", { containers: [{ ...container, ...port }] }, { labels: { app: "s" } }));
    const ip = await until(async () => at(await podOf(namespace, "server"), "status", "podIP") as string | undefined);
    const attempt = async (name: string) => {
      const annotations = { "slipway.dev/probe": `tcp://${ip}:8080` };
      await api().create(pod(namespace, name, { restartPolicy: "Never" }, { annotations }));
      return until(async () => {
        const phase = at(await podOf(namespace, name), "status", "phase");
        return (phase === "Succeeded" || phase === "Failed") && phase;
      });
    };
    expect(await attempt("open")).to.equal("Succeeded");
    await api().create({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "deny", namespace },
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    });
    expect(await attempt("denied")).to.equal("Failed");
  });
});
