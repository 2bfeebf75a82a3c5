import { expect } from "chai";
import { autoscalingCheck } from "../../../orchestrator/checks/13-autoscaling";
import { applyAddon } from "../../../orchestrator/sandbox/aws/addons";
import { conditionOf, type KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import type { Properties } from "../../../orchestrator/sandbox/provider/serve";
import { startOperators, type RunningOperators } from "../../../orchestrator/sandbox/operators/start";
import { CLUSTER, FakeCloud, nodes, until } from "../sandbox/kubernetes/fixture";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const demo = { namespace: "demo", name: "demo", cpuTarget: 60, minimum: 2, maximum: 10 };
const outputs = {
  cluster: { name: CLUSTER },
  nodePools: {
    pools: [
      {
        name: "general",
        labels: { "node-role": "general" },
        taints: [],
        capacityType: "on-demand" as const,
        instanceTypes: ["m7g.xlarge"],
        minimum: 3,
      },
    ],
  },
  autoscaling: { demo, namespace: "vertical-pod-autoscaler", advice: ["demo/advised"], eventDriven: "" },
};
const namespace = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const deployment = (name: string, cpu: string | undefined, spec: object = {}): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "demo" },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          { name, image: "x", resources: { requests: { memory: "64Mi", ...(cpu !== undefined && { cpu }) } } },
        ],
      },
    },
    ...spec,
  },
});
const autoscaler = (name: string, target: string, more: object = {}): KubeObject => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name, namespace: "demo" },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: target },
    minReplicas: demo.minimum,
    maxReplicas: demo.maximum,
    metrics: [
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: demo.cpuTarget } },
      },
    ],
    ...more,
  },
});
const adviser = (name: string, updateMode: string, target = name): KubeObject => ({
  apiVersion: "autoscaling.k8s.io/v1",
  kind: "VerticalPodAutoscaler",
  metadata: { name, namespace: "demo" },
  spec: { targetRef: { apiVersion: "apps/v1", kind: "Deployment", name: target }, updatePolicy: { updateMode } },
});
const pool: KubeObject = {
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name: "general" },
  spec: {
    limits: { cpu: "64" },
    template: {
      metadata: { labels: { "node-role": "general" } },
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "general" },
        requirements: [
          { key: "node.kubernetes.io/instance-type", operator: "In", values: ["m7g.xlarge"] },
          { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
        ],
      },
    },
  },
};
const rescaled = (name: string, size: number, at: string, count = 1, first = at): KubeObject => ({
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: `${name}.${size}.${at.slice(11, 16).replace(":", "")}`, namespace: "demo" },
  involvedObject: { kind: "HorizontalPodAutoscaler", name, namespace: "demo" },
  reason: "SuccessfulRescale",
  message: `New size: ${size}; reason: cpu resource utilization (percentage of request) above target`,
  count,
  firstTimestamp: first,
  lastTimestamp: at,
});

