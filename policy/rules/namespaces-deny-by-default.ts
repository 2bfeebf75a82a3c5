import { cisEks } from "../framework";
import { livesIn } from "../namespace";
import { stackRule } from "../rule";
import { at, isFields, items, UNKNOWN, type Value } from "../value";

/**
 * Kubernetes lets every pod talk to every other until a policy selects it. A policy that selects all pods, names a
 * direction and has no rules for it denies it; policies are additive, so it needs no order.
 */
export const namespacesDenyByDefault = stackRule({
  name: "namespaces-deny-by-default",
  description: "Every namespace the program makes has a NetworkPolicy that denies ingress and egress for all its pods.",
  severity: "high",
  framework: cisEks("4.3.2", "Ensure that all Namespaces have Network Policies defined."),
  requirement: "E3.1",
  remediation:
    "Add a NetworkPolicy with podSelector {} and policyTypes [Ingress, Egress] and no rules, then the allows.",
  url: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-deny-all-ingress-and-all-egress-traffic",
  judge(stack, verdict) {
    const policies = stack.ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy");
    for (const namespace of stack.ofType("kubernetes:core/v1:Namespace")) {
      const here = policies.filter((policy) => livesIn(policy, namespace));
      const missing = (["Ingress", "Egress"] as const).filter(
        (direction) => !here.some((policy) => denies(policy.properties["spec"], direction)),
      );
      if (missing.length > 0)
        verdict.violation(
          `namespace ${namespace.name} has no default deny for ${missing.join(" and ").toLowerCase()}`,
          namespace.urn,
        );
    }
  },
});

/** `policyTypes` left out means Ingress, and Egress only if there are egress rules. */
function denies(spec: Value, direction: "Ingress" | "Egress"): boolean {
  const selector = at(spec, "podSelector");
  const all = isFields(selector) && isEmpty(at(selector, "matchExpressions")) && !hasKeys(at(selector, "matchLabels"));
  const types = items(at(spec, "policyTypes"));
  const named = types !== UNKNOWN && (types.length === 0 ? direction === "Ingress" : types.includes(direction));
  return all && named && isEmpty(at(spec, direction.toLowerCase()));
}

function hasKeys(value: Value): boolean {
  return value === UNKNOWN || (isFields(value) && Object.keys(value).length > 0);
}

function isEmpty(value: Value): boolean {
  const list = items(value);
  return list !== UNKNOWN && list.length === 0;
}
