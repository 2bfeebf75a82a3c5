import { platform } from "../framework";
import { livesIn } from "../namespace";
import { stackRule } from "../rule";
import { at, items, UNKNOWN } from "../value";

/** Under a quota, a pod without limits is refused; a LimitRange fills them in for charts that state none. */
export const namespacesHaveLimitRanges = stackRule({
  name: "namespaces-have-limit-ranges",
  description: "Every namespace the program makes has a LimitRange for containers.",
  severity: "low",
  framework: platform("E3.2", "ResourceQuota and LimitRange in every namespace."),
  requirement: "E3.2",
  remediation: "Add a LimitRange of type Container with default and defaultRequest.",
  url: "https://kubernetes.io/docs/concepts/policy/limit-range/",
  levels: { dev: "advisory" },
  judge(stack, verdict) {
    const ranges = stack.ofType("kubernetes:core/v1:LimitRange");
    for (const namespace of stack.ofType("kubernetes:core/v1:Namespace")) {
      const here = ranges
        .filter((range) => livesIn(range, namespace))
        .map((range) => items(at(range.properties["spec"], "limits")));
      const real = here.some(
        (limits) => limits === UNKNOWN || limits.some((limit) => at(limit, "type") === "Container"),
      );
      if (!real) verdict.violation(`namespace ${namespace.name} has no LimitRange for containers`, namespace.urn);
    }
  },
});
