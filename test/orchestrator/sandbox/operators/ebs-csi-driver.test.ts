import { expect } from "chai";
import { ebsCsiDriver } from "../../../../orchestrator/sandbox/operators/ebs-csi-driver";
import type { KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import type { OperatorContext } from "../../../../orchestrator/sandbox/operators/operator";

const storageClass: KubeObject = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "gp3" },
  provisioner: "ebs.csi.aws.com",
  reclaimPolicy: "Retain",
};
const claim = (chosen: string | undefined, more: object = {}, className = "gp3"): KubeObject => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: {
    name: "data",
    namespace: "shop",
    uid: "u-1",
    ...(chosen !== undefined && { annotations: { "volume.kubernetes.io/selected-node": chosen } }),
  },
  spec: {
    storageClassName: className,
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "5Gi" } },
    ...more,
  },
  status: { phase: "Pending" },
});

const node: KubeObject = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "node-a", labels: { "topology.kubernetes.io/zone": "eu-central-1b" } },
};

describe("the EBS CSI driver of a rehearsal", () => {
  async function made(...claims: KubeObject[]): Promise<KubeObject[]> {
    const volumes: KubeObject[] = [];
    const world = {
      list: () => claims,
      get: ({ name }: { name: string }) => ({ gp3: storageClass, "node-a": node })[name],
      ensure: (object: KubeObject) => {
        volumes.push(object);
        return Promise.resolve(object);
      },
    };
    await ebsCsiDriver.reconcile({ world } as unknown as OperatorContext);
    return volumes;
  }
  it("makes a volume for a claim once its node is chosen, and keeps it as the class says", async () => {
    const [volume] = await made(claim("node-a"));
    expect(volume?.["spec"]).to.deep.include({
      storageClassName: "gp3",
      capacity: { storage: "5Gi" },
      persistentVolumeReclaimPolicy: "Retain",
    });
    expect(volume?.["spec"]).to.have.nested.property("claimRef.uid", "u-1");
  });
  it("waits for the scheduler, and leaves bound claims and other classes alone", async () => {
    expect(await made(claim(undefined))).to.deep.equal([]);
    expect(await made(claim("node-a", { volumeName: "pvc-u-1" }))).to.deep.equal([]);
    expect(await made(claim("node-a", {}, "other"))).to.deep.equal([]);
  });
  it("[A11.3] makes it in the zone of that node, where it stays", async () => {
    const [volume] = await made(claim("node-a"));
    expect(JSON.stringify(volume?.["spec"])).to.include(
      '{"key":"topology.kubernetes.io/zone","operator":"In","values":["eu-central-1b"]}',
    );
  });
});
