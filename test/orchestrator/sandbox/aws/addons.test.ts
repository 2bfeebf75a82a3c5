import { expect } from "chai";
import { applyAddon, removeAddon } from "../../../../orchestrator/sandbox/aws/addons";
import { addonVersions } from "../../../../orchestrator/sandbox/aws/eks";
import { at, listAt } from "../../../../orchestrator/sandbox/kubernetes/object";
import { CLUSTER, nodes, open, until, type Fixture } from "../kubernetes/fixture";
import { FakeClusters } from "./fixture";

describe("managed add-ons of the rehearsal", () => {
  let world: Fixture;
  before(async () => {
    world = await open();
  });
  after(() => world.close());
  const names = async (apiVersion: string, kind: string) =>
    (await world.api.list(apiVersion, kind, "kube-system")).items.map(({ metadata }) => metadata.name);
  const apply = (addon: string, values = {}) => applyAddon(world.clusters, CLUSTER, addon, values);

  it("run what EKS runs under their name, all of them", async () => {
    for (const addon of Object.keys(addonVersions)) await apply(addon);
    expect(await names("apps/v1", "DaemonSet")).to.have.members([
      "aws-node",
      "ebs-csi-node",
      "eks-pod-identity-agent",
      "kube-proxy",
    ]);
    expect(await names("apps/v1", "Deployment")).to.have.members([
      "coredns",
      "ebs-csi-controller",
      "metrics-server",
      "snapshot-controller",
    ]);
    expect(await names("v1", "Service")).to.include("kube-dns");
    const served = await world.api.serves("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass");
    expect(served, "its kinds, as soon as it is there").to.not.equal(undefined);
  });
  it("put the agents on every node, whatever its taints", async () => {
    await world.clusters.setNodes(
      CLUSTER,
      "tainted",
      nodes(1, "batch").map((node) => ({ ...node, taints: [{ key: "a", effect: "NoExecute" }] })),
    );
    const proxy = { apiVersion: "apps/v1", kind: "DaemonSet", name: "kube-proxy", namespace: "kube-system" };
    await until(world, proxy, (one) => at(one, "status", "numberReady") === 4);
  });
  it("turn enforcement of network policies on only where their values say so [A4.1]", async () => {
    const enforced = async () =>
      at(
        await world.api.get({
          apiVersion: "v1",
          kind: "ConfigMap",
          name: "amazon-vpc-cni",
          namespace: "kube-system",
        }),
        "data",
        "enable-network-policy-controller",
      );
    await apply("vpc-cni");
    expect(await enforced()).to.equal("false");
    await apply("vpc-cni", { enableNetworkPolicy: "true" });
    expect(await enforced()).to.equal("true");
  });
  it("follow the replicas of their values", async () => {
    await apply("coredns", { replicaCount: 3 });
    const dns = { apiVersion: "apps/v1", kind: "Deployment", name: "coredns", namespace: "kube-system" };
    const made = await world.api.get(dns);
    expect(at(made, "spec", "replicas")).to.equal(3);
    expect(listAt(made, "metadata", "managedFields").map((one) => at(one, "manager"))).to.include("eks");
  });
  it("take away what they brought, and are gone the second time too", async () => {
    await removeAddon(world.clusters, CLUSTER, "coredns");
    await removeAddon(world.clusters, CLUSTER, "coredns");
    expect(await names("apps/v1", "Deployment")).to.have.members([
      "ebs-csi-controller",
      "metrics-server",
      "snapshot-controller",
    ]);
    expect(await names("v1", "Service")).to.not.include("kube-dns");
  });
  it("go with a cluster that is gone, and cannot come to one", async () => {
    const none = new FakeClusters();
    await removeAddon(none, "gone", "coredns");
    const error = await applyAddon(none, "gone", "coredns", {}).catch((reason: Error) => reason);
    expect(error).to.have.property("message", "cluster gone is not running");
  });
  it("pass on what the API server says", async () => {
    const access = { ...world.access, token: "wrong" };
    const stranger = new FakeClusters();
    stranger.known.set(CLUSTER, access);
    const error = await applyAddon(stranger, CLUSTER, "coredns", {}).catch((reason: Error) => reason);
    expect(error)
      .to.have.property("message")
      .that.matches(/^PATCH \/api\/v1\/namespaces\/kube-system\/serviceaccounts\/coredns\S*: 401 /);
  });
});
