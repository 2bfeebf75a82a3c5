import { cisEks } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { at, items, UNKNOWN } from "../value";

/** A star allows what does not exist yet: the next custom resource, the next verb. All three together are cluster-admin. */
export const rolesNameWhatTheyAllow = resourceRule({
  name: "roles-name-what-they-allow",
  description: "Roles name verbs, resources and API groups, without wildcards.",
  severity: "high",
  framework: cisEks("4.1.3", "Minimize wildcard use in Roles and ClusterRoles."),
  requirement: "E4.2",
  remediation: "Name the verbs, resources and API groups in place of the star.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
  applies: isKind("rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/ClusterRole"),
  judge({ properties }, verdict) {
    const rules = items(properties["rules"]);
    if (rules === UNKNOWN) return verdict.undecided("rules");
    rules.forEach((rule, index) => {
      for (const field of ["verbs", "resources", "apiGroups", "nonResourceURLs"]) {
        const values = items(at(rule, field));
        if (values === UNKNOWN || values.includes(UNKNOWN)) verdict.undecided(`rules[${index}].${field}`);
        else if (values.includes("*")) verdict.violation(`rules[${index}].${field} is a wildcard`);
      }
    });
  },
});
