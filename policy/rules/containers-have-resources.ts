import { containerName, eachContainer, isPatch, isWorkload } from "../pod";
import type { ResourceRule } from "../rule";
import { at, isAbsent, UNKNOWN } from "../value";

/** Without requests the scheduler guesses, without limits one container starves its node. Explicit, not defaulted. */
export const containersHaveResources: ResourceRule = {
  scope: "resource",
  name: "containers-have-resources",
  description: "Every container, init containers included, states CPU and memory requests and limits.",
  severity: "medium",
  requirement: "E2.1",
  remediation: "Set resources.requests and resources.limits for cpu and memory on the container.",
  url: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
  applies: (type) => isWorkload(type) && !isPatch(type),
  judge(subject, verdict) {
    eachContainer(subject, verdict, (container) => {
      if (container.ephemeral) return;
      for (const side of ["requests", "limits"]) {
        for (const resource of ["cpu", "memory"]) {
          const value = at(container.fields, "resources", side, resource);
          if (value === UNKNOWN) verdict.undecided(`${container.place}.resources.${side}.${resource}`);
          else if (isAbsent(value))
            verdict.violation(`${containerName(container)}: resources.${side}.${resource} is not set`);
        }
      }
    });
  },
};
