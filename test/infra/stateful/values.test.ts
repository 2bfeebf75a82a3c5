import { expect } from "chai";
import { barmanValues, cloudnativePgValues, strimziValues } from "../../../infra/stateful/values";
import { render } from "../../../orchestrator/sandbox/kubernetes/charts";
import { at } from "../../../orchestrator/sandbox/kubernetes/object";
import { configOf } from "../../support/pulumi";

describe("what is set of the charts of data operators", () => {
  const rendered = (chart: string, values: object) =>
    render({ chart, version: undefined, release: chart, namespace: "n", values: values as never }).objects;
  const deployment = (objects: ReturnType<typeof rendered>) => objects.find(({ kind }) => kind === "Deployment");

  it("[A11.1] runs operators twice where availability counts", () => {
    const counts = (environment: string) => {
      const config = configOf(environment);
      return [
        at(deployment(rendered("strimzi-kafka-operator", strimziValues(config))), "spec", "replicas"),
        at(deployment(rendered("cloudnative-pg", cloudnativePgValues(config))), "spec", "replicas"),
      ];
    };
    expect([counts("production"), counts("dev")]).to.deep.equal([
      [2, 2],
      [1, 1],
    ]);
  });
  it("[A11.8] leaves network policies to the namespace, since Strimzi's own let everybody in", () => {
    const env = at(
      deployment(rendered("strimzi-kafka-operator", strimziValues(configOf("production")))),
      ...["spec", "template", "spec", "containers", 0, "env"],
    );
    expect(env).to.deep.include({ name: "STRIMZI_NETWORK_POLICY_GENERATION", value: "false" });
  });
  it("asks for what it uses and runs as no root", () => {
    const objects = [
      deployment(rendered("plugin-barman-cloud", barmanValues())),
      deployment(rendered("cloudnative-pg", cloudnativePgValues(configOf("production")))),
    ];
    for (const object of objects) {
      const container = at(object, "spec", "template", "spec", "containers", 0);
      expect(at(container, "resources", "limits", "memory")).to.equal("256Mi");
      expect(at(container, "securityContext", "runAsNonRoot")).to.equal(true);
    }
  });
});
