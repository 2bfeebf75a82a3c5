import { nsa } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { at, items, several, text, UNKNOWN, type Value } from "../value";

/** Verbs that turn a small right into every right. */
const ESCALATING: readonly Value[] = ["escalate", "bind", "impersonate"];

/** Whoever may bind roles, impersonate, or mint tokens has every right there is to give. */
export const rolesCannotEscalate = resourceRule({
  name: "roles-cannot-escalate",
  description: "No role may escalate, bind, impersonate, or mint service account tokens.",
  severity: "high",
  framework: nsa(
    "Authentication and authorization: Role-based access control",
    "Users and service accounts are given the least privileges required.",
  ),
  requirement: "E4.2",
  remediation: "Remove the verbs escalate, bind and impersonate, and create on serviceaccounts/token.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks",
  applies: isKind("rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/ClusterRole"),
  judge({ properties }, verdict) {
    const rules = items(properties["rules"]);
    if (rules === UNKNOWN) return verdict.undecided("rules");
    rules.forEach((rule, index) => {
      const [verbs, resources] = several(items(at(rule, "verbs")), items(at(rule, "resources")));
      if (verbs === UNKNOWN || resources === UNKNOWN) return verdict.undecided(`rules[${index}]`);
      for (const verb of verbs)
        if (ESCALATING.includes(verb)) verdict.violation(`rules[${index}] allows ${text(verb)}`);
      if (resources.includes("serviceaccounts/token") && verbs.includes("create"))
        verdict.violation(`rules[${index}] mints service account tokens`);
    });
  },
});
