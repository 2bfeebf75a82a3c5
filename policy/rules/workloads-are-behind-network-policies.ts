import { nsa } from "../framework";
import { together } from "../namespace";
import { selects } from "../selector";
import { stackRule } from "../rule";
import { at, UNKNOWN } from "../value";

/** What no policy selects, everybody in the cluster may call. */
export const workloadsAreBehindNetworkPolicies = stackRule({
  name: "workloads-are-behind-network-policies",
  description: "Every workload is selected by a NetworkPolicy of its namespace.",
  severity: "medium",
  framework: nsa(
    "Network separation and hardening: Network policies",
    "Set up network policies to isolate resources; pods without a policy accept traffic from everywhere.",
  ),
  requirement: "I2.1",
  remediation: "Add a NetworkPolicy to the namespace that selects the pods; best one that denies by default.",
  url: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  levels: { dev: "advisory", staging: "advisory", production: "advisory" },
  judge(stack, verdict) {
    const policies = stack.ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy");
    for (const subject of stack.workloads) {
      const { workload } = subject;
      if (workload === UNKNOWN || workload === undefined || workload.partial || workload.spec["hostNetwork"] === true)
        continue;
      const matches = policies
        .filter((policy) => together(policy, subject))
        .map((policy) =>
          selects(at(policy.properties["spec"], "podSelector") ?? {}, workload.metadata["labels"] ?? {}),
        );
      if (matches.includes(true)) continue;
      if (matches.includes(UNKNOWN)) verdict.undecided(`whether a NetworkPolicy selects ${subject.title}`, subject.urn);
      else verdict.violation(`no NetworkPolicy selects the pods of ${subject.title}`, subject.urn);
    }
  },
});
