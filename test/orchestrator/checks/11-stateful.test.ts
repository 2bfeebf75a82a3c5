import { expect } from "chai";
import { statefulCheck } from "../../../orchestrator/checks/11-stateful";
import { certManagerDefinitions } from "../../../orchestrator/sandbox/kubernetes/charts/definitions/cert-manager";
import { prometheusOperatorDefinitions } from "../../../orchestrator/sandbox/kubernetes/charts/definitions/prometheus-operator";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { startOperators, type RunningOperators } from "../../../orchestrator/sandbox/operators/start";
import { FakeCloud } from "../sandbox/kubernetes/fixture";
import {
  databaseObject,
  dataCharts,
  kafkaObject,
  poolObject,
  scheduleObject,
  storeObject,
} from "../sandbox/operators/data-systems";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const kafka = {
  namespace: "kafka",
  name: "events",
  members: 3,
  service: "s",
  port: 9093,
  clients: ["shop"],
  rules: "kafka",
  alerts: [],
};
const postgres = {
  namespace: "data",
  name: "checkout",
  members: 3,
  service: "checkout-rw",
  port: 5432,
  clients: ["shop"],
  rules: "postgres",
  alerts: [],
  operator: "cnpg-system",
  schedules: ["daily"],
  bucket: "archive",
  keyArn: "arn:key",
  writerRoleArn: "arn:role",
};
const outputs = { cluster: { name: "slipway-test" }, stateful: { kafka: [kafka], postgres: [postgres], managed: [] } };
const monitor = (namespace: string, labels: object): KubeObject => ({
  apiVersion: "monitoring.coreos.com/v1",
  kind: "PodMonitor",
  metadata: { name: "m", namespace },
  spec: { selector: { matchLabels: labels }, podMetricsEndpoints: [{ port: "metrics" }] },
});
const rules = (name: string, namespace: string, ...metrics: string[]): KubeObject => ({
  apiVersion: "monitoring.coreos.com/v1",
  kind: "PrometheusRule",
  metadata: { name, namespace },
  spec: { groups: [{ name, rules: metrics.map((expr, i) => ({ alert: `A${i}`, expr })) }] },
});
const policy = (namespace: string, ports: number[]): KubeObject[] => [
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "members", namespace },
    spec: {
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } }],
          ports: ports.map((port) => ({ port, protocol: "TCP" })),
        },
      ],
    },
  },
];

