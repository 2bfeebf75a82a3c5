import { expect } from "chai";
import { metricsCheck } from "../../../orchestrator/checks/08-metrics";
import type { Services } from "../../../orchestrator/checks/check";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { startOperators, type RunningOperators } from "../../../orchestrator/sandbox/operators/start";
import type { Properties } from "../../../orchestrator/sandbox/provider/serve";
import { FakeCloud } from "../sandbox/kubernetes/fixture";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const API = "monitoring.coreos.com/v1";
const STORE = "ws-1";
const outputs = {
  metrics: {
    namespace: "monitoring",
    prometheus: { name: "kube-prometheus-stack-prometheus", service: "kube-prometheus-stack-prometheus", port: 9090 },
    alertmanager: "kube-prometheus-stack-alertmanager",
    grafana: { name: "kube-prometheus-stack-grafana", secret: "grafana-admin" },
    nodeExporter: "monitoring-agents/kube-prometheus-stack-prometheus-node-exporter",
    retentionDays: 15,
    longTermStore: STORE,
  },
};
const volume = (storage: string): Properties => ({
  volumeClaimTemplate: {
    spec: { storageClassName: "gp3", accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
  },
});
const values: Properties = {
  kubeControllerManager: { enabled: false },
  kubeScheduler: { enabled: false },
  kubeEtcd: { enabled: false },
  kubeProxy: { enabled: false },
  prometheus: {
    podDisruptionBudget: { enabled: true },
    prometheusSpec: {
      replicas: 2,
      retention: "15d",
      storageSpec: volume("50Gi"),
      serviceMonitorSelectorNilUsesHelmValues: false,
      remoteWrite: [{ url: `https://aps/workspaces/${STORE}/api/v1/remote_write` }],
    },
  },
  alertmanager: {
    podDisruptionBudget: { enabled: true },
    alertmanagerSpec: { replicas: 3, storage: volume("2Gi") },
  },
  grafana: { persistence: { enabled: true, storageClassName: "gp3", size: "10Gi" } },
  "prometheus-node-exporter": { namespaceOverride: "monitoring-agents" },
};
const ref = (kind: string, name: string) => ({ apiVersion: API, kind, name, namespace: "monitoring" });
const PROMETHEUS = ref("Prometheus", outputs.metrics.prometheus.name);

describe("check 08 metrics", () => {
  let world: ClusterWorld;
  let operators: RunningOperators;
  before(async () => {
    world = await openWorld();
    const { access, clusters } = world.fixture;
    operators = await startOperators({
      access,
      host: clusters,
      cloud: new FakeCloud(),
      dnsRecords: () => Promise.resolve([]),
    });
    for (const name of ["monitoring", "monitoring-agents", "shop"])
      await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await world.fixture.make("kubernetes:helm.sh/v3:Release", "kube-prometheus-stack", {
      name: "kube-prometheus-stack",
      chart: "kube-prometheus-stack",
      version: "88.5.3",
      namespace: "monitoring",
      values,
    });
  });
  after(async () => {
    await operators.close();
    await world.fixture.close();
  });
  const run = (more: object = {}, given: object = outputs) =>
    world.run(metricsCheck, given, { config: { highAvailability: true } as never, ...more });
  /** Prometheus as it is, but for one answer. */
  const answering = (path: string, data: object): Services => ({
    get: (request) =>
      Promise.resolve({
        status: 200,
        body: JSON.stringify({
          data: request.path.startsWith(path)
            ? data
            : request.path.includes("targets")
              ? { activeTargets: [] }
              : request.path.includes("tsdb")
                ? { seriesCountByMetricName: [], labelValueCountByLabelName: [] }
                : { result: [1] },
        }),
      }),
  });

  it("[A8.1] [A8.2] [A8.3] [A8.4] passes when all run, keep their data and reach their targets", async () => {
    const { bad, findings, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ requirement }) => requirement)).to.deep.equal([
      "A8.1",
      "A8.1",
      "A8.1",
      "A8.2",
      "A8.2",
      "A8.3",
      "A8.4",
    ]);
    expect(findings[4]?.detail).to.match(/^\d+ targets up$/);
    expect(diagnoses).to.deep.equal([]);
  });
  it("[A8.1] makes dev do with one of each and no budget", async () => {
    expect((await run({ config: { highAvailability: false } })).bad).to.deep.equal([]);
  });
  it("[A8.1] fails for a part that is guarded by no budget", async () => {
    const guard = { apiVersion: "policy/v1", kind: "PodDisruptionBudget", name: outputs.metrics.alertmanager };
    await world.fixture.api.delete({ ...guard, namespace: "monitoring" });
    expect((await run({ waitUntil: impatient })).bad).to.deep.equal([
      `A8.1 failed: ${outputs.metrics.alertmanager}: has no PodDisruptionBudget`,
    ]);
    await world.put({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: outputs.metrics.alertmanager, namespace: "monitoring" },
      spec: { minAvailable: 1, selector: { matchLabels: { "app.kubernetes.io/name": "alertmanager" } } },
    });
  });
  it("[A8.2] fails for a target behind a policy, and says so", async () => {
    const labels = { app: "walled" };
    const undo = [
      await world.put({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "walled", namespace: "shop" },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { containers: [{ name: "walled", image: "x", ports: [{ name: "http", containerPort: 8080 }] }] },
          },
        },
      }),
      await world.put({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "walled", namespace: "shop", labels },
        spec: { selector: labels, ports: [{ name: "http", port: 80, targetPort: "http" }] },
      }),
      await world.put({
        apiVersion: API,
        kind: "ServiceMonitor",
        metadata: { name: "walled", namespace: "shop" },
        spec: { selector: { matchLabels: labels }, endpoints: [{ port: "http" }] },
      }),
      await world.put({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "deny", namespace: "shop" },
        spec: { podSelector: {}, policyTypes: ["Ingress"] },
      }),
    ];
    const { bad, diagnoses, causes } = await run();
    expect(bad).to.have.length(1);
    expect(bad[0]).to.match(/^A8\.2 failed: shop\/walled-.*context deadline exceeded/);
    expect(diagnoses[0]).to.match(/^A8\.2 shop\/walled-/);
    expect(causes[0]).to.contain("no NetworkPolicy lets Prometheus in");
    await Promise.all(undo.map((remove) => remove()));
  });
  it("[A8.2] fails when there are no series", async () => {
    const { bad } = await run({ services: answering("/api/v1/query?query=kube_pod_info", { result: [] }) });
    expect(bad).to.include("A8.2 failed: kube_pod_info: returns no series");
  });
  it("[A8.2] takes no targets, and no metrics, for no pass", async () => {
    const { bad } = await run({ services: answering("/nothing", {}), waitUntil: impatient });
    expect(bad).to.deep.equal([
      "A8.2 inconclusive: there was nothing to look at",
      "A8.3 inconclusive: there was nothing to look at",
    ]);
  });
  it("[A8.2] is in error when Prometheus does not answer", async () => {
    const services = { get: () => Promise.resolve({ status: 503, body: "no endpoints" }) };
    const { bad } = await run({ services });
    expect(bad.map((line) => line.slice(0, 12))).to.deep.equal(["A8.2 errored", "A8.2 errored", "A8.3 errored"]);
  });
  it("[A8.3] explains a metric with a row for nearly everything", async () => {
    const statistics = {
      seriesCountByMetricName: [{ name: "http_requests_total", value: 60_000 }],
      labelValueCountByLabelName: [{ name: "user_id", value: 20_000 }],
    };
    const { bad, diagnoses } = await run({ services: answering("/api/v1/status/tsdb", statistics) });
    expect(bad).to.include(
      "A8.3 failed: http_requests_total: 60000 rows, 50000 at most; label user_id: 20000 values, 10000 at most",
    );
    expect(diagnoses).to.deep.equal(["A8.3 http_requests_total label user_id"]);
  });
  it("[A8.4] explains a memory too short with nothing behind it", async () => {
    await operators.close();
    const { api } = world.fixture;
    const before = (await api.get(PROMETHEUS)) as KubeObject;
    await api.merge(PROMETHEUS, { spec: { retention: "10d", remoteWrite: null } });
    const { bad, diagnoses } = await run();
    expect(bad).to.deep.equal([
      `A8.4 failed: ${PROMETHEUS.name}: keeps 10d; ${PROMETHEUS.name}: does not write to ${STORE}`,
    ]);
    expect(diagnoses).to.deep.equal([`A8.4 monitoring/${PROMETHEUS.name}`]);
    await api.merge(PROMETHEUS, { spec: before["spec"] as object });
  });
  it("[A8.1] explains data without a volume, and a claim that waits for one", async () => {
    const { api } = world.fixture;
    await api.merge(PROMETHEUS, { spec: { storage: null } });
    const { bad, diagnoses } = await run({ waitUntil: impatient });
    expect(bad).to.deep.equal([`A8.1 failed: monitoring/${PROMETHEUS.name}: keeps its data in an emptyDir`]);
    expect(diagnoses).to.deep.equal([`A8.1 monitoring/${PROMETHEUS.name}`]);
  });
});
