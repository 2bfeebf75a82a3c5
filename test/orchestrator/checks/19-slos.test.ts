import { expect } from "chai";
import { alertmanagerConfig, RECEIVERS_SECRET, secretKeys } from "../../../infra/slo/routing";
import { alertNames, ruleObjects } from "../../../infra/slo/manifests";
import { slosCheck } from "../../../orchestrator/checks/19-slos";
import { FIRINGS_A_WEEK } from "../../../orchestrator/checks/alert-queries";
import type { Services } from "../../../orchestrator/checks/check";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { createServices } from "../../../orchestrator/sandbox/services";
import { startOperators, type RunningOperators } from "../../../orchestrator/sandbox/operators/start";
import { configOf } from "../../support/pulumi";
import { FakeCloud } from "../sandbox/kubernetes/fixture";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const config = configOf("production");
const NAME = "kube-prometheus-stack";
const JOB = "monitoring/slipway-envoy";
const PATH = "slipway/production/alert-receivers";
const { route, receivers } = alertmanagerConfig(config);
const outputs = {
  metrics: {
    namespace: "monitoring",
    prometheus: { name: `${NAME}-prometheus`, service: `${NAME}-prometheus`, port: 9090 },
    alertmanager: `${NAME}-alertmanager`,
  },
  slos: {
    objectives: [{ name: "availability", target: 0.999 }],
    rules: ["slipway-indicators", "slipway-alerts"],
    alerts: alertNames(config),
    receivers: receivers.map(({ name }) => `monitoring/slipway/${name}`),
    addresses: { secret: RECEIVERS_SECRET, path: PATH },
    jobs: [JOB],
    dashboards: [],
  },
};
const OPERATOR = "monitoring.coreos.com";
const inMonitoring = (name: string) => ({ name, namespace: "monitoring" });
const rules: KubeObject[] = Object.entries(ruleObjects(config)).map(([name, groups]) => ({
  apiVersion: `${OPERATOR}/v1`,
  kind: "PrometheusRule",
  metadata: inMonitoring(name),
  spec: { groups },
}));
const routing: KubeObject = {
  apiVersion: `${OPERATOR}/v1alpha1`,
  kind: "AlertmanagerConfig",
  metadata: inMonitoring("slipway"),
  spec: { route, receivers },
};
const addresses: KubeObject = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: inMonitoring(RECEIVERS_SECRET),
  stringData: Object.fromEntries(secretKeys.production.map((key) => [key, "somewhere"])),
};
const synced = (status: "True" | "False", message: string): KubeObject => ({
  apiVersion: "external-secrets.io/v1",
  kind: "ExternalSecret",
  metadata: inMonitoring(RECEIVERS_SECRET),
  spec: {
    secretStoreRef: { kind: "ClusterSecretStore", name: "secrets-manager" },
    target: { name: RECEIVERS_SECRET },
    data: [{ secretKey: "slack-url", remoteRef: { key: PATH } }],
  },
  status: { conditions: [{ type: "Ready", status, message }] },
});
const policy = (name: string, spec: object): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: inMonitoring(name),
  spec: { podSelector: {}, ...spec },
});

