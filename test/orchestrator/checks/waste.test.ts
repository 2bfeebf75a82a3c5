import { expect } from "chai";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";
import { wasteIn, wasteLeft, wasteReported, type Cloud } from "../../../orchestrator/checks/waste";

type Lists = Readonly<Record<string, readonly object[]>>;
const view = (lists: Lists) =>
  ({ list: (_api: string, kind: string) => Promise.resolve(lists[kind] ?? []) }) as unknown as ClusterView;
const pod = (name: string, owner: object, cpu: string, claim?: string) => ({
  metadata: { name, namespace: "shop", ownerReferences: [owner] },
  spec: {
    containers: [{ name: "app", resources: { requests: { cpu } } }],
    volumes: claim === undefined ? [] : [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
  },
});
const metrics = (name: string, cpu: string) => ({
  metadata: { name, namespace: "shop" },
  containers: [{ name: "app", usage: { cpu } }],
});
const web = { kind: "ReplicaSet", name: "web-5d9f" };
const deployment = { metadata: { name: "web", namespace: "shop" }, spec: { replicas: 3 } };
const namespace = (environment: string) => ({
  metadata: { name: "shop", labels: { "slipway.dev/environment": environment } },
});
const claim = (name: string) => ({
  metadata: { name, namespace: "shop" },
  spec: { resources: { requests: { storage: "10Gi" } } },
  status: { phase: "Bound" },
});
interface Left {
  readonly volumes?: readonly object[];
  readonly addresses?: readonly object[];
}
const cloud = ({ volumes = [], addresses = [] }: Left = {}): Cloud => ({
  environment: "dev",
  cluster: "slipway-dev",
  aws: {
    unattachedVolumes: () => Promise.resolve(volumes as never),
    unassociatedAddresses: () => Promise.resolve(addresses as never),
  },
});
const told = async (lists: Lists, left: Left = {}) =>
  (await wasteIn(view(lists), cloud(left))).waste.map(({ kind, subject, detail }) => `${kind} ${subject}: ${detail}`);

describe("waste", () => {
  it("[H4.1] names requests of which 40 % or more are not used, all pods of a workload together", async () => {
    const Pod = [pod("web-5d9f-a", web, "500m"), pod("web-5d9f-b", web, "500m")];
    const at = (first: string, second: string) =>
      told({ Pod, PodMetrics: [metrics("web-5d9f-a", first), metrics("web-5d9f-b", second)] });
    expect(await at("300m", "250m")).to.deep.equal(["over-provisioned shop/web: uses 550m of 1000m CPU"]);
    expect(await at("450m", "350m")).to.deep.equal([]);
    expect(await at("20m", "20m")).to.deep.equal(["idle shop/web: uses 40m of 1000m CPU"]);
  });
  it("[H4.2] says what the recommender would give instead", async () => {
    const target = { target: { cpu: "120m" } };
    const advice = {
      metadata: { name: "any", namespace: "shop" },
      spec: { targetRef: { name: "checkout" } },
      status: { recommendation: { containerRecommendations: [target] } },
    };
    const Pod = [pod("checkout-1", { kind: "Cluster", name: "checkout" }, "250m")];
    expect(
      await told({ Pod, PodMetrics: [metrics("checkout-1", "50m")], VerticalPodAutoscaler: [advice] }),
    ).to.deep.equal(["over-provisioned shop/checkout: uses 50m of 250m CPU; the recommender says 120m a pod (H4.2)"]);
  });
  it("[H4.1] judges nothing by values that are missing", async () => {
    expect(await told({ Pod: [pod("web-5d9f-a", web, "500m")] })).to.deep.equal([]);
  });
  it("[H4.1] names what is not scaled where load moves, and nowhere else", async () => {
    const scaler = {
      metadata: { name: "web", namespace: "shop" },
      spec: { scaleTargetRef: { name: "web", kind: "Deployment" } },
    };
    const Deployment = [deployment];
    expect(await told({ Deployment, Namespace: [namespace("production")] })).to.deep.equal([
      "not scaled shop/web: 3 pods at all hours, no autoscaler",
    ]);
    expect(
      await told({ Deployment, Namespace: [namespace("production")], HorizontalPodAutoscaler: [scaler] }),
    ).to.deep.equal([]);
    expect(await told({ Deployment, Namespace: [namespace("qa")] })).to.deep.equal([]);
  });
  it("[H4.1] names and diagnoses volumes that nobody mounts", async () => {
    const lists = {
      Pod: [pod("db-0", { kind: "StatefulSet", name: "db" }, "100m", "data-0")],
      PersistentVolumeClaim: [claim("data-0"), claim("data-9"), claim("log-queue-1")],
      StatefulSet: [
        {
          metadata: { name: "queue", namespace: "shop" },
          spec: { volumeClaimTemplates: [{ metadata: { name: "log" } }] },
        },
      ],
      PersistentVolume: [
        { metadata: { name: "pv-1" }, spec: { capacity: { storage: "5Gi" } }, status: { phase: "Released" } },
        { metadata: { name: "pv-2" }, spec: { capacity: { storage: "5Gi" } }, status: { phase: "Bound" } },
      ],
    };
    expect(await told(lists)).to.deep.equal([
      "left behind pv-1: volume 5Gi, Released: its claim is gone",
      "left behind shop/data-9: claim 10Gi, mounted by no pod",
    ]);
    const [found] = await wasteLeft(view(lists), cloud());
    expect(found?.requirement).to.equal("H4.1");
    expect(found?.subjects).to.have.length(2);
    expect(await wasteLeft(view({}), cloud())).to.deep.equal([]);
  });
  it("[H4.1] names volumes of the account that nothing attached, with whose they were, and addresses nobody answers at", async () => {
    const owned = { "kubernetes.io/cluster/slipway-dev": "owned", "kubernetes.io/created-for/pvc/name": "data-0" };
    const volume = (id: string, tags: object = {}) => ({ id, gib: 20, tags });
    const left = {
      volumes: [
        volume("vol-1", { ...owned, "kubernetes.io/created-for/pvc/namespace": "shop" }),
        volume("vol-2"),
        // Of another cluster, of another environment, and of a claim that stands.
        volume("vol-3", { "kubernetes.io/cluster/slipway-staging": "owned" }),
        volume("vol-4", { environment: "staging" }),
        volume("vol-5", owned),
      ],
      addresses: [
        { id: "eipalloc-1", address: "192.0.2.7", tags: { environment: "dev" } },
        { id: "eipalloc-2", address: "192.0.2.8", tags: { environment: "production" } },
      ],
    };
    const PersistentVolume = [
      { metadata: { name: "pv-5" }, spec: { csi: { volumeHandle: "vol-5" } }, status: { phase: "Bound" } },
    ];
    expect(await told({ PersistentVolume }, left)).to.deep.equal([
      "left behind vol-1: EBS volume of 20 GiB, attached to nothing; it was shop/data-0's",
      "left behind vol-2: EBS volume of 20 GiB, attached to nothing",
      "left behind eipalloc-1: address 192.0.2.7, nothing answers there",
    ]);
    const [cause] = await wasteLeft(view({ PersistentVolume }), cloud(left));
    expect(cause?.subjects).to.have.length(3);
    expect(cause?.fix).to.include("release the address");
  });
  it("[H4.1] is reported line by line and stops nothing; where nothing was seen nothing is promised", async () => {
    const finding = await wasteReported(view({ Deployment: [deployment], Namespace: [namespace("staging")] }), cloud());
    expect(finding.verdict).to.equal("passed");
    expect(finding.detail).to.equal("0 over-provisioned, 0 idle, 1 not scaled, 0 left behind");
    expect(finding.table?.rows).to.deep.equal([["not scaled", "shop/web", "3 pods at all hours, no autoscaler"]]);
    expect((await wasteReported(view({}), cloud())).verdict).to.equal("inconclusive");
  });
});
