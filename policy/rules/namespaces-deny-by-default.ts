import type { StackRule, StackSubject } from "../rule";
import { at, isFields, items, UNKNOWN, type Value } from "../value";

const isNamespace = (type: string) => type === "kubernetes:core/v1:Namespace";
const isNetworkPolicy = (type: string) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy";

/**
 * Kubernetes lets every pod talk to every other until a policy selects it. One policy that selects all pods, names
 * both directions and has no rules denies both; policies are additive, so it needs no order.
 */
export const namespacesDenyByDefault: StackRule = {
  scope: "stack",
  name: "namespaces-deny-by-default",
  description: "Every namespace the program makes has a NetworkPolicy that denies ingress and egress for all its pods.",
  severity: "high",
  requirement: "E3.1",
  remediation:
    "Add a NetworkPolicy with podSelector {} and policyTypes [Ingress, Egress] and no rules, then the allows.",
  url: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-deny-all-ingress-and-all-egress-traffic",
  judge(subjects, verdict) {
    const denies = subjects.filter(
      (subject) => isNetworkPolicy(subject.type) && deniesBoth(subject.properties["spec"]),
    );
    for (const namespace of subjects.filter((subject) => isNamespace(subject.type))) {
      if (denies.some((policy) => protects(policy, namespace))) continue;
      verdict.violation(`namespace ${namespace.name} has no default deny for ingress and egress`, namespace.urn);
    }
  },
};

function deniesBoth(spec: Value): boolean {
  const selector = at(spec, "podSelector");
  const all =
    isFields(selector) &&
    items(at(selector, "matchExpressions")).toString() === "" &&
    !hasKeys(at(selector, "matchLabels"));
  const types = items(at(spec, "policyTypes"));
  const both = types !== UNKNOWN && types.includes("Ingress") && types.includes("Egress");
  return all && both && isEmpty(at(spec, "ingress")) && isEmpty(at(spec, "egress"));
}

function hasKeys(value: Value): boolean {
  return value === UNKNOWN || (isFields(value) && Object.keys(value).length > 0);
}

function isEmpty(value: Value): boolean {
  const list = items(value);
  return list !== UNKNOWN && list.length === 0;
}

/** By name where both names are known, else by the resource the policy's metadata was made from. */
function protects(policy: StackSubject, namespace: StackSubject): boolean {
  const wanted = at(namespace.properties, "metadata", "name");
  const named = at(policy.properties, "metadata", "namespace");
  if (typeof wanted === "string" && typeof named === "string") return wanted === named;
  return (policy.sources["metadata"] ?? []).includes(namespace.urn);
}
