import { expect } from "chai";
import { kedaValues } from "../../../infra/event-scaling";
import type { PhaseCheck } from "../../../orchestrator/checks/check";
import { viewCluster } from "../../../orchestrator/checks/cluster-view";
import { eventScaling, eventScalingCauses } from "../../../orchestrator/checks/event-scaling";
import { prometheusOperatorDefinitions } from "../../../orchestrator/sandbox/kubernetes/charts/definitions/prometheus-operator";
import { conditionOf, type KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { startOperators, type RunningOperators } from "../../../orchestrator/sandbox/operators/start";
import { configOf } from "../../support/pulumi";
import { FakeCloud, until } from "../sandbox/kubernetes/fixture";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const outputs = { autoscaling: { eventDriven: "keda" } };
const check: PhaseCheck = {
  verify: async (context) => eventScaling(context, await viewCluster(context.clients.kubernetes)),
  diagnose: async (context) => eventScalingCauses(context, await viewCluster(context.clients.kubernetes)),
};
const namespace = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const scaled = (name: string, target: string): KubeObject => ({
  apiVersion: "keda.sh/v1alpha1",
  kind: "ScaledObject",
  metadata: { name, namespace: "demo" },
  spec: {
    scaleTargetRef: { name: target },
    triggers: [{ type: "kafka", metadata: { topic: "orders", lagThreshold: "50" } }],
  },
});
const SERVICE = {
  apiVersion: "apiregistration.k8s.io/v1",
  kind: "APIService",
  name: "v1beta1.external.metrics.k8s.io",
};

describe("check of what scales by events", () => {
  let world: ClusterWorld;
  let operators: RunningOperators;
  before(async () => {
    world = await openWorld();
    const { access, clusters } = world.fixture;
    operators = await startOperators({
      access,
      host: clusters,
      cloud: new FakeCloud(),
      dnsRecords: () => Promise.resolve([]),
    });
    for (const definition of prometheusOperatorDefinitions) await world.put(definition);
    await world.put(namespace("keda"));
    await world.put(namespace("demo"));
  });
  after(async () => {
    await operators.close();
    await world.fixture.close();
  });
  const run = (more: object = {}, given: object = outputs) =>
    world.run(check, given, { config: { highAvailability: true } as never, ...more });
  const patch = (body: object) => world.fixture.api.merge(SERVICE, body);

  it("says nothing where nothing scales by events", async () => {
    const { findings, diagnoses } = await run({}, { autoscaling: { eventDriven: "" } });
    expect([findings, diagnoses]).to.deep.equal([[], []]);
  });
  it("[A13.1] [A13.4] fails and explains where KEDA should be and is not", async () => {
    const { bad, causes } = await run({ waitUntil: impatient });
    expect(bad[0]).to.equal("A13.1 inconclusive: there was nothing to look at");
    expect(bad[1]).to.equal("A13.4 failed: v1beta1.external.metrics.k8s.io: is not registered");
    expect(bad[2]).to.match(/^A13.3 errored/);
    expect(causes.join()).to.include("is not registered");
  });

  describe("with KEDA", () => {
    before(async () => {
      await world.fixture.make("kubernetes:helm.sh/v3:Release", "keda", {
        name: "keda",
        chart: "keda",
        version: "2.20.2",
        namespace: "keda",
        values: kedaValues(configOf("production")),
      } as never);
      await until(world.fixture, SERVICE, (one) => conditionOf(one, "Available")?.status === "True");
    });

    it("[A13.3] passes when an event brings a pod, with two copies and budgets of everything", async () => {
      const { bad, findings, diagnoses } = await run();
      expect([bad, diagnoses]).to.deep.equal([[], []]);
      expect(findings.map(({ requirement }) => requirement)).to.deep.equal(["A13.1", "A13.4", "A13.3"]);
      expect(findings[2]?.detail).to.equal("1 pod");
    });
    it("[A13.4] explains a ScaledObject without a workload", async () => {
      const away = await world.put(scaled("lost", "nothing"));
      const ref = { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", name: "lost", namespace: "demo" };
      await until(world.fixture, ref, (one) => conditionOf(one, "Ready")?.status === "False");
      expect((await run()).diagnoses).to.deep.equal(["A13.4 demo/lost"]);
      await away();
      await until(world.fixture, ref, (one) => one === undefined);
    });
    it("[A13.1] explains two hands on one workload, and takes KEDA's own autoscaler for what it is", async () => {
      const away = await world.put(scaled("web", "web"));
      const beside = await world.put({
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "mine", namespace: "demo" },
        spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, maxReplicas: 3 },
      });
      expect((await run()).diagnoses).to.include("A13.1 demo/web");
      await beside();
      expect((await run()).diagnoses).to.not.include("A13.1 demo/web");
      await away();
    });
    it("[A13.4] fails and explains a second server of external metrics", async () => {
      await patch({ spec: { service: { namespace: "monitoring", name: "prometheus-adapter" } } });
      const { bad, diagnoses } = await run();
      expect(bad[0]).to.equal(
        "A13.4 failed: v1beta1.external.metrics.k8s.io: is answered by monitoring/prometheus-adapter, and a cluster has one such server",
      );
      expect(diagnoses).to.include("A13.4 v1beta1.external.metrics.k8s.io");
      await patch({ spec: { service: null } });
    });
    it("[A13.1] fails for a part that is down, and [A13.3] for an event that nobody sees", async () => {
      await operators.close();
      const ref = { apiVersion: "apps/v1", kind: "Deployment", name: "keda-operator", namespace: "keda" };
      await world.fixture.api.merge(ref, { spec: { replicas: 0 } });
      await until(world.fixture, ref, (one) => (one?.["status"] as { replicas?: number }).replicas === 0);
      const { bad } = await run({ waitUntil: impatient });
      expect(bad[0]).to.equal("A13.1 failed: keda/keda-operator: 0 replicas available, 2 needed");
      expect(bad[1]).to.match(/^A13.3 failed: .*no pod: KEDA has not looked at it/);
    });
  });
});
