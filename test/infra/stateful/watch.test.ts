import { expect } from "chai";
import { declared } from "./phase-parts";

describe("what watches data systems", () => {
  let of: Awaited<ReturnType<typeof declared>>;
  before(async () => (of = await declared("production")));

  it("[A11.4] [A11.8] scrapes the port that members have, by labels that they carry", () => {
    expect(of("kubernetes:monitoring.coreos.com/v1:PodMonitor", "stateful-kafka-monitor")["spec"]).to.deep.equal({
      selector: { matchLabels: { "strimzi.io/cluster": "events" } },
      podMetricsEndpoints: [{ port: "tcp-prometheus", honorLabels: true }],
    });
    expect(of("kubernetes:monitoring.coreos.com/v1:PodMonitor", "stateful-postgres-monitor")["spec"]).to.deep.equal({
      selector: { matchLabels: { "cnpg.io/cluster": "checkout" } },
      podMetricsEndpoints: [{ port: "metrics", honorLabels: true }],
    });
  });
  it("[B6.5] looks at rules every 30 s", () => {
    const rules = of("kubernetes:monitoring.coreos.com/v1:PrometheusRule", "stateful-kafka-rules");
    expect(JSON.stringify(rules["spec"])).to.include('"interval":"30s"');
  });
});
