import { isWorkload, podOf } from "../pod";
import type { ResourceRule } from "../rule";
import { at, isFields, items, UNKNOWN } from "../value";

/** Host namespaces show a pod the node's network, processes and memory; a hostPath shows it the node's disk. */
export const podsStayOffTheHost: ResourceRule = {
  scope: "resource",
  name: "pods-stay-off-the-host",
  description: "No pod joins a host namespace or mounts a path of its node.",
  severity: "high",
  requirement: "E2.4",
  remediation:
    "Remove hostNetwork, hostPID and hostIPC; mount a PersistentVolumeClaim, emptyDir or projected volume instead of a hostPath.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  applies: isWorkload,
  judge(subject, verdict) {
    const pod = podOf(subject);
    if (pod === UNKNOWN) return verdict.undecided("the pod template");
    if (pod === undefined) return;
    for (const namespace of ["hostNetwork", "hostPID", "hostIPC"]) {
      const joined = pod.spec[namespace];
      if (joined === UNKNOWN) verdict.undecided(`${pod.place}.${namespace}`);
      else if (joined === true) verdict.violation(`${pod.place}.${namespace} is true`);
    }
    const volumes = items(pod.spec["volumes"]);
    if (volumes === UNKNOWN) return verdict.undecided(`${pod.place}.volumes`);
    volumes.forEach((volume, index) => {
      const hostPath = at(volume, "hostPath");
      if (hostPath === UNKNOWN) verdict.undecided(`${pod.place}.volumes[${index}].hostPath`);
      else if (isFields(hostPath)) verdict.violation(`${pod.place}.volumes[${index}] mounts a hostPath`);
    });
  },
};
