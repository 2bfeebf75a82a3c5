import { expect } from "chai";
import { fluentBitValues, vectorValues, type Destination } from "../../../infra/log-shipping-values";
import type { PhaseCheck } from "../../../orchestrator/checks/check";
import { viewCluster } from "../../../orchestrator/checks/cluster-view";
import { logShipping, logShippingCauses } from "../../../orchestrator/checks/log-shipping";
import { externalSecretsDefinitions } from "../../../orchestrator/sandbox/kubernetes/charts/definitions/external-secrets";
import { prometheusOperatorDefinitions } from "../../../orchestrator/sandbox/kubernetes/charts/definitions/prometheus-operator";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { configOf } from "../../support/pulumi";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const TOKEN = "11111111-2222-3333-4444-555555555555";
const destination: Destination = { kind: "splunk", host: "logs.corp.example", port: 8088, cidrs: ["192.0.2.0/28"] };
const dev = configOf("dev");
const configFor = (agent: "fluent-bit" | "vector") => ({
  monitoring: { ...dev.monitoring, logs: { ...dev.monitoring.logs, shipping: { agent, destination } } },
});
const check: PhaseCheck = {
  verify: async (context) => logShipping(context, await viewCluster(context.clients.kubernetes)),
  diagnose: async (context) => logShippingCauses(context, await viewCluster(context.clients.kubernetes)),
};
const metadata = (name: string) => ({ name, namespace: "logging" });
const wayOut = (more: object = {}): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: metadata("allow-log-shipping"),
  spec: {
    podSelector: { matchLabels: { "app.kubernetes.io/name": "fluent-bit" } },
    policyTypes: ["Egress"],
    egress: [{ to: [{ ipBlock: { cidr: "192.0.2.0/28" } }], ports: [{ protocol: "TCP", port: 8088 }] }],
    ...more,
  },
});
const secret = (token: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: metadata("log-shipping"),
  data: { token: Buffer.from(token).toString("base64") },
});
const external = (status: "True" | "False", message: string): KubeObject => ({
  apiVersion: "external-secrets.io/v1",
  kind: "ExternalSecret",
  metadata: metadata("log-shipping"),
  spec: { secretStoreRef: { kind: "ClusterSecretStore", name: "secrets-manager" }, target: { name: "log-shipping" } },
  status: { conditions: [{ type: "Ready", status, message }] },
});

describe("check of logs shipped elsewhere", () => {
  let world: ClusterWorld;
  before(async () => {
    world = await openWorld();
    for (const definition of [...externalSecretsDefinitions, ...prometheusOperatorDefinitions])
      await world.put(definition);
    await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "logging" } });
  });
  after(() => world.fixture.close());
  const run = (more: object = {}, agent: "fluent-bit" | "vector" = "fluent-bit") =>
    world.run(
      check,
      { secrets: { logShipping: `logging/${agent}`, prefix: "slipway/dev/" } },
      { config: configFor(agent), waitUntil: impatient, ...more },
    );

  it("says nothing where nothing is shipped", async () => {
    const { findings, diagnoses } = await world.run(check, { secrets: { logShipping: "" } });
    expect([findings, diagnoses]).to.deep.equal([[], []]);
  });
  it("[A9.2] fails for everything that is not there, and explains the token", async () => {
    const { bad, diagnoses } = await run();
    expect(bad[0]).to.match(/^A9.2 failed: .*has no collector/);
    expect(bad[1]).to.include("its settings do not name logs.corp.example:8088 over TLS");
    expect(bad[2]).to.match(/there was nothing to look at|192.0.2.0\/28:8088 is closed/);
    expect(bad[3]).to.include("no ExternalSecret keeps it");
    expect(diagnoses).to.deep.equal(["A9.2 logging/log-shipping"]);
  });

  describe("with an agent", () => {
    const install = (chart: string, version: string, values: object) =>
      world.fixture.make("kubernetes:helm.sh/v3:Release", chart, {
        name: chart,
        chart,
        version,
        namespace: "logging",
        values,
      } as never);
    before(async () => {
      await install("fluent-bit", "0.58.1", fluentBitValues(dev, destination));
      await world.put(wayOut());
      await world.put(secret(TOKEN));
      await world.put(external("True", "secret synced"));
    });

    it("[A9.2] passes with an agent on every node, its destination, its way out and its token", async () => {
      const { bad, diagnoses, findings } = await run();
      expect([bad, diagnoses]).to.deep.equal([[], []]);
      expect(findings.map(({ detail }) => detail)).to.deep.equal([
        "3 nodes",
        "splunk at logs.corp.example:8088",
        "192.0.2.0/28:8088",
        "logging/log-shipping",
      ]);
      expect(JSON.stringify(findings)).to.not.include(TOKEN);
    });
    it("[A9.2] passes with Vector in its place", async () => {
      await install("vector", "0.57.0", vectorValues(dev, destination));
      const policy = wayOut({ podSelector: { matchLabels: { "app.kubernetes.io/name": "vector" } } });
      const away = await world.put({ ...policy, metadata: metadata("allow-vector") });
      expect((await run({}, "vector")).bad).to.deep.equal([]);
      await away();
    });
    it("[A9.2] fails for a token in the settings, without telling it", async () => {
      const map = { apiVersion: "v1", kind: "ConfigMap", name: "fluent-bit", namespace: "logging" };
      const { config } = fluentBitValues(dev, destination);
      const text = config.outputs.replace("${LOG_SHIPPING_TOKEN}", TOKEN);
      await world.fixture.api.merge(map, { data: { "fluent-bit.conf": text } });
      const { bad } = await run();
      expect(bad).to.deep.equal(["A9.2 failed: logging/fluent-bit: its settings hold the token in clear"]);
      await world.fixture.api.merge(map, { data: { "fluent-bit.conf": config.outputs.replace("tls On", "tls Off") } });
      expect((await run()).bad[0]).to.include("over TLS");
      await world.fixture.api.merge(map, { data: { "fluent-bit.conf": config.outputs } });
    });
    it("[A9.2] fails for a way out that is wider, or closed", async () => {
      const wide = await world.put({
        ...wayOut({ podSelector: {}, egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 443 }] }] }),
        metadata: metadata("allow-internet"),
      });
      expect((await run()).bad).to.deep.equal(["A9.2 failed: logging/allow-log-shipping: 0.0.0.0/0:443 is open too"]);
      await wide();
      await world.put(wayOut({ egress: [] }));
      expect((await run()).bad[0]).to.include("192.0.2.0/28:8088 is closed");
      await world.put(wayOut());
    });
    it("[A9.2] fails and explains a token that is empty or does not come", async () => {
      await world.put(secret(""));
      const { bad, diagnoses } = await run();
      expect(bad).to.deep.equal(["A9.2 failed: logging/log-shipping: the Secret has no token"]);
      expect(diagnoses).to.deep.equal(["A9.2 logging/log-shipping"]);
      await world.put(external("False", "could not get secret data from provider"));
      expect((await run()).bad[0]).to.include("could not get secret data from provider");
    });
  });
});
