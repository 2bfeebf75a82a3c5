import { expect } from "chai";
import { flaggerValues } from "../../infra/flagger-values";
import { flagger } from "../../orchestrator/sandbox/kubernetes/charts/flagger";
import { at, type KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import { configOf } from "../support/pulumi";

describe("the values of Flagger", () => {
  const production = flaggerValues(configOf("production"));
  const rendered = (environment: string): KubeObject[] =>
    flagger.objects(flagger.values.parse(flaggerValues(configOf(environment))), {
      release: "flagger",
      namespace: "flagger",
    });
  const deployment = (environment: string) => rendered(environment).find(({ kind }) => kind === "Deployment");
  const container = (environment: string) => at(deployment(environment), "spec", "template", "spec", "containers", "0");

  it("[B2.4] run the controller twice with a budget where availability counts, and once in dev", () => {
    expect(at(deployment("production"), "spec", "replicas")).to.equal(2);
    expect(rendered("production").some(({ kind }) => kind === "PodDisruptionBudget")).to.equal(true);
    expect(at(deployment("dev"), "spec", "replicas")).to.equal(1);
    expect(rendered("dev").some(({ kind }) => kind === "PodDisruptionBudget")).to.equal(false);
    // Two without a lease would both take steps.
    expect(at(container("production"), "command")).to.include("-enable-leader-election=true");
  });
  it("[D5.3] split routes of the Gateway API and ask the Prometheus that is there", () => {
    expect(at(container("production"), "command")).to.include.members([
      "-mesh-provider=gatewayapi:v1",
      "-metrics-server=http://kube-prometheus-stack-prometheus.monitoring:9090",
    ]);
  });
  it("[E4.2] look at the environment's canaries alone, and follow none of them elsewhere", () => {
    expect(production).to.include({ namespace: "production", noCrossNamespaceRefs: true });
  });
  it("run restricted, and in no mesh", () => {
    const context = at(container("production"), "securityContext");
    expect(context).to.deep.include({
      runAsUser: 10001,
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
    });
    expect(at(deployment("production"), "spec", "template", "metadata", "annotations")).to.include({
      "linkerd.io/inject": "disabled",
    });
  });
  it("leave the kinds to the chart's folder, whose annotation keeps them when the chart goes", () => {
    expect(production.crd).to.deep.equal({ create: false });
    const kept = flagger.definitions?.map(({ metadata }) => metadata.annotations?.["helm.sh/resource-policy"]);
    expect(kept).to.deep.equal(["keep", "keep", "keep"]);
  });
});
