import { expect } from "chai";
import { dayTwoCheck, misfits } from "../../../orchestrator/checks/18-day-two";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { certManagerDefinitions } from "../../../orchestrator/sandbox/kubernetes/charts/definitions/cert-manager";
import { CLUSTER, nodes } from "../sandbox/kubernetes/fixture";
import { openWorld, type ClusterWorld } from "./cluster-world";

const DAY = 86_400_000;
const outputs = {
  cluster: { name: CLUSTER, version: "1.36" },
  dayTwo: { dashboard: "monitoring/dashboard-maintenance", windows: ["at any time"] },
};
const namespace = (name: string, labels = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
const deployment = (name: string, replicas: number, inNamespace = "platform"): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: inNamespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: "x" }] } },
  },
});
const budget = (name: string, spec: object, app = name): KubeObject => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name, namespace: "platform" },
  spec: { ...spec, selector: { matchLabels: { app } } },
});
const certificate = (days: number): KubeObject => ({
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: { name: "web", namespace: "platform" },
  spec: { secretName: "web", dnsNames: ["a.example"], issuerRef: { name: "x" } },
  status: { notAfter: new Date(Date.now() + days * DAY).toISOString() },
});
const dashboard = (shown: string): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "dashboard-maintenance", namespace: "monitoring", labels: { grafana_dashboard: shown } },
});
const insights = (...found: { name: string; status: string; reason: string }[]) => ({
  clusterInsights: () => Promise.resolve(found),
});

describe("check 18 day 2", () => {
  let world: ClusterWorld;
  before(async () => {
    world = await openWorld();
    await world.fixture.clusters.setNodes(CLUSTER, "general", nodes(3, "general"));
    for (const one of [
      ...certManagerDefinitions,
      namespace("platform"),
      namespace("monitoring"),
      namespace("team-shop", { "slipway.dev/team": "shop" }),
      deployment("web", 2),
      budget("web", { maxUnavailable: 1 }),
      dashboard("1"),
      certificate(60),
    ])
      await world.put(one);
  });
  after(() => world.fixture.close());
  /** Pods come up and budgets count them in their own time. */
  const settled = async (name: string, healthy: number) => {
    for (let round = 0; round < 200; round++) {
      const found = await world.fixture.api.get({
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        name,
        namespace: "platform",
      });
      if ((found?.["status"] as { currentHealthy?: number } | undefined)?.currentHealthy === healthy) return;
    }
    throw new Error(`${name} never counted ${healthy} healthy pods`);
  };
  const run = (more: object = {}, config: object = { highAvailability: true }) =>
    world.run(dayTwoCheck, outputs, { aws: insights(), config: config as never, ...more });

  it("[A18.1] [A18.3] [H1.2] passes where everything is guarded, fresh and in its place", async () => {
    await settled("web", 2);
    const { bad, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(diagnoses).to.deep.equal([]);
  });
  it("[A18.3] finds what runs in several copies without a budget, outside of teams' namespaces", async () => {
    const away = await world.put(deployment("bare", 3));
    const theirs = await world.put(deployment("theirs", 3, "team-shop"));
    const { bad, diagnoses } = await run();
    await away();
    await theirs();
    expect(bad.join("\n")).to.include("platform/bare: 3 copies and no PodDisruptionBudget").and.not.include("theirs");
    expect(diagnoses).to.deep.equal(["A18.3 platform/bare"]);
  });
  it("[A18.3] finds a budget that lets no healthy pod go", async () => {
    const single = await world.put(deployment("single", 1));
    const away = await world.put(budget("single", { minAvailable: 1 }));
    await settled("single", 1);
    const { bad, diagnoses, causes } = await run();
    await away();
    await single();
    expect(bad.join("\n")).to.include("platform/single: minAvailable 1 of 1 healthy pods lets none go");
    expect(diagnoses).to.deep.equal(["A18.3 platform/single"]);
    expect(causes.join()).to.include("every upgrade stands still");
  });
  it("[A18.3] takes single copies of dev for what they are, and nothing critical elsewhere for no answer", async () => {
    const away = await world.put(deployment("web", 1));
    const dev = await run({}, { highAvailability: false });
    const elsewhere = await run();
    await away();
    await world.put(deployment("web", 2));
    const guardedIn = (result: typeof dev) =>
      result.findings.find(({ title }) => title.includes("more than one copy"))?.verdict;
    expect(guardedIn(dev)).to.equal("passed");
    expect(guardedIn(elsewhere)).to.equal("inconclusive");
  });
  it("[H1.2] finds a certificate that nobody renewed", async () => {
    await world.put(certificate(5));
    const { bad } = await run();
    await world.put(certificate(60));
    expect(bad.join("\n")).to.match(/H1\.2 failed: platform\/web: ends in [45] days/);
  });
  it("[H1.2] finds what EKS says an upgrade would break, and tells warnings", async () => {
    const broken = await run({
      aws: insights({ name: "Deprecated APIs", status: "ERROR", reason: "policy/v1beta1 in use" }),
    });
    expect(broken.bad).to.include("H1.2 failed: Deprecated APIs: policy/v1beta1 in use");
    const warned = await run({ aws: insights({ name: "Add-on versions", status: "WARNING", reason: "old" }) });
    expect(warned.findings.some(({ detail }) => detail === "warnings: Add-on versions")).to.equal(true);
  });
  it("[H1.2] finds the lists out of sight", async () => {
    await world.put(dashboard("0"));
    const { bad } = await run();
    await world.put(dashboard("1"));
    expect(bad.join("\n")).to.include("lacks the label grafana_dashboard");
  });
  it("[A18.1] takes nodes up to three versions behind, and none ahead", () => {
    const node = (kubeletVersion?: string) => ({
      metadata: { name: kubeletVersion ?? "silent" },
      ...(kubeletVersion !== undefined && { status: { nodeInfo: { kubeletVersion } as never } }),
    });
    const wrong = misfits(["v1.36.2-eks-1", "v1.33.0", "v1.32.9", "v1.37.0", "x", undefined].map(node), "1.36");
    expect(wrong.map(({ reason }) => reason)).to.deep.equal([
      "runs v1.32.9, 4 minor versions behind 1.36",
      "runs v1.37.0, ahead of 1.36",
      "says x, which is no version",
      "does not say its version",
    ]);
  });
});
