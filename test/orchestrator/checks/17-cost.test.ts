import { expect } from "chai";
import type { PlatformConfig } from "../../../infra/config";
import { costCheck } from "../../../orchestrator/checks/17-cost";
import type { Services } from "../../../orchestrator/checks/check";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { CLUSTER, nodes } from "../sandbox/kubernetes/fixture";
import { openWorld, type ClusterWorld } from "./cluster-world";

const TEAM = "team-shop";
const HARD = { "requests.cpu": "10", "requests.memory": "32Gi", "limits.cpu": "20", "limits.memory": "64Gi" };
const machines = ["slipway-dev-evening", "slipway-dev-morning"];
const workingHours: PlatformConfig["cost"]["workingHours"] = {
  timeZone: "Europe/Berlin",
  days: ["monday"],
  start: "07:00",
  end: "20:00",
};
const outputs = {
  environment: { name: "dev" as const },
  cluster: { name: "slipway-dev" },
  metrics: { namespace: "monitoring", prometheus: { name: "p", service: "p", port: 9090 } },
  cost: {
    namespace: "opencost",
    exporter: { name: "opencost", port: 9003 },
    dashboard: "monitoring/dashboard-cost",
    exportBucket: "slipway-dev-costs-1",
    exportName: "slipway-dev-costs",
    teams: [TEAM],
    offHours: {
      timeZone: "Europe/Berlin",
      schedules: { "slipway-dev-evening": "cron(0 20 ? * MON *)" },
      machines,
    },
    databaseRest: { namespace: "", schedules: {}, databases: [] },
  },
};
const arns = [
  "arn:aws:bcm-data-exports:us-east-1:1:export/slipway-dev-costs-0a1b",
  "arn:aws:s3:::slipway-dev-costs-1",
  ...machines.map((name) => `arn:aws:states:eu-central-1:1:stateMachine:${name}`),
];
const aws = (left: readonly string[] = arns) => ({
  tagged: () => Promise.resolve(left.map((arn) => ({ arn, tags: {} }))),
  unattachedVolumes: () => Promise.resolve([]),
  unassociatedAddresses: () => Promise.resolve([]),
});
const target = (health: string, namespace = "opencost") => ({
  labels: { namespace, pod: "opencost-1" },
  health,
  lastError: health === "up" ? "" : "connection refused",
});
const services = (targets: readonly object[] = [target("up")], status = 200): Services => ({
  get: () => Promise.resolve({ status, body: JSON.stringify({ data: { activeTargets: targets } }) }),
});
const namespace = (name: string, labels = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
const quota = (hard: object, name = "quota", inNamespace = TEAM): KubeObject => ({
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: { name, namespace: inNamespace },
  spec: { hard },
});
const limits: KubeObject = {
  apiVersion: "v1",
  kind: "LimitRange",
  metadata: { name: "limits", namespace: TEAM },
  spec: {
    limits: [
      { type: "Container", default: { cpu: "500m", memory: "512Mi" }, defaultRequest: { cpu: "50m", memory: "64Mi" } },
    ],
  },
};
const dashboard = (labels: object): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "dashboard-cost", namespace: "monitoring", labels: labels as Record<string, string> },
});
const openCost = (replicas: number): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "opencost", namespace: "opencost" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "opencost" } },
    template: { metadata: { labels: { app: "opencost" } }, spec: { containers: [{ name: "opencost", image: "x" }] } },
  },
});

