import { cisEks } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { at, items, several, text, UNKNOWN } from "../value";

const READING = ["get", "list", "watch", "*"];

/** A ClusterRole reads the secrets of every namespace, the identity of every workload among them. */
export const rolesDoNotReadAllSecrets = resourceRule({
  name: "roles-do-not-read-all-secrets",
  description: "No ClusterRole reads Secrets unless it names them.",
  severity: "medium",
  framework: cisEks("4.1.2", "Minimize access to secrets."),
  requirement: "E4.2",
  remediation: "Use a Role in the one namespace, or list the Secrets under resourceNames.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets",
  levels: { dev: "advisory", staging: "advisory", production: "advisory" },
  applies: isKind("rbac.authorization.k8s.io/ClusterRole"),
  judge({ properties }, verdict) {
    const rules = items(properties["rules"]);
    if (rules === UNKNOWN) return verdict.undecided("rules");
    rules.forEach((rule, index) => {
      const [verbs, resources, names] = several(
        items(at(rule, "verbs")),
        items(at(rule, "resources")),
        items(at(rule, "resourceNames")),
      );
      if (verbs === UNKNOWN || resources === UNKNOWN || names === UNKNOWN) return verdict.undecided(`rules[${index}]`);
      const secrets = resources.includes("secrets") || resources.includes("*");
      if (secrets && names.length === 0 && verbs.some((verb) => READING.includes(text(verb))))
        verdict.violation(`rules[${index}] reads the Secrets of every namespace`);
    });
  },
});
