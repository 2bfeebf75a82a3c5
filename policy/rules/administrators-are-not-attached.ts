import { fsbp } from "../framework";
import { resourceRule } from "../rule";
import { items, UNKNOWN } from "../value";

const ATTACHMENTS: ReadonlySet<string> = new Set([
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
]);
const ROLE = "aws:iam/role:Role";
const TOO_MUCH = /\/(?:AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;

/** AWS's own administrator policies are for people in a break-glass account, not for software. */
export const administratorsAreNotAttached = resourceRule({
  name: "administrators-are-not-attached",
  description: "No role, user or group gets AdministratorAccess, PowerUserAccess or IAMFullAccess.",
  severity: "critical",
  framework: fsbp("IAM.1", 'IAM policies should not allow full "*" administrative privileges.'),
  requirement: "E4.7",
  remediation: "Attach a policy that names what is needed.",
  url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html",
  applies: (type) => ATTACHMENTS.has(type) || type === ROLE,
  judge({ type, properties }, verdict) {
    const arns = type === ROLE ? items(properties["managedPolicyArns"]) : [properties["policyArn"]];
    if (arns === UNKNOWN) return verdict.undecided("managedPolicyArns");
    for (const arn of arns) {
      // The ARN of a policy made by this program is unknown before the update, and none of AWS's own.
      if (typeof arn === "string" && arn.length < 2048 && TOO_MUCH.test(arn))
        verdict.violation(`${arn.split("/").at(-1) ?? "the policy"} is attached`);
    }
  },
});
