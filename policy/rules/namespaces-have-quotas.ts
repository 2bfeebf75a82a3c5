import { platform } from "../framework";
import { livesIn } from "../namespace";
import { stackRule } from "../rule";
import { isFields, at, UNKNOWN } from "../value";

/** Without one, a loop in one team's deployment takes the cluster from all others. */
export const namespacesHaveQuotas = stackRule({
  name: "namespaces-have-quotas",
  description: "Every namespace the program makes has a ResourceQuota.",
  severity: "medium",
  framework: platform("E3.2", "ResourceQuota and LimitRange in every namespace."),
  requirement: "E3.2",
  remediation: "Add a ResourceQuota with requests and limits of CPU and memory.",
  url: "https://kubernetes.io/docs/concepts/policy/resource-quotas/",
  levels: { dev: "advisory" },
  judge(stack, verdict) {
    const quotas = stack.ofType("kubernetes:core/v1:ResourceQuota");
    for (const namespace of stack.ofType("kubernetes:core/v1:Namespace")) {
      const hard = quotas
        .filter((quota) => livesIn(quota, namespace))
        .map((quota) => at(quota.properties["spec"], "hard"));
      const real = hard.some((one) => one === UNKNOWN || (isFields(one) && Object.keys(one).length > 0));
      if (!real) verdict.violation(`namespace ${namespace.name} has no ResourceQuota`, namespace.urn);
    }
  },
});
