import { expect } from "chai";
import { logsCheck } from "../../../orchestrator/checks/09-logs";
import type { Services, WaitUntil } from "../../../orchestrator/checks/check";
import { BYTES_A_DAY, LINES, UNPARSED } from "../../../orchestrator/checks/log-queries";
import type { Properties } from "../../../orchestrator/sandbox/provider/serve";
import { CLUSTER, nodes } from "../sandbox/kubernetes/fixture";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const ROLE = "arn:aws:iam::123456789012:role/slipway-test-loki";
const TRACES_ROLE = "arn:aws:iam::123456789012:role/slipway-test-tempo";
const outputs = {
  cluster: { name: CLUSTER },
  logs: {
    collector: "logging/alloy",
    store: { namespace: "loki", name: "loki", port: 3100 },
    bucket: "slipway-test-logs",
    keyArn: "arn:key",
    writerRoleArn: ROLE,
    retentionDays: 7,
    bytesPerNamespaceAndDay: 2 ** 30,
  },
  traces: {
    collector: { namespace: "opentelemetry", name: "opentelemetry-collector", port: 4318 },
    store: { namespace: "tempo", name: "tempo", port: 3200 },
    bucket: "slipway-test-traces",
    writerRoleArn: TRACES_ROLE,
  },
};
const bound = (roleArn: string | undefined) => ({
  podIdentityAssociations: () =>
    Promise.resolve([
      { namespace: "tempo", serviceAccount: "tempo", roleArn: TRACES_ROLE },
      ...(roleArn === undefined ? [] : [{ namespace: "loki", serviceAccount: "loki", roleArn }]),
    ]),
});
const lokiValues: Properties = {
  loki: {
    schemaConfig: { configs: [{ from: "2026-01-01" }] },
    storage: { type: "s3", bucketNames: { chunks: "b", ruler: "b", admin: "b" } },
  },
  singleBinary: { replicas: 3, sidecar: false },
  read: { replicas: 0 },
  write: { replicas: 0 },
  backend: { replicas: 0 },
  gateway: { enabled: false },
  chunksCache: { enabled: false },
  resultsCache: { enabled: false },
  lokiCanary: { enabled: false },
};

/** A trace that is walled off never comes; everything else does. */
const impatientTraces: WaitUntil = async (wait) => {
  let last = await wait.attempt();
  for (let round = 0; !last.done && round < 60 && !wait.reason.includes("trace"); round++) last = await wait.attempt();
  return last;
};

