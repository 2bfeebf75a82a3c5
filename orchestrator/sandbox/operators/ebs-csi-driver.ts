import { createHash } from "node:crypto";
import { at, type KubeObject } from "../kubernetes/object";
import type { Operator, OperatorContext } from "./operator";

const CLAIM = { apiVersion: "v1", kind: "PersistentVolumeClaim" };
const CLASS = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass" };
const NODE = { apiVersion: "v1", kind: "Node" };
const ZONE = "topology.kubernetes.io/zone";
const PROVISIONER = "ebs.csi.aws.com";
const MANAGER = "ebs-csi-controller";

/** The EBS CSI driver: a volume for each claim of its classes, once the scheduler has said on which node. */
export const ebsCsiDriver: Operator = {
  name: "ebs-csi-driver",
  deployment: { app: "ebs-csi-controller" },
  kinds: [CLAIM, CLASS, NODE],
  async reconcile(context) {
    for (const claim of context.world.list(CLAIM.apiVersion, CLAIM.kind)) await provision(context, claim);
    return false;
  },
};

async function provision({ world }: OperatorContext, claim: KubeObject): Promise<void> {
  const name = at(claim, "spec", "storageClassName");
  const storageClass = typeof name === "string" ? world.get({ ...CLASS, name }) : undefined;
  const chosen = claim.metadata.annotations?.["volume.kubernetes.io/selected-node"];
  const waits = at(claim, "status", "phase") === "Pending" && at(claim, "spec", "volumeName") === undefined;
  if (!waits || chosen === undefined || storageClass?.["provisioner"] !== PROVISIONER) return;
  const { uid = "", namespace, name: claimName } = claim.metadata;
  const zone = world.get({ ...NODE, name: chosen })?.metadata.labels?.[ZONE];
  await world.ensure(
    {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: `pvc-${uid}`, annotations: { "pv.kubernetes.io/provisioned-by": PROVISIONER } },
      spec: {
        accessModes: at(claim, "spec", "accessModes"),
        capacity: at(claim, "spec", "resources", "requests"),
        storageClassName: name,
        persistentVolumeReclaimPolicy: storageClass["reclaimPolicy"] ?? "Delete",
        volumeMode: "Filesystem",
        claimRef: { ...CLAIM, name: claimName, namespace, uid },
        // A volume is in the zone of the node it was made for, and no pod elsewhere can have it.
        ...(zone !== undefined && {
          nodeAffinity: {
            required: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: "In", values: [zone] }] }] },
          },
        }),
        csi: {
          driver: PROVISIONER,
          fsType: "ext4",
          volumeHandle: `vol-0${createHash("sha256").update(uid).digest("hex").slice(0, 16)}`,
        },
      },
    },
    MANAGER,
  );
}
