import type { PolicyResource, ReportViolation, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import type { Rule, StackSubject, Verdict } from "./rule";
import { plain, type Fields } from "./value";

/**
 * What becomes of a rule that met an unknown value: reported beside the gate, or counted as a violation. Production
 * fails closed (E1.5). Set per policy, or for all, in config/<environment>.json.
 */
type WhenUnknown = "advisory" | "violation";

const configSchema = {
  properties: { whenUnknown: { type: "string" as const, enum: ["advisory", "violation"], default: "advisory" } },
};

/**
 * Inputs of the resources of this run, by URN. In a preview, a resource whose provider is not configured yet (the
 * cluster is still to be made) has no outputs at all, and a stack rule would judge an empty object; what the program
 * asked for is the best there is. One process judges one run, so this never holds another run's values.
 */
const inputs = new Map<string, Fields>();
let remembered: string | undefined;

/** Every resource rule sees every resource, one resource after the other: the first one to see it remembers it. */
function remember(args: { readonly urn: string; readonly props: unknown }): void {
  if (remembered === args.urn) return;
  remembered = args.urn;
  inputs.set(args.urn, plain(args.props) as Fields);
}

/** The CrossGuard face of a rule. */
export function crossguard(rule: Rule): ResourceValidationPolicy | StackValidationPolicy {
  const policy = {
    name: rule.name,
    description: rule.description,
    severity: rule.severity,
    remediationSteps: rule.remediation,
    url: rule.url,
    tags: [rule.requirement],
    configSchema,
  };
  if (rule.scope === "stack") {
    return {
      ...policy,
      validateStack: (args, report) =>
        rule.judge(args.resources.map(stackSubject), verdict(report, args.getConfig<{ whenUnknown?: WhenUnknown }>())),
    };
  }
  return {
    ...policy,
    validateResource: (args, report) => {
      remember(args);
      if (!rule.applies(args.type)) args.notApplicable(`applies to other types than ${args.type}`);
      const subject = { urn: args.urn, type: args.type, name: args.name, properties: plain(args.props) as Fields };
      rule.judge(subject, verdict(report, args.getConfig<{ whenUnknown?: WhenUnknown }>()));
    },
  };
}

function stackSubject(resource: PolicyResource): StackSubject {
  const sources = Object.entries(resource.propertyDependencies).map(([key, list]) => [key, list.map((r) => r.urn)]);
  const outputs = plain(resource.props) as Fields;
  return {
    urn: resource.urn,
    type: resource.type,
    name: resource.name,
    properties: Object.keys(outputs).length > 0 ? outputs : (inputs.get(resource.urn) ?? outputs),
    sources: Object.fromEntries(sources) as StackSubject["sources"],
  };
}

/** Violations come out in a stable order although the engine hands resources over in any. */
function verdict(report: ReportViolation, config: { whenUnknown?: WhenUnknown }): Verdict {
  return {
    violation: (message, urn) => report(message, urn),
    undecided: (what, urn) => {
      const message = `cannot be decided before the update: ${what} is not known yet`;
      if (config.whenUnknown === "violation") report(message, urn);
      else report({ message, urn, enforcementLevel: "advisory" } as unknown as string, urn);
    },
  };
}
