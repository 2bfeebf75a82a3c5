import { platform } from "../framework";
import { guaranteed } from "../replicas";
import { stackRule } from "../rule";
import { at, type Fields, isAbsent, items, text, UNKNOWN } from "../value";

const KEYS = ["topology.kubernetes.io/zone", "kubernetes.io/hostname"];

/** Two copies on one node, or in one zone, are one copy. */
export const podsSpreadOverZones = stackRule({
  name: "pods-spread-over-zones",
  description: "The copies of a replicated workload are spread over zones or nodes.",
  severity: "medium",
  framework: platform("I1.7", "Loss of a pod, node and zone has a known outcome."),
  requirement: "I1.7",
  remediation: "Add a topologySpreadConstraint on topology.kubernetes.io/zone with the pods' own labels.",
  url: "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
  levels: { dev: "disabled", staging: "advisory", production: "advisory" },
  judge(stack, verdict) {
    for (const subject of stack.workloads) {
      const { workload } = subject;
      if (workload === UNKNOWN || workload === undefined || workload.partial) continue;
      const copies = guaranteed(subject, stack);
      if (copies === undefined || copies === 0 || copies === 1) continue;
      const spread = isSpread(workload.spec);
      if (spread === UNKNOWN || copies === UNKNOWN)
        verdict.undecided(`how the pods of ${subject.title} are spread`, subject.urn);
      else if (!spread) verdict.violation(`nothing spreads the ${copies} pods of ${subject.title}`, subject.urn);
    }
  },
});

function isSpread(pod: Fields): boolean | typeof UNKNOWN {
  const constraints = items(pod["topologySpreadConstraints"]);
  const against = at(pod["affinity"], "podAntiAffinity");
  if (constraints === UNKNOWN || against === UNKNOWN) return UNKNOWN;
  if (constraints.some((one) => KEYS.includes(text(at(one, "topologyKey"))))) return true;
  return ["requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"].some(
    (way) => {
      const terms = items(at(against, way));
      return (
        terms !== UNKNOWN &&
        terms.some((term) => !isAbsent(at(term, "topologyKey") ?? at(term, "podAffinityTerm", "topologyKey")))
      );
    },
  );
}
