import { expect } from "chai";
import { rules } from "../../policy/rules";

/**
 * Controls as their publishers number and word them, of those the rules name. A rule that names another adds it here,
 * after a look into the publication itself.
 */
const PUBLISHED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html
  "AWS Foundational Security Best Practices": {
    "DynamoDB.2": "DynamoDB tables should have point-in-time recovery enabled.",
    "EC2.3": "Attached EBS volumes should be encrypted at-rest.",
    "EC2.8": "EC2 instances should use Instance Metadata Service Version 2 (IMDSv2).",
    "EC2.18": "Security groups should only allow unrestricted incoming traffic for authorized ports.",
    "EC2.19": "Security groups should not allow unrestricted access to ports with high risk.",
    "ECR.2": "ECR private repositories should have tag immutability configured.",
    "EKS.1": "EKS cluster endpoints should not be publicly accessible.",
    "EKS.2": "EKS clusters should run on a supported Kubernetes version.",
    "EKS.3": "EKS clusters should use encrypted Kubernetes secrets.",
    "EKS.8": "EKS clusters should have audit logging enabled.",
    "ELB.1": "Application Load Balancer should be configured to redirect all HTTP requests to HTTPS.",
    "IAM.1": 'IAM policies should not allow full "*" administrative privileges.',
    "KMS.5": "KMS keys should not be publicly accessible.",
    "RDS.2": "RDS DB instances should prohibit public access.",
    "RDS.8": "RDS DB instances should have deletion protection enabled.",
    "RDS.11": "RDS instances should have automatic backups enabled.",
    "S3.8": "S3 general purpose buckets should block public access.",
    "SQS.1": "Amazon SQS queues should be encrypted at rest.",
  },
  // https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html, and in no way above.
  "AWS Security Hub controls": {
    "CloudWatch.16": "CloudWatch log groups should be retained for a specified time period.",
    "KMS.4": "AWS KMS key rotation should be enabled.",
    "S3.14": "S3 general purpose buckets should have versioning enabled.",
    "S3.17": "S3 general purpose buckets should be encrypted at rest with AWS KMS keys.",
  },
  // https://www.cisecurity.org/benchmark/kubernetes, Amazon EKS edition 1.5.0.
  "CIS Amazon Elastic Kubernetes Service Benchmark": {
    "4.1.1": "Ensure that the cluster-admin role is only used where required.",
    "4.1.2": "Minimize access to secrets.",
    "4.1.3": "Minimize wildcard use in Roles and ClusterRoles.",
    "4.1.6": "Ensure that Service Account Tokens are only mounted where necessary.",
    "4.3.2": "Ensure that all Namespaces have Network Policies defined.",
    "4.4.1": "Prefer using secrets as files over secrets as environment variables.",
    "5.4.3": "Ensure clusters are created with Private Nodes.",
  },
};
/** Whole sections of the CIS benchmark, for rules that no single control of theirs asks for. */
const SECTIONS: ReadonlySet<string> = new Set(["4.1", "4.2", "4.4"]);
/** Controls of https://kubernetes.io/docs/concepts/security/pod-security-standards/ by profile. */
const STANDARDS: Readonly<Record<string, readonly string[]>> = {
  baseline: [
    "HostProcess",
    "Host Namespaces",
    "Privileged Containers",
    "Capabilities",
    "HostPath Volumes",
    "Host Ports",
    "Host Probes / Lifecycle Hooks",
    "AppArmor",
    "SELinux",
    "/proc Mount Type",
    "Seccomp",
    "Sysctls",
  ],
  restricted: [
    "Volume Types",
    "Privilege Escalation",
    "Running as Non-root",
    "Running as Non-root user",
    "Seccomp",
    "Capabilities",
  ],
};
/** Chapters of the guide's version 1.2, with the sections the rules name. */
const CHAPTERS: readonly string[] = [
  "Kubernetes Pod security: Building secure container images",
  "Kubernetes Pod security: Immutable container file systems",
  "Network separation and hardening: Network policies",
  "Authentication and authorization: Role-based access control",
];

describe("the framework of a rule", () => {
  for (const { name, framework } of rules)
    it(`of ${name} is a control its publisher has [E1.4]`, () => {
      const { name: publication, reference, specification } = framework;
      const [profile, control] = reference.split(": ") as [string, string];
      if (publication === "Kubernetes Pod Security Standards") expect(STANDARDS[profile]).to.include(control);
      else if (publication === "NSA/CISA Kubernetes Hardening Guide") expect(CHAPTERS).to.include(reference);
      else if (publication === "Slipway platform requirements") expect(reference).to.match(/^[A-I]\d+\.\d+$/);
      else if (!(publication.startsWith("CIS") && SECTIONS.has(reference)))
        expect(PUBLISHED[publication]?.[reference], `${publication} ${reference}`).to.equal(specification);
    });
});
