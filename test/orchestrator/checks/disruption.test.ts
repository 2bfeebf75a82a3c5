import { expect } from "chai";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";
import { disruptions } from "../../../orchestrator/checks/disruption";
import { strict } from "../../support/rollout";

const labels = { app: "web", tier: "front" };
const workload = (replicas: number | undefined, name = "web", namespace = "a") => ({
  metadata: { name, namespace },
  spec: { ...(replicas !== undefined && { replicas }), template: { metadata: { labels } } },
});
const budget = (selector: object | undefined, namespace = "a", status: object = { expectedPods: 0 }) => ({
  metadata: { name: "b", namespace },
  spec: { maxUnavailable: 0, ...(selector && { selector }) },
  status,
});
/** A cluster of these objects by kind. */
const seen = (objects: Readonly<Record<string, readonly object[]>>) =>
  disruptions(
    strict<ClusterView>("view", {
      list: ((_version: string, kind: string) =>
        Promise.resolve(objects[kind] ?? [])) as unknown as ClusterView["list"],
    }),
  );
const unguarded = async (selector: object | undefined, namespace = "a") =>
  (await seen({ Deployment: [workload(2)], PodDisruptionBudget: [budget(selector, namespace)] })).unguarded.length;

describe("what a drain may take [A18.3]", () => {
  it("is guarded by a budget whose whole selector fits, in the same namespace", async () => {
    expect(await unguarded({ matchLabels: { app: "web" } })).to.equal(0);
    expect(await unguarded({ matchLabels: { app: "web", tier: "back" } })).to.equal(1);
    expect(await unguarded({ matchLabels: { app: "web" } }, "b")).to.equal(1);
    expect(await unguarded(undefined)).to.equal(1);
    expect(await unguarded({ matchExpressions: [{ key: "tier", operator: "In", values: ["front"] }] })).to.equal(0);
    expect(await unguarded({ matchExpressions: [{ key: "tier", operator: "Exists" }] })).to.equal(0);
    expect(await unguarded({ matchExpressions: [{ key: "tier", operator: "NotIn", values: ["front"] }] })).to.equal(1);
    expect(await unguarded({ matchExpressions: [{ key: "gone", operator: "DoesNotExist" }] })).to.equal(0);
  });
  it("is of no matter with one copy, or with copies that nobody waits for", async () => {
    const { critical } = await seen({
      Deployment: [workload(1), workload(undefined, "default"), workload(2, "snapshot-controller", "kube-system")],
      StatefulSet: [workload(3, "store")],
    });
    expect(critical).to.deep.equal(["a/store"]);
  });
  it("is not locked by CloudNativePG's own, whose operator moves the primary when its node is cordoned", async () => {
    const own = budget({ matchLabels: {} }, "a", { expectedPods: 1, currentHealthy: 1, disruptionsAllowed: 0 });
    const ownerReferences = [{ apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", name: "db", uid: "u" }];
    const { locked } = await seen({
      PodDisruptionBudget: [{ ...own, metadata: { ...own.metadata, ownerReferences } }],
    });
    expect(locked).to.deep.equal([]);
  });
  it("is locked by a budget that lets no healthy pod go, not by one whose pods are ill", async () => {
    const locked = async (status: object) => (await seen({ PodDisruptionBudget: [budget({}, "a", status)] })).locked;
    const [lock] = await locked({ expectedPods: 2, currentHealthy: 2, disruptionsAllowed: 0 });
    expect(lock?.reason).to.include("maxUnavailable 0 of 2 healthy pods");
    expect(await locked({ expectedPods: 2, currentHealthy: 1, disruptionsAllowed: 0 })).to.deep.equal([]);
    expect(await locked({ expectedPods: 2, currentHealthy: 2, disruptionsAllowed: 1 })).to.deep.equal([]);
    expect(await locked({ expectedPods: 0 })).to.deep.equal([]);
  });
});
