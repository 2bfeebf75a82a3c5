import { expect } from "chai";
import type { Cluster } from "../../../orchestrator/checks/aws/reader";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { oldWriters, upgradeCheck } from "../../../orchestrator/upgrade/check";
import { openWorld, type ClusterWorld } from "../checks/cluster-world";
import { CLUSTER, nodes } from "../sandbox/kubernetes/fixture";

const outputs = { cluster: { name: CLUSTER, version: "1.35" } };
const aws = (version = "1.35", insights: { name: string; status: string; reason: string }[] = []) => ({
  cluster: () => Promise.resolve({ version } as Cluster),
  kubernetesVersions: () => Promise.resolve(["1.36", "1.35"]),
  clusterInsights: () => Promise.resolve(insights),
});
const claim = (name: string): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace: "a" },
  spec: { podSelector: {} },
});

describe("whether Kubernetes can be upgraded [H1.1]", () => {
  let world: ClusterWorld;
  before(async () => {
    world = await openWorld();
    await world.fixture.clusters.setNodes(
      CLUSTER,
      "general",
      nodes(2, "general").map((node) => ({ ...node, kubernetes: "1.35" })),
    );
    await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } });
    await world.put(claim("open"));
  });
  after(() => world.fixture.close());
  const ask = (
    {
      to = "1.36",
      environment = "staging",
      staging,
      charts = {},
    }: { to?: string; environment?: string; staging?: string; charts?: object },
    account = aws(),
  ) =>
    world.run(upgradeCheck({ to, staging: () => Promise.resolve(staging) }), outputs, {
      aws: account,
      config: { environment, charts } as never,
    });

  it("passes for one minor version up, and names what is to be tried in staging", async () => {
    const { bad, findings } = await ask({});
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ detail }) => detail).join("\n"))
      .to.include("1.35 to 1.36")
      .and.include("velero");
  });
  it("is refused over two minor versions, downwards, and to what EKS does not offer", async () => {
    expect((await ask({}, aws("1.34"))).bad.join("\n")).to.include("one minor version at a time");
    expect((await ask({ to: "1.35" }, aws("1.36"))).bad.join("\n")).to.include("one minor version at a time");
    expect((await ask({ to: "1.37" }, aws("1.36"))).bad.join("\n")).to.include("1.37: is not offered");
  });
  it("takes production only after staging, by the ledger", async () => {
    expect((await ask({ environment: "production" })).bad.join("\n")).to.include("nothing was ever verified there");
    expect((await ask({ environment: "production", staging: "1.35" })).bad.join("\n")).to.include(
      "runs 1.35, verified",
    );
    expect((await ask({ environment: "production", staging: "1.36" })).bad).to.deep.equal([]);
  });
  it("is refused while charts do not go with it, naming the pair [A21.5]", async () => {
    const { bad } = await ask({ charts: { "external-secrets": "2.8.0" } });
    expect(bad.join("\n")).to.include("external-secrets 2.8.0 × Kubernetes 1.36");
  });
  it("is refused while EKS sees something in the way", async () => {
    const { bad } = await ask(
      {},
      aws("1.35", [{ name: "Kubelet version skew", status: "WARNING", reason: "two nodes" }]),
    );
    expect(bad).to.deep.equal(["H1.1 failed: Kubelet version skew: two nodes"]);
  });
  it("is refused while somebody writes what is no longer served", () => {
    const written = (name: string, ...apiVersions: string[]) => ({
      metadata: { name, managedFields: apiVersions.map((apiVersion) => ({ apiVersion, manager: "tool" })) },
    });
    const found = oldWriters([
      written("old", "networking.k8s.io/v1", "networking.k8s.io/v1beta1"),
      written("new", "networking.k8s.io/v1", "policy/v1"),
      written("theirs", "karpenter.sh/v1"),
      { metadata: { name: "silent" } },
    ]);
    expect(found).to.deep.equal([{ subject: "old", reason: "tool writes it as networking.k8s.io/v1beta1" }]);
  });
  it("is refused while a node is too old", async () => {
    await world.fixture.clusters.setNodes(
      CLUSTER,
      "old",
      nodes(1, "old").map((node) => ({ ...node, name: "old", kubernetes: "1.32" })),
    );
    const { bad } = await ask({});
    await world.fixture.clusters.setNodes(CLUSTER, "old", []);
    expect(bad.join("\n")).to.include("old: runs v1.32.2, 4 minor versions behind 1.36");
  });
});
