import { fsbp } from "../framework";
import { allows, forEverybody, isConditional, statementsOf } from "../iam-document";
import { resourceRule } from "../rule";
import { UNKNOWN } from "../value";

const HOLDERS: ReadonlySet<string> = new Set([
  "aws:kms/key:Key",
  "aws:kms/keyPolicy:KeyPolicy",
  "aws:sqs/queuePolicy:QueuePolicy",
  "aws:sqs/queue:Queue",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sns/topic:Topic",
  "aws:ecr/repositoryPolicy:RepositoryPolicy",
  "aws:secretsmanager/secretPolicy:SecretPolicy",
]);

/** A resource policy for everybody is the Internet's key to the resource. */
export const resourcePoliciesNamePrincipals = resourceRule({
  name: "resource-policies-name-principals",
  description: "Policies of keys, queues, topics, repositories and secrets name who they are for.",
  severity: "critical",
  framework: fsbp("KMS.5", "KMS keys should not be publicly accessible."),
  decidedLate: true,
  requirement: "E4.7",
  remediation: "Name the principal, or add a Condition on aws:SourceArn or aws:PrincipalOrgID.",
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
  applies: (type) => HOLDERS.has(type),
  judge({ properties }, verdict) {
    const statements = statementsOf(properties["policy"]);
    if (statements === UNKNOWN) return verdict.undecided("policy");
    (statements ?? []).forEach((statement, index) => {
      if (statement === UNKNOWN) verdict.undecided(`policy.Statement[${index}]`);
      else if (allows(statement) && forEverybody(statement) && !isConditional(statement))
        verdict.violation(`policy.Statement[${index}] is for everybody`);
    });
  },
});
