import { expect } from "chai";
import { nodePoolsCheck } from "../../../orchestrator/checks/03-node-pools";
import { karpenterDefinitions } from "../../../orchestrator/sandbox/kubernetes/charts/definitions/karpenter";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { networkOutput } from "../../support/world";
import { CLUSTER, nodes } from "../sandbox/kubernetes/fixture";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const spotTaint = { key: "node-role", value: "spot", effect: "NoSchedule" } as const;
const outputs = {
  network: networkOutput,
  nodePools: {
    pools: [
      {
        name: "general",
        labels: { "node-role": "general" },
        taints: [],
        capacityType: "on-demand",
        instanceTypes: ["m7g.large"],
        minimum: 3,
      },
      {
        name: "spot",
        labels: { "node-role": "spot" },
        taints: [spotTaint],
        capacityType: "spot",
        instanceTypes: ["m7g.large"],
        minimum: 0,
      },
    ],
    interruptionQueue: "slipway-interruption",
    nodeRoleName: "node",
  },
} as const;
const pool = (name: string, taints: readonly object[], ready = "True", message = ""): KubeObject => ({
  apiVersion: "karpenter.sh/v1",
  kind: "NodePool",
  metadata: { name },
  spec: {
    template: {
      metadata: { labels: { "node-role": name } },
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name },
        requirements: [],
        taints: [...taints],
      },
    },
  },
  status: {
    conditions: [
      { type: "Ready", status: ready, reason: "Ready", message, lastTransitionTime: "2026-01-01T00:00:00Z" },
    ],
  },
});
const app = (replicas: number): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "batch", namespace: "apps" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "batch" } },
    template: {
      metadata: { labels: { app: "batch" } },
      spec: { nodeSelector: { "node-role": "spot" }, containers: [{ name: "c", image: "c:1" }] },
    },
  },
});

describe("check 03 node pools", () => {
  let world: ClusterWorld;
  before(async () => {
    world = await openWorld();
    await world.fixture.clusters.setNodes(CLUSTER, "general", nodes(3, "general"));
    for (const definition of karpenterDefinitions) await world.put(definition);
    await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "apps" } });
    await world.put(pool("general", []));
    await world.put(pool("spot", [spotTaint]));
  });
  after(() => world.fixture.close());
  const run = (given: object = outputs) => world.run(nodePoolsCheck, given, { waitUntil: impatient });

  it("[A3.1] [A3.2] [A3.4] passes pools that are as declared, and has nothing to diagnose", async () => {
    const { findings, diagnoses } = await run();
    expect(findings.map(({ verdict }) => verdict)).to.deep.equal(["passed", "passed", "passed", "passed"]);
    expect(diagnoses).to.deep.equal([]);
  });
  it("[A3.1] fails when base nodes are missing", async () => {
    await world.fixture.clusters.setNodes(CLUSTER, "general", nodes(2, "general"));
    expect((await run()).bad[0]).to.equal("A3.1 failed: general: 2 nodes, 3 declared");
    await world.fixture.clusters.setNodes(CLUSTER, "general", nodes(3, "general"));
  });
  it("[A3.4] fails when a node carries a taint that was never declared", async () => {
    const [first, ...others] = nodes(3, "general");
    await world.fixture.clusters.setNodes(CLUSTER, "general", [
      { ...first!, taints: [{ key: "surprise", value: "yes", effect: "NoSchedule" }] },
      ...others,
    ]);
    expect((await run()).bad).to.deep.equal([
      `A3.4 failed: ${first!.name}: has undeclared taint surprise=yes:NoSchedule`,
    ]);
    await world.fixture.clusters.setNodes(CLUSTER, "general", nodes(3, "general"));
  });
  it("[A3.2] fails when Karpenter's pool is not ready, lacks a taint or is not there", async () => {
    await world.put(pool("spot", [spotTaint], "False", "NodeClass not found on cluster"));
    expect((await run()).bad[0]).to.contain("A3.2 failed: spot: is not Ready: NodeClass not found on cluster");
    const remove = await world.put(pool("spot", []));
    expect((await run()).bad[0]).to.contain("lacks taint node-role=spot:NoSchedule");
    await remove();
    expect((await run()).bad[0]).to.contain("A3.2 failed: spot: has no NodePool");
    await world.put(pool("spot", [spotTaint]));
  });
  it("[A3.6] fails without an interruption queue, and says what that does to workloads on spot", async () => {
    const remove = await world.put(app(1));
    const blind = { ...outputs, nodePools: { ...outputs.nodePools, interruptionQueue: "" } };
    const { bad, diagnoses, causes } = await run(blind);
    expect(bad[0]).to.contain("A3.6 failed");
    expect(diagnoses).to.deep.equal(["A3.6 apps/batch", "A3.6 apps/batch", "A3.6 apps/batch"]);
    expect(causes.join(" "))
      .to.contain("one replica")
      .and.contain("no PodDisruptionBudget selects them")
      .and.contain("not told of interruptions");
    await remove();
  });
  it("[A3.5] explains GPU nodes that offer no GPU", async () => {
    await world.fixture.clusters.setNodes(CLUSTER, "gpu", nodes(1, "gpu"));
    const { diagnoses, causes } = await run();
    expect(diagnoses).to.deep.equal([`A3.5 ${nodes(1, "gpu")[0]!.name}`]);
    expect(causes[0]).to.contain("offer no nvidia.com/gpu");
    await world.fixture.clusters.setNodes(CLUSTER, "gpu", []);
  });
});
