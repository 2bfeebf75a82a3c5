import { containerName, eachContainer, isPatch, isWorkload } from "../pod";
import { shown, type ResourceRule } from "../rule";
import { at, UNKNOWN } from "../value";

/** Without this a setuid binary in the image gets back what runAsNonRoot took away. */
export const containersDoNotEscalate: ResourceRule = {
  scope: "resource",
  name: "containers-do-not-escalate",
  description: "No container may gain more privileges than its parent process: allowPrivilegeEscalation is false.",
  severity: "high",
  requirement: "E2.2",
  remediation: "Set securityContext.allowPrivilegeEscalation: false on the container.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  applies: isWorkload,
  judge(subject, verdict) {
    eachContainer(subject, verdict, (container) => {
      const allowed = at(container.fields, "securityContext", "allowPrivilegeEscalation");
      if (allowed === UNKNOWN) verdict.undecided(`${container.place}.securityContext.allowPrivilegeEscalation`);
      else if (allowed === true || (allowed !== false && !isPatch(subject.type))) {
        verdict.violation(`${containerName(container)}: allowPrivilegeEscalation is ${shown(allowed)}`);
      }
    });
  },
};
