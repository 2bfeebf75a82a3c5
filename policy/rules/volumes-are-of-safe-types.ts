import { pss } from "../framework";
import { resourceRule } from "../rule";
import { isFields, items, UNKNOWN } from "../value";
import { isWorkload, withWorkload } from "../workload";

/** A volume with only a name is an emptyDir after API defaulting. */
export const SAFE_VOLUMES: readonly string[] = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/** In-tree network volumes carry their server's address and credentials in the pod, past every storage policy. */
export const volumesAreOfSafeTypes = resourceRule({
  name: "volumes-are-of-safe-types",
  description: "Pods mount only volume types of the restricted profile.",
  severity: "medium",
  framework: pss(
    "restricted",
    "Volume Types",
    "The restricted policy only permits configMap, csi, downwardAPI, emptyDir, ephemeral, persistentVolumeClaim, projected and secret volumes.",
  ),
  requirement: "E2.5",
  remediation: "Mount the storage through a PersistentVolumeClaim.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  levels: { dev: "advisory" },
  applies: isWorkload,
  judge(subject, verdict) {
    withWorkload(subject, verdict, ({ spec, place }) => {
      const volumes = items(spec["volumes"]);
      if (volumes === UNKNOWN) return verdict.undecided(`${place}.volumes`);
      volumes.forEach((volume, index) => {
        if (volume === UNKNOWN) return verdict.undecided(`${place}.volumes[${index}]`);
        if (!isFields(volume)) return;
        const sources = Object.keys(volume).filter(
          (key) => key !== "name" && volume[key] !== undefined && volume[key] !== null,
        );
        for (const source of sources)
          if (!SAFE_VOLUMES.includes(source)) verdict.violation(`${place}.volumes[${index}] is of type ${source}`);
      });
    });
  },
});