describe("check 11 stateful systems", () => {
  let world: ClusterWorld;
  let operators: RunningOperators;
  const cloud = new FakeCloud();
  before(async () => {
    world = await openWorld();
    const { access, clusters, api } = world.fixture;
    cloud.roles.set("data/checkout", ["s3:*"]);
    operators = await startOperators({ access, host: clusters, cloud, dnsRecords: () => Promise.resolve([]) });
    for (const definition of [...certManagerDefinitions, ...prometheusOperatorDefinitions])
      await api.apply(definition, { manager: "test" });
    for (const name of ["kafka", "data", "cnpg-system"])
      await world.put({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
      });
    await world.put({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "gp3" },
      provisioner: "ebs.csi.aws.com",
      volumeBindingMode: "WaitForFirstConsumer",
    } as KubeObject);
    for (const [name, chart] of Object.entries({
      "strimzi-kafka-operator": dataCharts.kafka,
      "cloudnative-pg": dataCharts.postgres,
      "plugin-barman-cloud": dataCharts.plugin,
    }))
      await world.fixture.make("kubernetes:helm.sh/v3:Release", name, { name, values: {}, ...chart });
    const objects = [
      ...policy("kafka", [9093]),
      ...policy("data", [5432]),
      {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "quota", namespace: "data" },
        spec: { hard: { pods: "50" } },
      },
      monitor("kafka", { "strimzi.io/cluster": "events" }),
      monitor("data", { "cnpg.io/cluster": "checkout" }),
      rules(
        "kafka",
        "kafka",
        "jvm_memory_used_bytes > 1",
        "jvm_gc_collection_seconds_sum > 1",
        "node_disk_write_time_seconds_total > 1",
      ),
      rules(
        "postgres",
        "data",
        "cnpg_backends_total > 1",
        "kubelet_volume_stats_available_bytes < 1",
        "node_disk_write_time_seconds_total > 1",
      ),
      storeObject,
      poolObject(3),
      kafkaObject(),
      databaseObject(3),
      scheduleObject,
    ];
    for (const object of objects) await world.put(object as KubeObject);
  });
  after(async () => {
    await operators.close();
    await world.fixture.close();
  });
  const run = (given: object = outputs, more: object = {}) =>
    world.run(statefulCheck, given, { config: { highAvailability: false } as never, ...more });
  const associations = (...bound: object[]) => ({ podIdentityAssociations: () => Promise.resolve(bound) });

  it("[A11.1] [A11.2] [A11.3] [A11.4] [A11.6] [A11.7] [A11.8] [B4.2] passes when both systems are as promised", async () => {
    const { bad, findings, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ requirement }) => requirement)).to.include.members([
      "A11.1",
      "A11.2",
      "A11.3",
      "A11.4",
      "A11.6",
      "A11.7",
      "A11.8",
      "B4.2",
    ]);
    expect(diagnoses).to.deep.equal([]);
  });
  it("leaves no pod of its own behind in the namespaces of data", async () => {
    await run();
    const pods = (await world.fixture.api.list("v1", "Pod", "data")).items;
    expect(pods.filter(({ metadata }) => metadata.name.startsWith("reach-"))).to.deep.equal([]);
  });
  it("[A11.1] claims nothing where everything is off by configuration", async () => {
    const { findings } = await run({ ...outputs, stateful: { kafka: [], postgres: [], managed: [] } });
    expect(findings.map(({ detail }) => detail)).to.deep.equal(["off by configuration: stateful.*.enabled"]);
  });
  it("[A11.2] fails while a member is missing, a system is not there, or it says why it is not ready", async () => {
    const given = {
      ...outputs,
      stateful: { kafka: [{ ...kafka, members: 4 }], postgres: [{ ...postgres, name: "other" }], managed: [] },
    };
    const { bad } = await run(given, { waitUntil: impatient });
    expect(bad.join("\n")).to.include("3 of 4 pods are there").and.include("other: does not exist");
  });
  it("[A11.4] fails and says so when nothing scrapes or no rule watches a broker", async () => {
    const remove = [
      await world.put(rules("kafka", "kafka", "jvm_memory_used_bytes > 1")),
      await world.put(monitor("data", { "cnpg.io/cluster": "another" })),
    ];
    const { bad, diagnoses } = await run();
    expect(bad.join("\n"))
      .to.include("A11.4 failed")
      .and.include("no alert on garbage collection")
      .and.include("checkout: no PodMonitor scrapes it");
    expect(diagnoses.join("\n")).to.include("A11.4");
    for (const away of remove) await away();
    await world.put(
      rules(
        "kafka",
        "kafka",
        "jvm_memory_used_bytes > 1",
        "jvm_gc_collection_seconds_sum > 1",
        "node_disk_write_time_seconds_total > 1",
      ),
    );
    await world.put(monitor("data", { "cnpg.io/cluster": "checkout" }));
  });
  it("[A11.8] fails when a stranger gets through, and names a Service with an address outside", async () => {
    const remove = [
      await world.put({
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "open", namespace: "data" },
        spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{}] },
      } as KubeObject),
      await world.put({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "outside", namespace: "data" },
        spec: { type: "NodePort", ports: [{ port: 5432 }], selector: { "cnpg.io/cluster": "checkout" } },
      } as KubeObject),
    ];
    const { bad, diagnoses } = await run();
    expect(bad.join("\n"))
      .to.include("a pod of a strange namespace gets through to port 5432")
      .and.include("data/outside");
    expect(diagnoses).to.include("A11.8 data/outside");
    for (const away of remove) await away();
  });
  it("[A15.5] names the missing right when the archive fails", async () => {
    cloud.bucketProblem = "api error AccessDenied: Access Denied";
    await world.put({ ...databaseObject(3), metadata: { ...databaseObject(3).metadata, labels: { again: "1" } } });
    await operators.settled();
    const refused = await run(outputs, {
      aws: associations({ namespace: "data", serviceAccount: "checkout", roleArn: "r" }),
      waitUntil: impatient,
    });
    expect(refused.bad.join("\n")).to.include("B4.2 failed").and.include("AccessDenied");
    expect(refused.causes.join("\n")).to.include("may not use archive");
    const unbound = await run(outputs, { aws: associations(), waitUntil: impatient });
    expect(unbound.causes.join("\n")).to.include("no Pod Identity association gives data/checkout a role");
    cloud.bucketProblem = undefined;
  });
});
