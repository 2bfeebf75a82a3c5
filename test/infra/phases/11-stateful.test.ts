import { expect } from "chai";
import { configOf, type Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

const KAFKA = "kubernetes:kafka.strimzi.io/v1:Kafka";
const POOL = "kubernetes:kafka.strimzi.io/v1:KafkaNodePool";
const CLUSTER = "kubernetes:postgresql.cnpg.io/v1:Cluster";
const SCHEDULE = "kubernetes:postgresql.cnpg.io/v1:ScheduledBackup";
const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const RELEASE = "kubernetes:helm.sh/v3:Release";

describe("phase 11: stateful systems", () => {
  const built: Record<string, Registered[]> = {};
  before(async () => {
    for (const environment of ["dev", "staging", "production"]) built[environment] = (await recorded(environment)).seen;
    const config = configOf("production");
    const without = {
      ...config,
      stateful: { ...config.stateful, postgres: { ...config.stateful.postgres, enabled: false } },
    };
    built["no postgres"] = (await recorded("production", without)).seen;
  });
  const of = (type: string, environment = "production") =>
    (built[environment] ?? []).filter((one) => one.type === type).map(({ inputs }) => inputs);
  const named = (type: string, name: string, environment = "production") =>
    built[environment]?.find((one) => one.type === type && one.name === name)?.inputs ?? {};

  it("[A11.1] makes what each environment's configuration has on, and nothing else", () => {
    const there = (environment: string) => [of(KAFKA, environment).length, of(CLUSTER, environment).length];
    expect(["dev", "staging", "production", "no postgres"].map(there)).to.deep.equal([
      [0, 1],
      [1, 1],
      [1, 1],
      [1, 0],
    ]);
    const charts = of(RELEASE, "no postgres").map(({ name }) => name);
    expect(charts).to.include("strimzi-kafka-operator").and.not.include("cloudnative-pg");
  });
  it("[A11.1] [A11.5] uses the API that Strimzi still serves, pools of nodes and no StatefulSet of our own", () => {
    expect((built["production"] ?? []).filter(({ type }) => /v1beta2|StatefulSet/.test(type))).to.deep.equal([]);
    expect(named(POOL, "stateful-kafka-brokers")["metadata"]).to.deep.include({
      labels: { "strimzi.io/cluster": "events" },
    });
  });
  it("[A15.5] [B4.2] archives WAL and takes base backups into a bucket by Pod Identity, except in dev", () => {
    const uses = of("aws:eks/podIdentityAssociation:PodIdentityAssociation").find(
      ({ namespace }) => namespace === "checkout-database",
    );
    expect(uses).to.include({ serviceAccount: "checkout" });
    expect(of(SCHEDULE).map(({ spec }) => (spec as { schedule: string }).schedule)).to.have.members([
      "0 37 * * * *",
      "0 0 3 * * *",
    ]);
    expect(of(SCHEDULE, "staging")).to.have.length(1);
    expect([of(SCHEDULE, "dev"), of("kubernetes:barmancloud.cnpg.io/v1:ObjectStore", "dev")]).to.deep.equal([[], []]);
    expect((of(CLUSTER, "dev")[0]?.["metadata"] as { annotations: object }).annotations).to.deep.equal({
      "slipway.dev/disposable": "true",
    });
  });
  it("[A11.8] lets in members, operators and the namespaces on the list, on their ports", () => {
    const callers = (namespace: string) =>
      (
        named(POLICY, `stateful-${namespace}-allow-callers`)["spec"] as {
          ingress: {
            from: { namespaceSelector: { matchLabels: Record<string, string> } }[];
            ports: { port: number }[];
          }[];
        }
      ).ingress.map(({ from, ports }) => [
        from[0]?.namespaceSelector.matchLabels["kubernetes.io/metadata.name"],
        ports.map(({ port }) => port),
      ]);
    expect(callers("checkout-database")).to.deep.equal([
      ["checkout-database", [5432, 8000]],
      ["cnpg-system", [8000]],
      ["production", [5432]],
    ]);
    expect(callers("kafka")).to.deep.equal([
      ["kafka", [9090, 9091, 8443, 9093]],
      ["production", [9093]],
    ]);
  });
  it("[A11.4] [A11.8] scrapes and watches both", () => {
    const rules = of("kubernetes:monitoring.coreos.com/v1:PrometheusRule").filter(({ metadata }) =>
      ["kafka", "postgres"].includes((metadata as { name: string }).name),
    );
    expect(rules).to.have.length(2);
  });
  it("keeps the operator of databases through a drained node with a budget of ours", () => {
    const budgets = (environment: string) =>
      of("kubernetes:policy/v1:PodDisruptionBudget", environment).filter(
        ({ metadata }) => (metadata as { name: string }).name === "cloudnative-pg",
      );
    expect([budgets("production").length, budgets("dev").length]).to.deep.equal([1, 0]);
  });
});