describe("check 09 logs", () => {
  let world: ClusterWorld;
  const install = (chart: string, version: string, namespace: string, values: Properties) =>
    world.fixture.make("kubernetes:helm.sh/v3:Release", chart, { name: chart, chart, version, namespace, values });
  before(async () => {
    world = await openWorld();
    for (const name of ["loki", "logging", "tempo", "opentelemetry"])
      await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await install("loki", "18.11.0", "loki", lokiValues);
    await install("alloy", "1.11.1", "logging", { alloy: { mounts: { varlog: true } } });
    await install("tempo", "2.2.4", "tempo", {});
    await install("opentelemetry-collector", "0.170.0", "opentelemetry", {
      mode: "deployment",
      image: { repository: "x" },
      command: { name: "otelcol-k8s" },
    });
  });
  after(() => world.fixture.close());
  const run = (more: object = {}) =>
    world.run(logsCheck, outputs, { config: { highAvailability: true } as never, aws: bound(ROLE), ...more });
  /** Loki with these answers to counts, and every line found. */
  const answering = (counts: Readonly<Record<string, object[]>>): Services => ({
    get: ({ path }) => {
      const url = new URL(path, "http://localhost");
      if (url.pathname.startsWith("/api/traces/")) return Promise.resolve({ status: 200, body: "{}" });
      const result = url.pathname.endsWith("query_range")
        ? [{ values: [["0", "found"]] }]
        : (counts[url.searchParams.get("query") ?? ""] ?? []);
      return Promise.resolve({ status: 200, body: JSON.stringify({ data: { result } }) });
    },
  });
  const sample = (metric: object, value: number) => ({ metric, value: [0, String(value)] });
  const calm = { [BYTES_A_DAY]: [sample({ namespace: "shop" }, 1)] };

  it("[A9.1] [A9.3] [A9.5] passes when a line from a pod is found, and has nothing to diagnose", async () => {
    const { bad, findings, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ requirement }) => requirement)).to.deep.equal([
      "A9.3",
      "A9.1",
      "A9.1",
      "A9.5",
      "A9.3",
      "A9.6",
      "A9.6",
    ]);
    expect(diagnoses).to.deep.equal([]);
  });
  it("[A9.1] makes dev do with one copy", async () => {
    expect((await run({ config: { highAvailability: false } })).bad).to.deep.equal([]);
  });
  it("[A9.3] fails for a node without a collector, and says why there is none", async () => {
    const tainted = nodes(1, "gpu").map((node) => ({ ...node, taints: [{ key: "gpu", effect: "NoSchedule" }] }));
    await world.fixture.clusters.setNodes(CLUSTER, "gpu", tainted);
    const { bad, diagnoses } = await run({ waitUntil: impatient, services: answering(calm) });
    expect(bad).to.deep.equal([`A9.3 failed: ${tainted[0]?.name ?? ""}: has no collector`]);
    expect(diagnoses).to.deep.equal([`A9.3 ${tainted[0]?.name ?? ""}`]);
    await world.fixture.clusters.setNodes(CLUSTER, "gpu", []);
  });
  it("[A9.3] fails when the line does not arrive", async () => {
    const remove = await world.put({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "deny", namespace: "loki" },
      spec: { podSelector: {}, policyTypes: ["Ingress"] },
    });
    const { bad } = await run({ waitUntil: impatient });
    expect(bad).to.have.length(2);
    expect(bad[0]).to.equal("A9.5 inconclusive: there was nothing to look at");
    expect(bad[1]).to.match(/^A9\.3 failed: slipway-marker-[0-9a-f]{16}: not found within 180 s$/);
    await remove();
  });
  it("[A9.1] explains a store without a role, and fails for another's", async () => {
    const without = await run({ aws: bound(undefined) });
    expect(without.bad).to.deep.equal(["A9.1 failed: loki/loki: has no role"]);
    expect(without.diagnoses).to.deep.equal(["A9.1 loki/loki"]);
    expect((await run({ aws: bound("arn:other") })).bad).to.deep.equal([
      `A9.1 failed: loki/loki: has arn:other, declared is ${ROLE}`,
    ]);
  });
  it("[A9.4] explains applications whose lines are no JSON, and passes over those that say little", async () => {
    const services = answering({
      ...calm,
      [LINES]: [
        sample({ namespace: "shop", app: "web" }, 1000),
        sample({ namespace: "shop", app: "tidy" }, 1000),
        sample({ namespace: "shop", app: "quiet" }, 10),
      ],
      [UNPARSED]: [
        sample({ namespace: "shop", app: "web" }, 900),
        sample({ namespace: "shop", app: "tidy" }, 5),
        sample({ namespace: "shop", app: "quiet" }, 10),
      ],
    });
    expect((await run({ services })).diagnoses).to.deep.equal(["A9.4 shop/web"]);
  });
  it("[A9.5] explains a namespace that writes too much", async () => {
    const services = answering({ [BYTES_A_DAY]: [sample({ namespace: "shop" }, 3 * 2 ** 30)] });
    const { bad, diagnoses } = await run({ services });
    expect(bad).to.deep.equal(["A9.5 failed: shop: 3072 MiB a day, 1024 MiB at most"]);
    expect(diagnoses).to.deep.equal(["A9.5 shop"]);
  });
  it("[A9.3] is in error when the store does not answer", async () => {
    const services = { get: () => Promise.resolve({ status: 503, body: "no endpoints" }) };
    const { bad } = await run({ services });
    expect(bad.map((line) => line.slice(0, 12))).to.deep.equal(["A9.5 errored", "A9.3 errored", "A9.6 errored"]);
  });
  it("[A9.6] finds the trace that a pod sends", async () => {
    const { findings } = await run();
    const [, last] = findings.filter(({ requirement }) => requirement === "A9.6");
    expect(last?.detail).to.match(/^trace [0-9a-f]{32} found$/);
  });
  it("[A9.6] fails when the collector is walled off, and says where to look", async () => {
    const remove = await world.put({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "deny", namespace: "opentelemetry" },
      spec: { podSelector: {}, policyTypes: ["Ingress"] },
    });
    const { bad, diagnoses, causes } = await run({ waitUntil: impatientTraces });
    expect(bad).to.have.length(1);
    expect(bad[0]).to.match(/^A9\.6 failed: [0-9a-f]{32}: not found within 180 s$/);
    expect(diagnoses[0]).to.match(/^A9\.6 [0-9a-f]{32}$/);
    expect(causes[0]).to.include("the collector does not take it");
    await remove();
  });
  it("[A9.6] fails when the store of traces has no role", async () => {
    const aws = {
      podIdentityAssociations: () => Promise.resolve([{ namespace: "loki", serviceAccount: "loki", roleArn: ROLE }]),
    };
    expect((await run({ aws })).bad).to.deep.equal(["A9.6 failed: tempo/tempo: has no role"]);
  });
  it("[A9.6] is in error when the store answers with trouble", async () => {
    const services: Services = {
      get: ({ service, path }) =>
        service === "tempo"
          ? Promise.resolve({ status: 500, body: "ingester" })
          : answering(calm).get({ namespace: "loki", service, port: 3100, path }),
    };
    expect((await run({ services })).bad).to.deep.equal(["A9.6 errored: tempo:3200 answered 500: ingester"]);
  });
});
