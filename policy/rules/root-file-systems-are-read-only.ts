import { nsa } from "../framework";
import { resourceRule, shown } from "../rule";
import { at, UNKNOWN } from "../value";
import { eachContainer, isWorkload } from "../workload";

/** An intruder who cannot write cannot install what the next step needs. Mending it could stop an app that writes. */
export const rootFileSystemsAreReadOnly = resourceRule({
  name: "root-file-systems-are-read-only",
  description: "Every container's root file system is read-only; what must be written is a volume.",
  severity: "medium",
  framework: nsa(
    "Kubernetes Pod security: Immutable container file systems",
    "Run containers with immutable file systems when possible.",
  ),
  requirement: "E2.5",
  remediation: "Set securityContext.readOnlyRootFilesystem: true and mount an emptyDir where the program writes.",
  url: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
  levels: { dev: "advisory", staging: "advisory", production: "advisory" },
  applies: isWorkload,
  judge(subject, verdict) {
    eachContainer(subject, verdict, (container, workload) => {
      if (container.role === "ephemeral" || workload.windows) return;
      const readOnly = at(container.fields["securityContext"], "readOnlyRootFilesystem");
      if (readOnly === UNKNOWN) verdict.undecided(`${container.place}.securityContext.readOnlyRootFilesystem`);
      else if (readOnly === false || (readOnly !== true && !workload.partial))
        verdict.violation(`${container.title}: readOnlyRootFilesystem is ${shown(readOnly)}`);
    });
  },
});
