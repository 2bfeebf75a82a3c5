import { pss } from "../framework";
import { resourceRule } from "../rule";
import { at, isFields, items, UNKNOWN } from "../value";
import { isWorkload, withWorkload } from "../workload";

/** A hostPath shows a pod the node's disk, the kubelet's credentials among it. */
export const volumesStayOffTheHost = resourceRule({
  name: "volumes-stay-off-the-host",
  description: "No pod mounts a path of its node.",
  severity: "high",
  framework: pss("baseline", "HostPath Volumes", "HostPath volumes must be forbidden."),
  requirement: "E2.4",
  remediation: "Mount a PersistentVolumeClaim, emptyDir or projected volume instead of a hostPath.",
  url: "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
  applies: isWorkload,
  judge(subject, verdict) {
    withWorkload(subject, verdict, ({ spec, place }) => {
      const volumes = items(spec["volumes"]);
      if (volumes === UNKNOWN) return verdict.undecided(`${place}.volumes`);
      volumes.forEach((volume, index) => {
        const hostPath = at(volume, "hostPath");
        if (hostPath === UNKNOWN) verdict.undecided(`${place}.volumes[${index}].hostPath`);
        else if (isFields(hostPath)) verdict.violation(`${place}.volumes[${index}] mounts a hostPath`);
      });
    });
  },
});
