import { containerName, eachContainer, effective, isPatch, isWorkload } from "../pod";
import { shown, type ResourceRule } from "../rule";
import { UNKNOWN } from "../value";

/** Root in a container is root on the node for anyone who escapes it. `hostUsers: false` is no waiver here. */
export const containersRunAsNonRoot: ResourceRule = {
  scope: "resource",
  name: "containers-run-as-non-root",
  description: "No container runs as root: runAsNonRoot is true and runAsUser is not 0.",
  severity: "high",
  requirement: "E2.2",
  remediation: "Set securityContext.runAsNonRoot: true, and runAsUser to the image's unprivileged user.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  applies: isWorkload,
  judge(subject, verdict) {
    eachContainer(subject, verdict, (container, pod) => {
      const nonRoot = effective(pod, container, "runAsNonRoot");
      const user = effective(pod, container, "runAsUser");
      if (user === 0) verdict.violation(`${containerName(container)}: runAsUser is 0`);
      if (nonRoot === UNKNOWN) verdict.undecided(`${container.place}.securityContext.runAsNonRoot`);
      else if (nonRoot === false || (nonRoot !== true && !isPatch(subject.type))) {
        verdict.violation(`${containerName(container)}: runAsNonRoot is ${shown(nonRoot)}`);
      }
    });
  },
};
