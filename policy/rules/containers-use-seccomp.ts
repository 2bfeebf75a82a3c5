import { pss } from "../framework";
import { isDraft, isOpen, mendPods, said } from "../repair";
import { resourceRule, shown } from "../rule";
import { at, isAbsent, UNKNOWN } from "../value";
import { eachContainer, effective, isWholeWorkload, isWorkload } from "../workload";

const GOOD: readonly unknown[] = ["RuntimeDefault", "Localhost"];

/** The default profile blocks the system calls that container escapes are made of. */
export const containersUseSeccomp = resourceRule({
  name: "containers-use-seccomp",
  description: "Every container runs under a seccomp profile: RuntimeDefault or Localhost.",
  severity: "medium",
  framework: pss(
    "restricted",
    "Seccomp",
    "Seccomp profile must be explicitly set to one of the allowed values; both the Unconfined profile and its absence are prohibited.",
  ),
  requirement: "E2.5",
  remediation: "Set securityContext.seccompProfile.type: RuntimeDefault on the pod.",
  url: "https://kubernetes.io/docs/tutorials/security/seccomp/",
  applies: isWorkload,
  judge(subject, verdict) {
    // An ill choice of the pod counts even where each container overrides it: a new container would inherit it.
    const workload = subject.workload;
    if (workload === UNKNOWN || workload === undefined) return eachContainer(subject, verdict, () => undefined);
    const pod = at(workload.spec["securityContext"], "seccompProfile", "type");
    if (typeof pod === "string" && !GOOD.includes(pod))
      verdict.violation(`${workload.place}: seccompProfile is ${pod}`);
    eachContainer(subject, verdict, (container) => {
      const type = at(effective(workload, container, "seccompProfile"), "type");
      if (type === UNKNOWN) return verdict.undecided(`${container.place}.securityContext.seccompProfile`);
      if (GOOD.includes(type) || (type === pod && !isAbsent(pod))) return;
      if (isAbsent(type) && (workload.partial || workload.windows)) return;
      verdict.violation(`${container.title}: seccompProfile is ${typeof type === "string" ? type : shown(type)}`);
    });
  },
  repair: (draft, type) => {
    if (!isWholeWorkload(type)) return;
    mendPods(draft, type, (security, containers) => {
      // A container that has a profile of its own needs none of the pod's.
      const bare = containers.some((container) => {
        const own = said(container, "securityContext");
        return isOpen(own) || (isDraft(own) && isOpen(said(own, "seccompProfile")));
      });
      if (bare && isOpen(said(security, "seccompProfile"))) security["seccompProfile"] = { type: "RuntimeDefault" };
    });
  },
});