describe("check 13 autoscaling", () => {
  let world: ClusterWorld;
  let operators: RunningOperators;
  const cloud = new FakeCloud();
  before(async () => {
    world = await openWorld();
    const { access, clusters } = world.fixture;
    cloud.roles.set("kube-system/karpenter", ["ec2:*"]);
    await clusters.setNodes(CLUSTER, "general", nodes(3, "general"));
    operators = await startOperators({ access, host: clusters, cloud, dnsRecords: () => Promise.resolve([]) });
    const chart = (name: string, version: string, values: Properties, inNamespace: string) =>
      world.fixture.make("kubernetes:helm.sh/v3:Release", name, {
        name,
        chart: name,
        version,
        namespace: inNamespace,
        values,
      });
    await world.put(namespace("demo"));
    await world.put(namespace("vertical-pod-autoscaler"));
    await chart("karpenter-crd", "1.14.1", {}, "kube-system");
    await chart("karpenter", "1.14.1", { settings: { clusterName: CLUSTER } }, "kube-system");
    await world.put({
      apiVersion: "karpenter.k8s.aws/v1",
      kind: "EC2NodeClass",
      metadata: { name: "general" },
      spec: {
        role: "nodes",
        amiSelectorTerms: [{ alias: "al2023@latest" }],
        subnetSelectorTerms: [],
        securityGroupSelectorTerms: [],
      },
    });
    await world.put(pool);
    await applyAddon(clusters, CLUSTER, "metrics-server", { replicas: 2 });
    await chart(
      "vertical-pod-autoscaler",
      "0.11.0",
      { admissionController: { enabled: false }, updater: { enabled: false } },
      "vertical-pod-autoscaler",
    );
    await world.put(deployment("demo", "50m"));
    await world.put(deployment("advised", "50m"));
    await world.put(autoscaler("demo", "demo"));
    await world.put(adviser("advised", "Off"));
  });
  after(async () => {
    await operators.close();
    await world.fixture.close();
  });
  const run = (more: object = {}, given: object = outputs) =>
    world.run(autoscalingCheck, given, { config: { highAvailability: true } as never, ...more });

  it("[A13.1] [A13.2] [A13.3] passes when values are shown, advice is advice and a pending pod brings a node", async () => {
    const ready = (one: KubeObject | undefined) => conditionOf(one, "Ready")?.status === "True";
    await until(world.fixture, { apiVersion: "karpenter.sh/v1", kind: "NodePool", name: "general" }, ready);
    const { bad, findings, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ requirement }) => requirement)).to.deep.equal(["A13.2", "A13.2", "A13.3", "A13.1", "A13.3"]);
    expect(findings[2]?.detail).to.equal("CPU 20 % with 2 pods");
    expect(cloud.launched).to.deep.equal(["general m7g.xlarge"]);
    expect(diagnoses).to.deep.equal([]);
  });
  it("[A13.3] gives the node of the probe back", async () => {
    const name = "ip-10-9-0-1.eu-central-1.compute.internal";
    await until(world.fixture, { apiVersion: "v1", kind: "Node", name }, (node) => node === undefined);
  });
  it("[A13.2] fails for other numbers than the declared", async () => {
    await world.put(autoscaler("demo", "demo", { maxReplicas: 5 }));
    expect((await run()).bad).to.deep.equal(["A13.2 failed: demo/demo: CPU 60 %, 2 to 5"]);
    await world.put(autoscaler("demo", "demo"));
  });
  it("[A13.1] fails for an adviser that would act, or that meddles with an autoscaler", async () => {
    const eager = await world.put(adviser("eager", "InPlaceOrRecreate", "advised"));
    const beside = await world.put(adviser("beside", "Off", "demo"));
    expect((await run()).bad).to.deep.equal([
      "A13.1 failed: demo/beside: a HorizontalPodAutoscaler holds demo too; demo/eager: mode InPlaceOrRecreate changes pods, Off only advises",
    ]);
    await eager();
    await beside();
  });
  it("[A13.1] fails for advice that is declared and not there", async () => {
    const given = { ...outputs, autoscaling: { ...outputs.autoscaling, advice: ["demo/advised", "demo/lost"] } };
    expect((await run({ waitUntil: impatient }, given)).bad[0]).to.equal("A13.1 failed: demo/lost: does not exist");
  });
  it("[A13.3] is inconclusive about nodes without a pool that may grow", async () => {
    const { bad } = await run({}, { ...outputs, nodePools: { pools: [] } });
    expect(bad).to.deep.equal(["A13.3 inconclusive: there was nothing to look at"]);
  });
  it("[A13.4] explains an autoscaler whose pods request nothing", async () => {
    const app = await world.put(deployment("bare", undefined));
    const held = await world.put(autoscaler("bare", "bare"));
    const ref = { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", name: "bare", namespace: "demo" };
    await until(world.fixture, ref, (one) => JSON.stringify(one?.["status"] ?? "").includes("missing request for cpu"));
    expect((await run()).diagnoses).to.deep.equal(["A13.4 demo/bare"]);
    await held();
    await app();
  });
  it("[A13.5] explains a workload that grows and shrinks over and over, told one by one or counted", async () => {
    const held = await world.put(autoscaler("restless", "nothing"));
    const counted = await world.put(autoscaler("counted", "nothing"));
    const steps = [4, 2, 4, 2, 4, 2].map((size, i) => rescaled("restless", size, `2026-11-21T08:${10 + i}:00Z`));
    const undo = await Promise.all(
      [...steps, rescaled("counted", 4, "2026-11-21T08:30:00Z", 6, "2026-11-21T08:00:00Z")].map((one) =>
        world.put(one),
      ),
    );
    expect((await run()).diagnoses).to.deep.equal(["A13.5 demo/counted demo/restless"]);
    await Promise.all(undo.map((remove) => remove()));
    await held();
    await counted();
  });
  it("[A13.5] takes steady growth, and turns of days ago, for what they are", async () => {
    const held = await world.put(autoscaler("calm", "nothing"));
    const steps = [2, 4, 6, 8, 10].map((size, i) => rescaled("calm", size, `2026-11-21T08:${10 + i}:00Z`));
    const old = [3, 5, 3, 5, 3].map((size, i) => rescaled("calm", size, `2026-11-1${i}T08:10:00Z`));
    const undo = await Promise.all([...steps, ...old].map((one) => world.put(one)));
    expect((await run()).diagnoses).to.deep.equal([]);
    await Promise.all(undo.map((remove) => remove()));
    await held();
  });
  it("[A13.4] explains values that are missing by the API of metrics", async () => {
    await operators.close();
    const service = { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", name: "v1beta1.metrics.k8s.io" };
    await world.fixture.api.merge(
      service,
      { status: { conditions: [{ type: "Available", status: "False", message: "connection refused" }] } },
      "status",
    );
    const { bad, diagnoses, causes } = await run({ waitUntil: impatient });
    expect(bad[0]).to.equal("A13.2 failed: v1beta1.metrics.k8s.io: connection refused");
    expect(diagnoses[0]).to.match(/^A13.4 v1beta1.metrics.k8s.io/);
    expect(causes[0]).to.contain("is not available (connection refused)");
  });
});
