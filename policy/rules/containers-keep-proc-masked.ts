import { pss } from "../framework";
import { resourceRule } from "../rule";
import { flag } from "../setting";
import { at, isAbsent, UNKNOWN } from "../value";
import { eachContainer, isWorkload } from "../workload";

/** Unmasked, /proc lets a container read the kernel's keys and write its parameters. */
export const containersKeepProcMasked = resourceRule<{ honourUserNamespaces: boolean }>({
  name: "containers-keep-proc-masked",
  description: "Every container keeps the runtime's masks over /proc.",
  severity: "medium",
  framework: pss(
    "baseline",
    "/proc Mount Type",
    "The default /proc masks are set up to reduce attack surface, and should be required.",
  ),
  requirement: "E2.5",
  remediation: "Remove securityContext.procMount.",
  url: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#proc-access",
  settings: {
    honourUserNamespaces: flag("let pods with hostUsers: false unmask /proc, as the baseline profile does", false),
  },
  applies: isWorkload,
  judge(subject, verdict, { honourUserNamespaces }) {
    eachContainer(subject, verdict, (container, workload) => {
      if (honourUserNamespaces && workload.spec["hostUsers"] === false) return;
      const mount = at(container.fields["securityContext"], "procMount");
      if (mount === UNKNOWN) verdict.undecided(`${container.place}.securityContext.procMount`);
      else if (!isAbsent(mount) && mount !== "Default")
        verdict.violation(`${container.title}: procMount is not Default`);
    });
  },
});
