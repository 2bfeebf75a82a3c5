import { expect } from "chai";
import { brokersOf, jmxRules, kafkaSpec, nodePoolSpec } from "../../../infra/stateful/kafka";
import { configOf } from "../../support/pulumi";

describe("the Kafka of the platform", () => {
  const production = configOf("production");
  const dev = configOf("dev");

  it("[A11.3] has one broker per zone, each on a volume that outlives its object", () => {
    const { replicas, template, storage } = nodePoolSpec(production);
    expect(replicas).to.equal(3);
    expect(template.pod.topologySpreadConstraints[0]).to.include({
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "DoNotSchedule",
    });
    expect(storage.volumes[0]).to.include({
      type: "persistent-claim",
      class: "gp3",
      deleteClaim: false,
      size: "200Gi",
    });
  });
  it("is a single broker with single copies where availability does not count", () => {
    expect(brokersOf(dev)).to.equal(1);
    expect(nodePoolSpec(dev).template.pod.topologySpreadConstraints).to.deep.equal([]);
    expect(kafkaSpec(dev).kafka.config).to.include({ "default.replication.factor": "1", "min.insync.replicas": "1" });
  });
  it("[A11.3] keeps three copies in three zones, and writes go on with one of them away", () => {
    const { kafka } = kafkaSpec(production);
    expect(kafka.rack.topologyKey).to.equal("topology.kubernetes.io/zone");
    expect(kafka.config).to.include({ "default.replication.factor": "3", "min.insync.replicas": "2" });
  });
  it("[A11.8] listens inside the cluster, over TLS, to clients with a certificate", () => {
    for (const listener of kafkaSpec(production).kafka.listeners)
      expect(listener).to.deep.include({ type: "internal", tls: true, authentication: { type: "tls" } });
  });
  it("[A11.4] exposes what the rules over it read", () => {
    const { metricsConfig } = kafkaSpec(production).kafka;
    expect(metricsConfig.type).to.equal("jmxPrometheusExporter");
    expect(jmxRules.rules.map(({ name }) => name)).to.include("kafka_log_flush_milliseconds");
  });
});
