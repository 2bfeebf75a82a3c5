import * as iam from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import { named, type Tags } from "./naming";

/** Trust policy for one AWS service; Pod Identity and EKS also tag the session they open. */
export function trust(service: string): string {
  const Action =
    service === "pods.eks.amazonaws.com" || service === "eks.amazonaws.com"
      ? ["sts:AssumeRole", "sts:TagSession"]
      : ["sts:AssumeRole"];
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action }],
  });
}

export function serviceRole(
  name: string,
  service: string,
  roleName: string,
  tags: Tags,
  opts: pulumi.CustomResourceOptions,
): iam.Role {
  return new iam.Role(name, { name: roleName, assumeRolePolicy: trust(service), tags: named(tags, name) }, opts);
}

/** Attaches AWS managed policies by their short names. */
export function attach(
  name: string,
  role: iam.Role,
  policies: readonly string[],
  opts: pulumi.CustomResourceOptions,
): iam.RolePolicyAttachment[] {
  return policies.map(
    (policy) =>
      new iam.RolePolicyAttachment(
        `${name}-${policy.slice(policy.lastIndexOf("/") + 1)}`,
        { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
        opts,
      ),
  );
}

/** One statement of a least-privilege policy. */
export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}
export function policyDocument(statements: readonly Statement[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map(({ actions, resources, conditions }) => ({
      Effect: "Allow",
      Action: actions,
      Resource: resources,
      ...(conditions ? { Condition: conditions } : {}),
    })),
  });
}
