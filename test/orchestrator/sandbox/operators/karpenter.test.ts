import { expect } from "chai";
import { conditionOf, listAt, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { is, ref, useOperators } from "./fixture";

describe("Karpenter of a rehearsal", () => {
  const world = useOperators("karpenter");

  const pool = (name: string, taints: object[], cpu: string): KubeObject => ({
    apiVersion: "karpenter.sh/v1",
    kind: "NodePool",
    metadata: { name },
    spec: {
      template: {
        metadata: { labels: { "node-role": name } },
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name },
          taints,
          requirements: [
            { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
            { key: "node.kubernetes.io/instance-type", operator: "In", values: ["m7g.large", "m7g.2xlarge"] },
          ],
        },
      },
      limits: { cpu },
    },
  });
  const nodeClass: KubeObject = {
    apiVersion: "karpenter.k8s.aws/v1",
    kind: "EC2NodeClass",
    metadata: { name: "batch" },
    spec: {
      role: "nodes",
      amiSelectorTerms: [{ alias: "al2023@latest" }],
      subnetSelectorTerms: [{ tags: { a: "b" } }],
      securityGroupSelectorTerms: [{ tags: { a: "b" } }],
    },
  };
  const pod = (name: string, cpu: string, more: object = {}): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "demo" },
    spec: {
      nodeSelector: { "node-role": "batch" },
      tolerations: [{ key: "node-role", operator: "Equal", value: "batch", effect: "NoSchedule" }],
      containers: [{ name: "c", image: "c:1", resources: { requests: { cpu } } }],
      ...more,
    },
  });

  it("makes a pool ready with its class and its rights [A3.2]", async () => {
    const batch = pool("batch", [{ key: "node-role", value: "batch", effect: "NoSchedule" }], "10");
    await world.put(batch);
    const waiting = await world.until(batch, is("Ready", "False"));
    expect(conditionOf(waiting, "Ready")?.message).to.contain("NodeClass not found on cluster");
    await world.put(nodeClass);
    const denied = await world.until(nodeClass, is("Ready", "False"));
    expect(conditionOf(denied, "Ready")?.message).to.contain("no EC2 IMDS role found");
    world.grant("kube-system/karpenter");
    await world.until(batch, is("Ready", "True"));
  });

  it("launches a node that fits a pod nothing else can take, with the pool's labels and taints [A3.4]", async () => {
    const waiting = pod("job", "3");
    await world.fixture.api.create(waiting);
    await world.until(waiting, is("Ready", "True"));
    expect(world.cloud.launched).to.deep.equal(["batch m7g.2xlarge"]);
    const node = (await world.fixture.api.list("v1", "Node")).items.find(
      ({ metadata }) => metadata.labels?.["karpenter.sh/nodepool"] === "batch",
    );
    expect(node?.metadata.labels).to.include({
      "node-role": "batch",
      "node.kubernetes.io/instance-type": "m7g.2xlarge",
    });
    expect(listAt(node, "spec", "taints")).to.deep.equal([{ key: "node-role", value: "batch", effect: "NoSchedule" }]);
  });

  it("says why no pool takes a pod", async () => {
    await world.fixture.api.create(pod("bare", "1", { tolerations: [] }));
    const told = () => world.events("demo", "FailedScheduling");
    await world.nudge(async () => (await told()).some((message) => message.startsWith("Failed to schedule pod")));
    expect((await told()).join()).to.contain("did not tolerate taint (taint=node-role=batch:NoSchedule)");
  });

  it("stays below the pool's limit, and says so", async () => {
    await world.put(pool("small", [{ key: "node-role", value: "small", effect: "NoSchedule" }], "1"));
    await world.put({ ...nodeClass, metadata: { name: "small" } });
    const wish = { key: "node-role", operator: "Equal", value: "small", effect: "NoSchedule" };
    await world.fixture.api.create(
      pod("limited", "1", { nodeSelector: { "node-role": "small" }, tolerations: [wish] }),
    );
    const told = () => world.events("demo", "FailedScheduling");
    await world.nudge(async () => (await told()).some((message) => message.includes('limits for nodepool: "small"')));
    expect(world.cloud.launched).to.deep.equal(["batch m7g.2xlarge"]);
  });

  it("takes its nodes and their instances along when a pool goes", async () => {
    const gone = pool("batch", [], "10");
    await world.fixture.api.delete(ref(gone));
    await world.until(gone, (one) => one === undefined);
    const nodes = (await world.fixture.api.list("v1", "Node")).items;
    expect(nodes.filter(({ metadata }) => metadata.labels?.["karpenter.sh/nodepool"] !== undefined)).to.deep.equal([]);
    expect(nodes).to.have.length(3);
  });
});
