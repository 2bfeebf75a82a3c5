import { pss } from "../framework";
import { resourceRule, shown } from "../rule";
import { flag } from "../setting";
import { UNKNOWN } from "../value";
import { eachContainer, effective, isWorkload } from "../workload";

/**
 * Root in a container is root on the node for anyone who escapes it. A user namespace (`hostUsers: false`) takes the
 * edge off that, and the Pod Security Standards let it pass from 1.35 on; the strict reading does not, because the
 * next node, or the next edit, may not have one.
 */
export const containersRunAsNonRoot = resourceRule<{ honourUserNamespaces: boolean }>({
  name: "containers-run-as-non-root",
  description: "No container runs as root: runAsNonRoot is true and runAsUser is not 0.",
  severity: "high",
  framework: pss(
    "restricted",
    "Running as Non-root",
    "Containers must be required to run as non-root users and must not set runAsUser to 0.",
  ),
  requirement: "E2.2",
  remediation: "Set securityContext.runAsNonRoot: true, and runAsUser to the image's unprivileged user by number.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
  settings: { honourUserNamespaces: flag("let pods with hostUsers: false run as root, as the standards do", false) },
  applies: isWorkload,
  judge(subject, verdict, { honourUserNamespaces }) {
    eachContainer(subject, verdict, (container, workload) => {
      if (honourUserNamespaces && workload.spec["hostUsers"] === false) return;
      const nonRoot = effective(workload, container, "runAsNonRoot");
      const user = effective(workload, container, "runAsUser");
      if (user === UNKNOWN) verdict.undecided(`${container.place}.securityContext.runAsUser`);
      else if (user === 0 || user === "0") verdict.violation(`${container.title}: runAsUser is 0`);
      if (nonRoot === UNKNOWN) verdict.undecided(`${container.place}.securityContext.runAsNonRoot`);
      else if (nonRoot === false || (nonRoot !== true && !workload.partial))
        verdict.violation(`${container.title}: runAsNonRoot is ${shown(nonRoot)}`);
    });
  },
});
