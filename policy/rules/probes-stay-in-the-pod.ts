import { pss } from "../framework";
import { resourceRule } from "../rule";
import { along, at, isAbsent, UNKNOWN } from "../value";
import { eachContainer, isWorkload } from "../workload";

const HANDLERS = [
  ["livenessProbe"],
  ["readinessProbe"],
  ["startupProbe"],
  ["lifecycle", "postStart"],
  ["lifecycle", "preStop"],
] as const;

/** The kubelet sends probes from the node: a host of one's own choice makes it a proxy into the node's network. */
export const probesStayInThePod = resourceRule({
  name: "probes-stay-in-the-pod",
  description: "Probes and lifecycle hooks ask the pod itself and no other host.",
  severity: "medium",
  framework: pss(
    "baseline",
    "Host Probes / Lifecycle Hooks",
    "The host field in probes and lifecycle hooks must be disallowed.",
  ),
  requirement: "E2.5",
  remediation: "Remove host from httpGet and tcpSocket of probes and hooks.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  applies: isWorkload,
  judge(subject, verdict) {
    eachContainer(subject, verdict, (container) => {
      for (const path of HANDLERS) {
        const handler = along(container.fields, path);
        if (handler === undefined) continue;
        for (const way of ["httpGet", "tcpSocket"]) {
          const host = at(handler, way, "host");
          if (host === UNKNOWN) verdict.undecided(`${container.place}.${path.join(".")}.${way}.host`);
          else if (!isAbsent(host)) verdict.violation(`${container.title}: ${path.join(".")}.${way} names a host`);
        }
      }
    });
  },
});