describe("check 17 cost", () => {
  let world: ClusterWorld;
  before(async () => {
    world = await openWorld();
    await world.fixture.clusters.setNodes(CLUSTER, "general", nodes(3, "general"));
    for (const one of [
      namespace("opencost"),
      namespace("monitoring"),
      namespace(TEAM, { "slipway.dev/team": "shop" }),
      quota(HARD),
      limits,
      dashboard({ grafana_dashboard: "1" }),
      openCost(1),
    ])
      await world.put(one);
  });
  after(() => world.fixture.close());
  const config = { cost: { teams: ["shop"], workingHours } };
  const run = (more: object = {}, given: object = outputs) =>
    world.run(costCheck, given, { config, aws: aws(), services: services(), ...more });

  it("[A17.1] [A17.2] [A17.3] [H4.3] passes where all is as promised, and says what it saw", async () => {
    const { findings, bad, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(diagnoses).to.deep.equal([]);
    const detail = (requirement: string) => findings.filter((one) => one.requirement === requirement)[0]?.detail;
    expect(detail("A17.3")).to.include("exceeded quota").and.include("requests.cpu=11");
    expect(detail("H4.3")).to.include("cron(0 20 ? * MON *) in Europe/Berlin");
  });
  it("[A17.3] leaves nothing behind", async () => {
    await run();
    const left = (await world.fixture.api.list("apps/v1", "Deployment")).items.filter(
      ({ metadata }) => metadata.namespace === TEAM,
    );
    expect(left).to.deep.equal([]);
  });
  it("[A17.3] finds a team whose quota lets too much in", async () => {
    await world.put(quota({ ...HARD, "requests.cpu": "100", "limits.cpu": "100" }));
    const { bad } = await run();
    await world.put(quota(HARD));
    expect(bad).to.include(`A17.3 failed: ${TEAM}: took pods for more than its quota`);
    expect(bad.join("\n")).to.include(`A17.2 failed: ${TEAM}: no quota holds requests.cpu to 10, limits.cpu to 20`);
  });
  it("[A17.3] takes the cap of one pod for a refusal, as dev has one", async () => {
    const capped = {
      ...limits,
      spec: { limits: [...(limits["spec"] as { limits: object[] }).limits, { type: "Pod", max: { cpu: "2" } }] },
    };
    await world.put(capped);
    const { bad, findings } = await run();
    await world.put(limits);
    expect(bad).to.deep.equal([]);
    expect(findings.find(({ requirement }) => requirement === "A17.3")?.detail).to.include(
      "maximum cpu usage per Pod is 2",
    );
  });
  it("[A17.2] finds a namespace without defaults, and a team without a namespace", async () => {
    await world.fixture.api.delete({ apiVersion: "v1", kind: "LimitRange", name: "limits", namespace: TEAM });
    const { bad } = await run({ config: { cost: { teams: ["shop", "bank"], workingHours } } });
    await world.put(limits);
    expect(bad.join("\n")).to.include("no LimitRange gives containers defaults").and.include("bank: has no namespace");
  });
  it("[A17.1] finds OpenCost down, unread, or read by nobody, and says where to look", async () => {
    await world.put(openCost(0));
    const down = await run({ services: services([target("down")]) });
    await world.put(openCost(1));
    expect(down.bad.join("\n")).to.include("0 replicas available").and.include("opencost-1: connection refused");
    expect(down.diagnoses).to.include("A17.1 opencost-1");
    expect((await run({ services: services([target("up", "elsewhere")]) })).bad).to.deep.equal([
      "A17.1 failed: opencost: is no target",
    ]);
    expect((await run({ services: services([], 503) })).bad[0]).to.match(/^A17\.1 errored: Prometheus answered 503/);
  });
  it("[A17.1] finds a dashboard that Grafana does not see", async () => {
    await world.put(dashboard({ grafana_dashboard: "0" }));
    const { bad } = await run();
    await world.put(dashboard({ grafana_dashboard: "1" }));
    expect(bad.join("\n")).to.include("lacks the label grafana_dashboard");
  });
  it("[A17.1] finds AWS's export or its bucket missing", async () => {
    const { bad } = await run({ aws: aws(arns.slice(2)) });
    expect(bad.join("\n")).to.include("is no export of this account").and.include("is no bucket of this environment");
  });
  it("[H4.3] finds a machine that is gone, and another zone than configured", async () => {
    const { bad } = await run({ aws: aws(arns.slice(0, 3)) });
    expect(bad).to.deep.equal(["H4.3 failed: slipway-dev-morning: does not exist"]);
    const elsewhere = { ...workingHours, timeZone: "America/New_York" };
    const other = await run({ config: { cost: { teams: ["shop"], workingHours: elsewhere } } });
    expect(other.bad.join("\n")).to.include("America/New_York is configured");
  });
  it("[H4.3] asks for no rest where nodes are there around the clock", async () => {
    const { findings } = await run({ config: { cost: { teams: ["shop"] } } });
    expect(findings.map(({ requirement }) => requirement)).to.not.include("H4.3");
  });
  it("[A17.4] names quotas that are nearly used up, in any namespace", async () => {
    const away = await world.put(quota({ "limits.cpu": "2", pods: "1" }, "tight", "opencost"));
    await world.fixture.api.merge(
      { apiVersion: "v1", kind: "ResourceQuota", name: "tight", namespace: "opencost" },
      { status: { hard: { "limits.cpu": "2", pods: "10" }, used: { "limits.cpu": "1900m", pods: "8" } } },
      "status",
    );
    const { diagnoses } = await run();
    await away();
    expect(diagnoses.join("\n")).to.include("A17.4 opencost/tight").and.not.include("pods 80");
  });
});
