import { expect } from "chai";
import { kedaValues } from "../../../../infra/event-scaling";
import { prometheusOperatorDefinitions } from "../../../../orchestrator/sandbox/kubernetes/charts/definitions/prometheus-operator";
import { at, conditionOf, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { configOf } from "../../../support/pulumi";
import { FakeCloud, open, until, type Fixture } from "../kubernetes/fixture";

const API = "keda.sh/v1alpha1";

describe("KEDA in a rehearsal", () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await open({ operators: { cloud: new FakeCloud() } });
    for (const definition of prometheusOperatorDefinitions) await fixture.api.apply(definition, { manager: "test" });
    for (const name of ["keda", "shop"])
      await fixture.api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, { manager: "test" });
    await fixture.make("kubernetes:helm.sh/v3:Release", "keda", {
      name: "keda",
      chart: "keda",
      version: "2.20.2",
      namespace: "keda",
      values: kedaValues(configOf("dev")),
    } as never);
    for (const name of ["idle", "busy"]) await fixture.api.create(workload(name));
  });
  after(() => fixture.close());
  const workload = (name: string): KubeObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "shop" },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image: "x" }] } },
    },
  });
  const scale = async (name: string, type: string, more: object = {}) => {
    await fixture.api.apply(
      {
        apiVersion: API,
        kind: "ScaledObject",
        metadata: { name, namespace: "shop" },
        spec: { scaleTargetRef: { name }, triggers: [{ type, metadata: {} }], ...more },
      },
      { manager: "test" },
    );
    const ref = { apiVersion: API, kind: "ScaledObject", name, namespace: "shop" };
    return until(fixture, ref, (one) => conditionOf(one, "Ready") !== undefined);
  };
  const hpa = (name: string) =>
    ({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      name: `keda-hpa-${name}`,
      namespace: "shop",
    }) as const;

  it("makes an autoscaler for a workload and leaves it at nothing while nothing happens", async () => {
    const done = await scale("idle", "kafka", { maxReplicaCount: 5 });
    expect(conditionOf(done, "Active")?.status).to.equal("False");
    const made = await fixture.api.get(hpa("idle"));
    expect(made?.["spec"]).to.deep.include({ minReplicas: 1, maxReplicas: 5 });
    await until(fixture, hpa("idle"), (one) => conditionOf(one, "ScalingActive")?.reason === "ScalingDisabled");
    const held = { apiVersion: "apps/v1", kind: "Deployment", name: "idle", namespace: "shop" };
    expect(at(await fixture.api.get(held), "spec", "replicas")).to.equal(0);
  });
  it("brings the first pods when something happens, as many as are the least", async () => {
    await scale("busy", "cron", { minReplicaCount: 2 });
    const held = { apiVersion: "apps/v1", kind: "Deployment", name: "busy", namespace: "shop" };
    await until(fixture, held, (one) => at(one, "status", "availableReplicas") === 2);
  });
  it("takes its autoscaler along when it goes", async () => {
    const ref = { apiVersion: API, kind: "ScaledObject", name: "busy", namespace: "shop" };
    await fixture.api.delete(ref);
    await until(fixture, ref, (one) => one === undefined);
    await until(fixture, hpa("busy"), (one) => one === undefined);
  });
});
