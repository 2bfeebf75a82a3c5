import { pss } from "../framework";
import { resourceRule } from "../rule";
import { at, UNKNOWN } from "../value";
import { eachContainer, effective, isWorkload } from "../workload";

/** A privileged container is root on its node, and so is a Windows HostProcess container. */
export const containersAreUnprivileged = resourceRule({
  name: "containers-are-unprivileged",
  description: "No container runs privileged or as a Windows host process.",
  severity: "critical",
  framework: pss(
    "baseline",
    "Privileged Containers",
    "Privileged Pods disable most security mechanisms and must be disallowed.",
  ),
  requirement: "E2.3",
  remediation:
    "Remove securityContext.privileged and windowsOptions.hostProcess; name the one capability it needs instead.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  applies: isWorkload,
  judge(subject, verdict) {
    eachContainer(subject, verdict, (container, workload) => {
      const privileged = at(container.fields["securityContext"], "privileged");
      if (privileged === UNKNOWN) verdict.undecided(`${container.place}.securityContext.privileged`);
      else if (privileged === true) verdict.violation(`${container.title}: privileged is true`);
      const own = at(container.fields["securityContext"], "windowsOptions", "hostProcess");
      const host =
        own ??
        at(effective(workload, container, "windowsOptions"), "hostProcess") ??
        at(workload.spec["securityContext"], "windowsOptions", "hostProcess");
      if (host === UNKNOWN) verdict.undecided(`${container.place}.securityContext.windowsOptions`);
      else if (host === true) verdict.violation(`${container.title}: windowsOptions.hostProcess is true`);
    });
  },
});
