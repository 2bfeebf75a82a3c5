import { platform } from "../framework";
import { allows, forEverybody, isConditional, statementsOf, texts } from "../iam-document";
import { resourceRule } from "../rule";
import { at, isFields, UNKNOWN } from "../value";

/** A trust policy without a condition on an identity provider lets every workload of that provider take the role. */
export const rolesTrustNamedPrincipals = resourceRule({
  name: "roles-trust-named-principals",
  description: "Roles trust named principals; identity providers only under a condition.",
  severity: "critical",
  framework: platform("E4.7", "IAM without full wildcards; no static cloud keys."),
  decidedLate: true,
  requirement: "E4.7",
  remediation: "Name the principal, and add a Condition on sub and aud for a web identity.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html",
  applies: (type) => type === "aws:iam/role:Role",
  judge({ properties }, verdict) {
    const statements = statementsOf(properties["assumeRolePolicy"]);
    if (statements === UNKNOWN) return verdict.undecided("assumeRolePolicy");
    (statements ?? []).forEach((statement, index) => {
      const where = `assumeRolePolicy.Statement[${index}]`;
      if (statement === UNKNOWN) return verdict.undecided(where);
      if (!allows(statement) || isConditional(statement)) return;
      const principal = at(statement, "Principal");
      if (principal === UNKNOWN) verdict.undecided(`${where}.Principal`);
      else if (forEverybody(statement)) verdict.violation(`${where} trusts everybody`);
      else if (isFields(principal) && texts(principal["Federated"]).length > 0)
        verdict.violation(`${where} trusts an identity provider without a condition`);
    });
  },
});