describe("check 19 service levels", () => {
  let world: ClusterWorld;
  let operators: RunningOperators;
  let services: ReturnType<typeof createServices>;
  before(async () => {
    world = await openWorld();
    services = createServices(() => [world.fixture.access]);
    const { access, clusters } = world.fixture;
    const install = (chart: string, version: string, namespace: string, values: object) =>
      world.fixture.make("kubernetes:helm.sh/v3:Release", chart, {
        name: chart,
        chart,
        version,
        namespace,
        values,
      } as never);
    for (const name of ["monitoring", "external-secrets", "gateway"])
      await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    operators = await startOperators({
      access,
      host: clusters,
      cloud: new FakeCloud(),
      dnsRecords: () => Promise.resolve([]),
    });
    await install(NAME, "88.5.3", "monitoring", {
      prometheus: { prometheusSpec: { serviceMonitorSelectorNilUsesHelmValues: false } },
      alertmanager: {
        alertmanagerSpec: { alertmanagerConfigMatcherStrategy: { type: "OnNamespaceExceptForAlertmanagerNamespace" } },
      },
    });
    await install("external-secrets", "2.9.0", "external-secrets", { installCRDs: true });
    const settled = async () => {
      for (let round = 0; round < 200; round++) {
        const pods = (await world.fixture.api.list("v1", "Pod", "monitoring")).items;
        const ready = pods.filter((pod) => JSON.stringify(pod["status"]).includes('"type":"Ready","status":"True"'));
        if (ready.filter(({ metadata }) => /^(prometheus|alertmanager)-kube/.test(metadata.name)).length === 2) return;
      }
      throw new Error("Prometheus and Alertmanager do not run");
    };
    await settled();
    await operators.close();
    for (const object of [...rules, addresses, routing]) await world.put(object);
    await world.put(synced("True", "secret synced"));
    await world.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "envoy-0", namespace: "gateway", labels: { app: "envoy" } },
      spec: { containers: [{ name: "envoy", image: "x", ports: [{ name: "metrics", containerPort: 19001 }] }] },
    });
    await world.put({
      apiVersion: `${OPERATOR}/v1`,
      kind: "PodMonitor",
      metadata: inMonitoring("slipway-envoy"),
      spec: {
        selector: { matchLabels: { app: "envoy" } },
        namespaceSelector: { matchNames: ["gateway"] },
        podMetricsEndpoints: [{ port: "metrics", path: "/stats/prometheus" }],
      },
    });
  });
  after(async () => {
    services.close();
    await world.fixture.close();
  });

  const run = (more: object = {}, given: object = outputs) =>
    world.run(slosCheck, given, { config: config as never, ...more });
  /** The world's own answers, but for queries that are counted here. */
  const counting = (samples: readonly object[]): { services: Services } => ({
    services: {
      get: async (request) => {
        const asked = new URL(request.path, "http://localhost").searchParams.get("query");
        if (asked !== FIRINGS_A_WEEK) return services.get(request);
        return { status: 200, body: JSON.stringify({ data: { result: samples } }) };
      },
    },
  });
  const sample = (metric: object, count: number) => ({ metric, value: [0, String(count)] });

  it("[A19.1] [A19.3] [A19.4] [B6.3] passes when all is loaded and a raised alert arrives, and leaves nothing behind", async () => {
    const { bad, findings, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ requirement }) => requirement)).to.deep.equal(["A19.1", "A19.1", "B6.3", "A19.4", "A19.3"]);
    expect(findings[2]?.detail).to.include("critical: email, pagerduty, slack");
    expect(findings[4]?.detail).to.match(
      /^slipway-alert-probe-\w+ taken by slack, by way of monitoring\/slipway\/slack/,
    );
    expect(diagnoses).to.deep.equal([]);
    const left = (await world.fixture.api.list(`${OPERATOR}/v1`, "PrometheusRule", "monitoring")).items;
    expect(left.map(({ metadata }) => metadata.name)).to.have.members(rules.map(({ metadata }) => metadata.name));
  });
  it("removes what a killed run left", async () => {
    const metadata = { ...inMonitoring("slipway-alert-probe-old"), labels: { "slipway.dev/probe": "true" } };
    await world.put({ apiVersion: `${OPERATOR}/v1`, kind: "PrometheusRule", metadata, spec: { groups: [] } });
    await run();
    const left = (await world.fixture.api.list(`${OPERATOR}/v1`, "PrometheusRule", "monitoring")).items;
    expect(left.map(({ metadata: { name } }) => name)).to.not.include("slipway-alert-probe-old");
  });
  it("[A19.1] fails for an alert that is not loaded, and one of another environment", async () => {
    const { bad } = await run({ waitUntil: impatient }, { ...outputs, slos: { ...outputs.slos, alerts: ["Missing"] } });
    expect(bad).to.include("A19.1 failed: Missing: is not loaded");
    const staging = await run({ waitUntil: impatient, config: configOf("staging") });
    expect(staging.bad.join()).to.include("NodeNotReady: says environment production");
  });
  it("[A19.1] fails for what is not measured", async () => {
    const { bad } = await run({ waitUntil: impatient }, { ...outputs, slos: { ...outputs.slos, jobs: [JOB, "gone"] } });
    expect(bad).to.deep.equal(["A19.1 failed: gone: is not scraped"]);
  });
  it("[B6.2] fails where production's routing is not that of staging", async () => {
    const { bad } = await run({ waitUntil: impatient, config: configOf("staging") });
    expect(bad.join()).to.include("critical: reaches email, pagerduty, slack, should reach email, slack");
  });
  it("[A19.3] explains a notification that the channel does not take: no way out", async () => {
    const remove = await world.put(policy("deny", { policyTypes: ["Egress"] }));
    const { bad, diagnoses, causes } = await run({ waitUntil: impatient });
    expect(bad.join()).to.include("A19.3 failed: slack: does not take the notification");
    expect(diagnoses).to.deep.equal(["A19.3 slack"]);
    expect(causes[0]).to.include("the way out is closed");
    await remove();
  });
  it("[A19.3] explains routing that is left out, since its addresses are not there", async () => {
    await world.fixture.api.delete({ apiVersion: "v1", kind: "Secret", ...inMonitoring(RECEIVERS_SECRET) });
    await world.put(synced("False", "could not get secret data from provider"));
    const { bad, diagnoses, causes } = await run({ waitUntil: impatient });
    expect(bad.join()).to.include("monitoring/slipway/slack: is no receiver of Alertmanager");
    expect(bad.join()).to.include("was notified to nobody");
    expect(diagnoses).to.deep.equal(["A19.3 monitoring/alert-receivers"]);
    expect(causes[0]).to.include("could not get secret data from provider");
    await world.put(addresses);
    await world.put(synced("True", "secret synced"));
  });
  it("[A19.4] names rules that fire more than once a day, and too many pages in all", async () => {
    const { bad, diagnoses } = await run(
      counting([
        sample({ alertname: "CrashLoopBackOff", severity: "warning" }, 20),
        sample({ alertname: "RestartsOften", severity: "critical" }, 6),
        sample({ alertname: "NodeNotReady", severity: "critical" }, 25),
        sample({ alertname: "Watchdog", severity: "none" }, 99),
      ]),
    );
    expect(bad).to.deep.equal([
      "A19.4 failed: CrashLoopBackOff: fired 20 times in a week, 7 at most; NodeNotReady: fired 25 times in a week, 7 at most; " +
        "pages: 31 in a week, 28 at most (two in a shift)",
    ]);
    expect(diagnoses[0]).to.equal("A19.4 CrashLoopBackOff (20 a week) NodeNotReady (25 a week)");
  });
  it("[A19.4] names pages that were over before anybody could have done anything", async () => {
    const { bad, diagnoses, causes } = await run(
      counting([
        sample({ alertname: "RestartsOften", severity: "critical" }, 6),
        sample({ alertname: "NodeNotReady", severity: "critical" }, 4),
        sample(
          { alertname: "EscalatedToManager", severity: "critical", escalation: "manager", escalated: "NodeNotReady" },
          3,
        ),
      ]),
    );
    expect(bad).to.deep.equal([]);
    expect(diagnoses).to.deep.equal(["A19.4 RestartsOften"]);
    expect(causes[0]).to.include("pages without action");
  });
  it("is in error, and passes nothing, when nobody answers", async () => {
    const silent = { get: () => Promise.resolve({ status: 503, body: "no endpoints" }) };
    const { findings } = await run({ services: silent });
    expect(findings.map(({ verdict }) => verdict)).to.deep.equal(Array.from({ length: 5 }, () => "errored"));
  });
});
