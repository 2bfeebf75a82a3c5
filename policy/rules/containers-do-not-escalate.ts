import { pss } from "../framework";
import { mendContainers, said } from "../repair";
import { resourceRule, shown } from "../rule";
import { at, UNKNOWN } from "../value";
import { eachContainer, isWholeWorkload, isWorkload } from "../workload";

/** Without this a setuid binary in the image gets back what runAsNonRoot took away. */
export const containersDoNotEscalate = resourceRule({
  name: "containers-do-not-escalate",
  description: "No container may gain more privileges than its parent process: allowPrivilegeEscalation is false.",
  severity: "high",
  framework: pss(
    "restricted",
    "Privilege Escalation",
    "Privilege escalation (such as via set-user-ID or set-group-ID file mode) should not be allowed.",
  ),
  requirement: "E2.2",
  remediation: "Set securityContext.allowPrivilegeEscalation: false on the container.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  applies: isWorkload,
  judge(subject, verdict) {
    eachContainer(subject, verdict, (container, workload) => {
      const allowed = at(container.fields["securityContext"], "allowPrivilegeEscalation");
      if (allowed === UNKNOWN) verdict.undecided(`${container.place}.securityContext.allowPrivilegeEscalation`);
      else if (allowed === true || (allowed !== false && !workload.partial && !workload.windows))
        verdict.violation(`${container.title}: allowPrivilegeEscalation is ${shown(allowed)}`);
    });
  },
  repair: (draft, type) => {
    if (!isWholeWorkload(type)) return;
    mendContainers(draft, type, (security) => {
      // A privileged container must be allowed to escalate, the API server says; that one is for a person to mend.
      const privileged = said(security, "privileged");
      if (privileged === true || privileged === UNKNOWN) return;
      if (said(security, "allowPrivilegeEscalation") !== UNKNOWN) security["allowPrivilegeEscalation"] = false;
    });
  },
});
