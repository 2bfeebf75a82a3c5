import { containerName, eachContainer, isWorkload } from "../pod";
import type { ResourceRule } from "../rule";
import { at, UNKNOWN } from "../value";

/** A privileged container is the node. */
export const containersAreUnprivileged: ResourceRule = {
  scope: "resource",
  name: "containers-are-unprivileged",
  description: "No container is privileged.",
  severity: "critical",
  requirement: "E2.3",
  remediation: "Remove securityContext.privileged, and add only the single capability the program needs.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  applies: isWorkload,
  judge(subject, verdict) {
    eachContainer(subject, verdict, (container) => {
      const privileged = at(container.fields, "securityContext", "privileged");
      if (privileged === UNKNOWN) verdict.undecided(`${container.place}.securityContext.privileged`);
      else if (privileged === true) verdict.violation(`${containerName(container)}: privileged is true`);
    });
  },
};
