import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { autoscale } from "../../../../orchestrator/sandbox/cluster/autoscaler";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";
import { ClusterStore } from "../../../../orchestrator/sandbox/cluster/store";

const METRICS = "metrics.k8s.io/v1beta1";
const DEFINITION = "apiextensions.k8s.io/v1";

describe("the autoscaler of the embedded cluster", () => {
  let folder: string;
  let store: ClusterStore;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-autoscaler-"));
    store = new ClusterStore(path.join(folder, "objects.jsonl"), () => new Date(0));
  });
  afterEach(() => {
    store.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const put = (object: KubeObject) => {
    const resource = store.resources.ofKind(object.apiVersion, object.kind);
    if (resource === undefined) throw new Error(`no ${object.kind}`);
    return store.put(resource, object);
  };
  const metadata = (name: string) => ({ name, namespace: "shop", labels: { app: "web" } });
  const workload = (replicas: number) =>
    put({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata("web"),
      spec: { replicas, selector: { matchLabels: { app: "web" } } },
    });
  const pod = (name: string, requests: object, used?: string) => {
    put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: metadata(name),
      spec: { containers: [{ name: "web", resources: { requests } }] },
      status: { phase: "Running" },
    });
    if (used === undefined) return;
    put({
      apiVersion: METRICS,
      kind: "PodMetrics",
      metadata: metadata(name),
      containers: [{ name: "web", usage: { cpu: used } }],
    });
  };
  const serveMetrics = () =>
    put({
      apiVersion: DEFINITION,
      kind: "CustomResourceDefinition",
      metadata: { name: "pods.metrics.k8s.io" },
      spec: {
        group: "metrics.k8s.io",
        scope: "Namespaced",
        names: { kind: "PodMetrics", plural: "pods" },
        versions: [{ name: "v1beta1", served: true, storage: true }],
      },
    });
  const look = (more: object = {}) => {
    const autoscaler = put({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: metadata("web"),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
        minReplicas: 2,
        maxReplicas: 4,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
        ],
        ...more,
      },
    });
    const { status, scale, event } = autoscale(store, autoscaler, (type, value, reason, message) => ({
      type,
      status: value,
      reason,
      message,
    }));
    const conditions = status["conditions"] as { type: string; status: string; reason: string; message: string }[];
    return {
      to: scale?.replicas,
      event: event?.message,
      of: (type: string) => conditions.find((one) => one.type === type),
    };
  };

  it("leaves what stands at nothing as it is", () => {
    workload(0);
    const { to, of } = look();
    expect(to).to.equal(undefined);
    expect(of("ScalingActive")?.reason).to.equal("ScalingDisabled");
  });
  it("grows by use over target, rounded up, and tells why", () => {
    serveMetrics();
    workload(2);
    pod("a", { cpu: "100m" }, "80m");
    pod("b", { cpu: "100m" }, "60m");
    const { to, event, of } = look();
    expect(to).to.equal(3);
    expect(event).to.equal("New size: 3; reason: cpu resource utilization (percentage of request) above target");
    expect(of("ScalingActive")?.status).to.equal("True");
  });
  it("stays when use is within a tenth of the target", () => {
    serveMetrics();
    workload(2);
    pod("a", { cpu: "100m" }, "54m");
    pod("b", { cpu: "100m" }, "54m");
    expect(look().to).to.equal(undefined);
  });
  it("keeps between the least and the most", () => {
    serveMetrics();
    workload(2);
    pod("a", { cpu: "100m" }, "900m");
    expect(look().to).to.equal(4);
    expect(look().of("ScalingLimited")?.reason).to.equal("TooManyReplicas");
    pod("a", { cpu: "100m" }, "1m");
    expect(look().to).to.equal(undefined);
    expect(look().of("ScalingLimited")?.reason).to.equal("TooFewReplicas");
  });
  it("sees nothing without metrics, yet keeps the least", () => {
    workload(1);
    pod("a", { cpu: "100m" });
    const { to, of } = look();
    expect(to).to.equal(2);
    expect(of("ScalingActive")?.message).to.contain("the server could not find the requested resource");
  });
  it("sees nothing of pods that request no CPU", () => {
    serveMetrics();
    workload(2);
    pod("a", { memory: "1Mi" }, "10m");
    expect(look().of("ScalingActive")?.message).to.contain("missing request for cpu in container web of Pod a");
  });
  it("says so when its target is not there", () => {
    expect(look().of("AbleToScale")).to.deep.include({ status: "False", reason: "FailedGetScale" });
  });
});
