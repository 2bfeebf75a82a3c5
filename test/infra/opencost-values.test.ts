import { expect } from "chai";
import { openCostValues } from "../../infra/opencost-values";
import { render } from "../../orchestrator/sandbox/kubernetes/charts";
import { listAt, type KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import { configOf } from "../support/pulumi";

describe("the values of OpenCost [A17.1]", () => {
  const { objects } = render({
    chart: "opencost",
    version: "2.5.17",
    release: "opencost",
    namespace: "opencost",
    values: openCostValues(configOf("production")),
  });
  const [deployment] = objects.filter(({ kind }) => kind === "Deployment") as [KubeObject];
  const containers = listAt<Record<string, unknown>>(deployment, "spec", "template", "spec", "containers");

  it("ask our Prometheus, not the one the chart dreams of", () => {
    expect(containers[0]?.["env"]).to.deep.include({
      name: "PROMETHEUS_SERVER_ENDPOINT",
      value: "http://kube-prometheus-stack-prometheus.monitoring.svc.cluster.local:9090",
    });
  });
  it("run one restricted container, without the page and the server that ask nobody who they are", () => {
    expect(containers.map(({ name }) => name)).to.deep.equal(["opencost"]);
    expect(containers[0]?.["securityContext"]).to.include({ runAsNonRoot: true, readOnlyRootFilesystem: true });
    expect(containers[0]?.["ports"]).to.deep.equal([{ name: "http", containerPort: 9003 }]);
  });
  it("give limits, and say to Prometheus what to scrape", () => {
    expect(containers[0]?.["resources"]).to.have.nested.property("limits.cpu", "500m");
    expect(objects.map(({ kind }) => kind)).to.include("ServiceMonitor");
  });
});
