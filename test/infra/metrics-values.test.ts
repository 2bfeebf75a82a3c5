import { expect } from "chai";
import { prometheusStackValues } from "../../infra/metrics-values";
import { unknownKeys } from "../support/published";
import { configOf } from "../support/pulumi";

describe("values of kube-prometheus-stack", () => {
  const values = (remote?: string) =>
    prometheusStackValues(configOf("staging"), { agents: "monitoring-agents", grafanaSecret: "grafana-admin", remote });

  it("are all keys of the published charts, misspelt ones would be ignored in silence", function () {
    const unknown = unknownKeys(values("https://store/"), "kube-prometheus-stack", {
      subcharts: ["grafana", "kube-state-metrics", "prometheus-node-exporter"],
      documented: ["grafana.persistence.storageClassName"],
    });
    if (unknown === undefined) return this.skip();
    expect(unknown).to.deep.equal([]);
  });
  it("give every container a request and a limit (E2.1)", () => {
    const given = JSON.stringify(values());
    for (const part of ["prometheusOperator", "prometheusSpec", "alertmanagerSpec", "sidecar", "kube-state-metrics"])
      expect(given).to.match(new RegExp(`"${part}":\\{.*?"resources":\\{"requests":`));
  });
  it("write on only what is worth keeping, and only where there is a store", () => {
    expect(values()).to.not.have.nested.property("prometheus.prometheusSpec.remoteWrite");
    expect(values("https://store/")).to.have.nested.property(
      "prometheus.prometheusSpec.remoteWrite[0].writeRelabelConfigs[0].action",
      "keep",
    );
  });
});
