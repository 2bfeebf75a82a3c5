import { fsbp } from "../framework";
import { allows, isConditional, statementsOf, texts } from "../iam-document";
import { resourceRule, type Verdict } from "../rule";
import { at, isAbsent, items, UNKNOWN, type Value, several } from "../value";

const POLICIES: ReadonlySet<string> = new Set([
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
  "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",
]);
const ROLE = "aws:iam/role:Role";

/** What only tells may be named by its beginning: `ec2:Describe*`. */
const READS = /^[^:*]+:(?:describe|list|get|batchget|search|view|head|lookup)/;
/**
 * Each opens far more than itself: other roles' rights, and what is encrypted or secret (FSBP KMS.1 and KMS.2;
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html). On every resource a condition must narrow it.
 */
const OPENS: ReadonlySet<string> = new Set([
  "iam:passrole",
  "sts:assumerole",
  "kms:decrypt",
  "kms:reencryptfrom",
  "secretsmanager:getsecretvalue",
]);

/** A star in Action is every right AWS has, those it will have next year among them. */
export const iamPoliciesNameWhatTheyAllow = resourceRule({
  name: "iam-policies-name-what-they-allow",
  description: "IAM policies name actions; what changes things or opens others is allowed on named resources only.",
  severity: "critical",
  framework: fsbp("IAM.1", 'IAM policies should not allow full "*" administrative privileges.'),
  decidedLate: true,
  requirement: "E4.7",
  remediation: "Name the actions in place of the star, and the resources they act on.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
  applies: (type) => POLICIES.has(type) || type === ROLE,
  judge({ type, properties }, verdict) {
    if (type !== ROLE) return judgeDocument(properties["policy"] ?? properties["inlinePolicy"], "policy", verdict);
    const inline = items(properties["inlinePolicies"]);
    if (inline === UNKNOWN) return verdict.undecided("inlinePolicies");
    inline.forEach((one, index) => judgeDocument(at(one, "policy"), `inlinePolicies[${index}].policy`, verdict));
  },
});

function judgeDocument(document: Value, where: string, verdict: Verdict): void {
  const statements = statementsOf(document);
  if (statements === UNKNOWN) return verdict.undecided(where);
  (statements ?? []).forEach((statement, index) => {
    const place = `${where}.Statement[${index}]`;
    if (statement === UNKNOWN) return verdict.undecided(place);
    if (!allows(statement)) return;
    const [actions, resources] = several(texts(at(statement, "Action")), texts(at(statement, "Resource")));
    if (!isAbsent(at(statement, "NotAction")))
      verdict.violation(`${place} allows everything but a few actions (NotAction)`);
    if (actions.includes("*") || actions.includes("*:*")) verdict.violation(`${place} allows every action`);
    else if (resources.includes("*"))
      for (const action of actions)
        if (isWide(action, isConditional(statement))) verdict.violation(`${place} allows ${action} on every resource`);
  });
}

/** Whether an action on every resource is more than anybody can have meant. IAM reads actions without regard to case. */
function isWide(given: string, conditional: boolean): boolean {
  const action = given.toLowerCase();
  if (action.endsWith(":*")) return true;
  if (conditional) return false;
  return OPENS.has(action) || (action.includes("*") && !READS.test(action));
}
