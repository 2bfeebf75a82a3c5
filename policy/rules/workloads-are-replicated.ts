import { platform } from "../framework";
import { guaranteed } from "../replicas";
import { stackRule } from "../rule";
import { count, list } from "../setting";
import type { Subject } from "../subject";
import { at, UNKNOWN } from "../value";

type Settings = { minimum: number; critical: number; criticalLabels: readonly string[] };

/** One pod is one node's restart away from an outage; of two, an update and a failure together take both. */
export const workloadsAreReplicated = stackRule<Settings>({
  name: "workloads-are-replicated",
  description: "Every workload that serves has at least 2 copies, and at least 3 when it is marked critical.",
  severity: "medium",
  framework: platform("E2.7", "At least 2 replicas, 3 for critical services; staging and production."),
  requirement: "E2.7",
  remediation: "Set spec.replicas, or the autoscaler's minimum, to 2; to 3 for a critical service.",
  url: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas",
  levels: { dev: "disabled" },
  settings: {
    minimum: count("copies of every workload", 2),
    critical: count("copies of a critical workload", 3),
    criticalLabels: list("labels that mark a workload as critical", ["criticality=critical", "tier=critical"]),
  },
  judge(stack, verdict, { minimum, critical, criticalLabels }) {
    for (const subject of stack.workloads) {
      const copies = guaranteed(subject, stack);
      if (copies === undefined) continue;
      if (copies === UNKNOWN) {
        verdict.undecided(`the number of copies of ${subject.title}`, subject.urn);
        continue;
      }
      const marked = criticalLabels.some((label) => carries(subject, label));
      const wanted = marked ? critical : minimum;
      // Scaled to nothing on purpose: what does not run cannot fail.
      if (copies > 0 && copies < wanted)
        verdict.violation(
          `${subject.title} has ${copies} of ${wanted} copies${marked ? ", and is critical" : ""}`,
          subject.urn,
        );
    }
  },
});

function carries(subject: Subject, label: string): boolean {
  const [key = "", value = ""] = label.split("=");
  return at(subject.metadata["labels"], key) === value;
}
