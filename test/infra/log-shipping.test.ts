import { expect } from "chai";
import { fluentBitValues, vectorValues, type Destination, type Shipping } from "../../infra/log-shipping-values";
import { estimate } from "../../orchestrator/cost/estimate";
import { render } from "../../orchestrator/sandbox/kubernetes/charts";
import { at, type KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import { builtWith, inputsOf, violationsOf } from "../support/option";
import { configOf } from "../support/pulumi";

const there = { host: "logs.corp.example", cidrs: ["192.0.2.0/28"] };
const splunk: Destination = { kind: "splunk", port: 8088, ...there };
const elasticsearch: Destination = { kind: "elasticsearch", port: 9200, username: "slipway", ...there };
const logstash: Destination = { kind: "logstash", port: 8080, username: "slipway", ...there };
const shippingTo = (environment: string, shipping: Shipping) => {
  const { monitoring } = configOf(environment);
  return { monitoring: { ...monitoring, logs: { ...monitoring.logs, shipping } } };
};
const dev = configOf("dev");

describe("logs shipped to another store [A9.2]", () => {
  it("are not unless an environment says where to", async () => {
    for (const environment of ["dev", "staging", "production"])
      expect(configOf(environment).monitoring.logs.shipping, environment).to.equal(undefined);
    expect((await builtWith("dev", {})).filter(({ name }) => name.includes("shipping"))).to.deep.equal([]);
  });
  for (const agent of ["fluent-bit", "vector"] as const)
    it(`leave by ${agent} besides Alloy, to the destination's one port, with a token of the central store`, async () => {
      const seen = await builtWith("production", shippingTo("production", { agent, destination: splunk }));
      const names = seen.map(({ name }) => name);
      expect(names).to.include.members(["logs-alloy", `secrets-log-shipping-${agent}`]);
      expect(inputsOf(seen, "secrets-log-shipping-out")["spec"]).to.deep.equal({
        podSelector: { matchLabels: { "app.kubernetes.io/name": agent } },
        policyTypes: ["Egress"],
        egress: [{ to: [{ ipBlock: { cidr: "192.0.2.0/28" } }], ports: [{ protocol: "TCP", port: 8088 }] }],
      });
      const token = seen.find(
        ({ type, name }) => name === "secrets-log-shipping-token" && type.endsWith(":ExternalSecret"),
      );
      expect(token?.inputs).to.have.nested.property("metadata.namespace", "logging");
      expect(token?.inputs).to.have.nested.property("spec.data[0].remoteRef.key", "slipway/production/log-shipping");
      expect(JSON.stringify(inputsOf(seen, "secrets-store")["spec"])).to.include('"logging"');
      expect(violationsOf("production", seen, /log-shipping|logs-logging/)).to.deep.equal([]);
    });
  it("have room in the quota for two agents on each node", async () => {
    const quota = async (change: object) =>
      inputsOf(await builtWith("production", change), "logs-logging-quota")["spec"];
    expect(await quota(shippingTo("production", { agent: "vector", destination: splunk }))).to.have.nested.property(
      "hard.limits\\.cpu",
      "40",
    );
    expect(await quota({})).to.have.nested.property("hard.limits\\.cpu", "20");
  });
  it("cost the stored token", () => {
    const inputs = { name: "slipway/dev/log-shipping" };
    const { lines } = estimate([{ urn: "urn:token", type: "aws:secretsmanager/secret:Secret", inputs }], "us-east-1");
    expect(lines).to.deep.equal([{ area: "storage", what: "secret slipway/dev/log-shipping", monthly: 0.4 }]);
  });
});

describe("values of the agents that ship logs [A9.2]", () => {
  const outputs = (destination: Destination) => fluentBitValues(dev, destination).config.outputs;
  const sink = (destination: Destination) => vectorValues(dev, destination).customConfig.sinks.destination;

  it("speak to each kind of destination over TLS, and name the token only by its variable", () => {
    for (const destination of [splunk, elasticsearch, logstash]) {
      expect(outputs(destination)).to.include("    Host logs.corp.example\n").and.include("    tls On\n");
      expect(outputs(destination)).to.include("    tls.verify On\n").and.include("${LOG_SHIPPING_TOKEN}");
      expect(JSON.stringify(sink(destination))).to.include(`https://logs.corp.example:${destination.port}`);
      expect(JSON.stringify(sink(destination))).to.include("${LOG_SHIPPING_TOKEN}");
      expect(sink(destination).tls).to.deep.equal({ verify_certificate: true, verify_hostname: true });
    }
    expect([splunk, elasticsearch, logstash].map((one) => /Name (\w+)/.exec(outputs(one))?.[1])).to.deep.equal([
      "splunk",
      "es",
      "http",
    ]);
    expect([splunk, elasticsearch, logstash].map((one) => sink(one).type)).to.deep.equal([
      "splunk_hec_logs",
      "elasticsearch",
      "http",
    ]);
  });
  it("use config.outputs, since backend.* is no value of the chart", () => {
    expect(fluentBitValues(dev, splunk)).to.not.have.property("backend");
  });
  it("[A9.1] keep no application's lines back, and never their own of a failed delivery in a circle", () => {
    const { inputs, filters } = fluentBitValues(dev, splunk).config;
    expect(filters).to.include("K8S-Logging.Exclude Off");
    expect(inputs).to.include("Exclude_Path /var/log/containers/fluent-bit-*.log");
  });
  for (const [chart, values] of [
    ["fluent-bit", fluentBitValues(dev, splunk)],
    ["vector", vectorValues(dev, splunk)],
  ] as const)
    it(`[A9.3] make ${chart} a daemon on every node that reads logs, and may do nothing else as root`, () => {
      const request = { chart, version: undefined, release: chart, namespace: "logging", values: values as never };
      const daemon = render(request).objects.find(({ kind }) => kind === "DaemonSet") as KubeObject;
      const pod = at(daemon, "spec", "template", "spec");
      expect(at(pod, "tolerations")).to.deep.equal([{ operator: "Exists" }]);
      const host = (at(pod, "volumes") as { hostPath?: { path: string } }[]).flatMap(({ hostPath }) => hostPath ?? []);
      expect(host).to.deep.equal([{ path: "/var/log" }]);
      expect(at(pod, "containers", 0, "securityContext")).to.deep.include({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(JSON.stringify(at(pod, "containers", 0, "env"))).to.include('"secretKeyRef":{"name":"log-shipping"');
      expect(at(pod, "containers", 0)).to.include.keys("livenessProbe", "readinessProbe");
    });
});
