import { definition, map, text } from "../schema";

/** Kinds of the CSI snapshotter v8, which the EKS add-on snapshot-controller installs. */
const GROUP = "snapshot.storage.k8s.io";
const policy = { deletionPolicy: text("Delete", "Retain") };
export const snapshotDefinitions = [
  definition({ group: GROUP, kind: "VolumeSnapshot", versions: ["v1"] }),
  definition({
    group: GROUP,
    kind: "VolumeSnapshotClass",
    plural: "volumesnapshotclasses",
    scope: "Cluster",
    versions: ["v1"],
    root: { driver: text(), parameters: map, ...policy },
  }),
  definition({ group: GROUP, kind: "VolumeSnapshotContent", scope: "Cluster", versions: ["v1"] }),
];
