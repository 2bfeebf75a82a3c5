import type * as k8s from "@pulumi/kubernetes";
import type { PlatformConfig } from "../config";
import table from "./table.json";

type Environment = PlatformConfig["environment"];
type Policy = k8s.admissionregistration.v1.ValidatingAdmissionPolicyArgs;
type Binding = k8s.admissionregistration.v1.ValidatingAdmissionPolicyBindingArgs;

/** A rule of the policy pack as a cluster is to hold it. */
export interface HeldRule {
  /** Of policy and binding alike: `slipway-` and the rule's own name. */
  readonly name: string;
  /** Refuses what breaks it; otherwise it warns and leaves a note in the audit log. */
  readonly denies: boolean;
  readonly policy: Policy;
  readonly binding: Binding;
}

/** Namespaces whose pods need the node, and that admission leaves to their own Pod Security labels: a fixed list (A14.1). */
export const privilegedNamespaces: readonly string[] = table.exempt;

/** What an engine holds at the least, in every environment and from the first day (A14.2). */
export const alwaysDenied: readonly string[] = ["containers-are-unprivileged", "volumes-stay-off-the-host"];

const PREFIX = "slipway-";
/** Names of the rules that admission can hold. */
export const heldRules: readonly string[] = table.rules.map(({ name }) => name.slice(PREFIX.length));

const metadata = (name: string, annotations?: Readonly<Record<string, string>>) => ({
  name,
  labels: table.labels,
  ...(annotations && { annotations }),
});

/**
 * The rules as validating policies with their bindings. Audit first; with `deny`, whatever is mandatory in the
 * environment is refused, save the rules that stay in audit while they have open findings (A14.4). Pure.
 */
export function admissionRules(
  environment: Environment,
  { action, audit }: PlatformConfig["security"]["admission"],
): HeldRule[] {
  return table.rules.flatMap((rule): HeldRule[] => {
    const level = (rule.environments as Partial<Record<Environment, { conditions: number; mandatory: boolean }>>)[
      environment
    ];
    if (level === undefined) return [];
    const { name, annotations, message } = rule;
    const short = name.slice(PREFIX.length);
    const denies = alwaysDenied.includes(short) || (action === "deny" && level.mandatory && !audit.includes(short));
    const conditions = rule.conditions[level.conditions] ?? [];
    const policy = {
      metadata: metadata(name, annotations),
      spec: {
        failurePolicy: "Fail",
        matchConstraints: { resourceRules: rule.resources ?? table.workloads.resources },
        ...(rule.resources === undefined && { variables: table.workloads.variables }),
        validations: conditions.map((expression) => ({ expression, message, reason: "Forbidden" })),
        auditAnnotations: [
          { key: "requirement", valueExpression: JSON.stringify(annotations["slipway.dev/requirement"]) },
        ],
      },
    } satisfies Policy;
    const binding = {
      metadata: metadata(name),
      spec: {
        policyName: name,
        validationActions: denies ? ["Deny", "Audit"] : ["Warn", "Audit"],
        ...(rule.everywhere !== true && { matchResources: { namespaceSelector: notExempt } }),
      },
    } satisfies Binding;
    return [{ name, denies, policy, binding }];
  });
}

const notExempt = {
  matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: table.exempt }],
};

/** Policies that mend (E1.2), with their bindings, as written objects; their API is stable since Kubernetes 1.36. */
export function mendingPolicies(version: string): readonly (typeof table.mutations)[number][] {
  return Number(version.split(".")[1]) >= MENDING_SINCE ? table.mutations : [];
}
/** https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/: v1 from 1.36 on. */
const MENDING_SINCE = 36;
