import { pss } from "../framework";
import { resourceRule } from "../rule";
import { UNKNOWN } from "../value";
import { isWorkload, withWorkload } from "../workload";

/** Host namespaces show a pod the node's network, processes and memory. */
export const podsStayOffTheHost = resourceRule({
  name: "pods-stay-off-the-host",
  description: "No pod joins the network, process or IPC namespace of its node.",
  severity: "high",
  framework: pss("baseline", "Host Namespaces", "Sharing the host namespaces must be disallowed."),
  requirement: "E2.4",
  remediation: "Remove hostNetwork, hostPID and hostIPC.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  applies: isWorkload,
  judge(subject, verdict) {
    withWorkload(subject, verdict, ({ spec, place }) => {
      for (const namespace of ["hostNetwork", "hostPID", "hostIPC"]) {
        const joined = spec[namespace];
        if (joined === UNKNOWN) verdict.undecided(`${place}.${namespace}`);
        else if (joined === true) verdict.violation(`${place}.${namespace} is true`);
      }
    });
  },
});
