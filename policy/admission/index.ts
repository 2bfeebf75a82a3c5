import { readConfig, type PackConfig } from "../config";
import { levelOf, type Environment, type Rule } from "../rule";
import { rules } from "../rules";
import { PRIVILEGED } from "../rules/namespaces-enforce-pod-security";
import { settle } from "../setting";
import { expressions, type Expression, type Target } from "./cel";
import { mutations } from "./mutation";

export interface AdmissionOptions {
  readonly environment: Environment;
  readonly config?: PackConfig;
  /** Deny what mandatory rules refuse. Without it every rule is in audit, as E1.3 wants each to start. */
  readonly enforce: boolean;
}
/** A Kubernetes object as a manifest has it. */
export type Manifest = Readonly<Record<string, unknown>>;

/**
 * Namespaces that admission leaves to Pod Security's own labels: those whose pods need the node, and the one of the
 * nodes' own leases.
 */
const EXEMPT = [...PRIVILEGED, "kube-node-lease"];
const PREFIX = "slipway";

/** The admission policies of the rules, with their bindings, and the defaults that mend. A plain list of manifests. */
export function admissionPolicies({ environment, config = {}, enforce }: AdmissionOptions): Manifest[] {
  const held = rules.flatMap((rule): Manifest[] => {
    const expression = Object.hasOwn(expressions, rule.name) ? expressions[rule.name] : undefined;
    const { level = levelOf(rule, environment), settings } = readConfig(config, rule.name);
    if (expression === undefined || level === "disabled") return [];
    const values = settle(rule.settings, rule.tuned?.[environment], settings);
    return [
      policyOf(rule, expression, expression.holds(values)),
      bindingOf(rule, expression, enforce && level !== "advisory"),
    ];
  });
  return [...held, ...mutations({ prefix: PREFIX, exempt: EXEMPT })];
}

const nameOf = (rule: Rule): string => `${PREFIX}-${rule.name}`;
const LABELS = { "app.kubernetes.io/managed-by": "slipway", "app.kubernetes.io/part-of": "slipway-policy" };

function policyOf(rule: Rule, { on }: Expression, holds: readonly string[]): Manifest {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: {
      name: nameOf(rule),
      labels: LABELS,
      annotations: {
        "slipway.dev/description": rule.description,
        "slipway.dev/remediation": rule.remediation,
        "slipway.dev/url": rule.url,
        "slipway.dev/requirement": rule.requirement,
        "slipway.dev/severity": rule.severity,
      },
    },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: { resourceRules: resourceRules(on) },
      ...(on === "pods" && { variables }),
      validations: holds.map((expression) => ({
        expression,
        message: `${rule.description} ${rule.remediation}`,
        reason: "Forbidden",
      })),
      auditAnnotations: [{ key: "requirement", valueExpression: JSON.stringify(rule.requirement) }],
    },
  };
}

/** Audit and warn first; deny when the rule is clean and somebody says so. */
function bindingOf(rule: Rule, { on }: Expression, deny: boolean): Manifest {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: nameOf(rule), labels: LABELS },
    spec: {
      policyName: nameOf(rule),
      validationActions: deny ? ["Deny", "Audit"] : ["Warn", "Audit"],
      // A rule about namespaces itself says which may be different; a selector here would hide them from it.
      ...(!isAbout(on, "namespaces") && {
        matchResources: {
          namespaceSelector: {
            matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: EXEMPT }],
          },
        },
      }),
    },
  };
}

const isAbout = (on: Target, resource: string): boolean => on !== "pods" && on.some((one) => one[2] === resource);

const OPERATIONS = ["CREATE", "UPDATE"];
const rule = (group: string, version: string, resources: readonly string[]) => ({
  apiGroups: [group],
  apiVersions: [version],
  operations: OPERATIONS,
  resources,
});

function resourceRules(on: Target): Manifest[] {
  if (on !== "pods") return on.map(([group, version, resource]) => rule(group, version, [resource]));
  return [
    rule("", "v1", ["pods", "pods/ephemeralcontainers", "replicationcontrollers"]),
    rule("apps", "v1", ["deployments", "statefulsets", "daemonsets", "replicasets"]),
    rule("batch", "v1", ["jobs", "cronjobs"]),
  ];
}

/** The one view of every workload, as policy/workload.ts reads it, in CEL. */
export const variables: readonly { readonly name: string; readonly expression: string }[] = [
  {
    name: "template",
    expression:
      'object.kind == "Pod" ? dyn(object) : object.kind == "CronJob" ? dyn(object.spec.jobTemplate.spec.template) : dyn(object.spec.template)',
  },
  { name: "spec", expression: "variables.template.spec" },
  {
    name: "security",
    expression: "has(variables.spec.securityContext) ? dyn(variables.spec.securityContext) : dyn({})",
  },
  { name: "windows", expression: 'has(variables.spec.os) && variables.spec.os.name == "windows"' },
  { name: "volumes", expression: "has(variables.spec.volumes) ? variables.spec.volumes : []" },
  {
    name: "running",
    expression: "(has(variables.spec.initContainers) ? variables.spec.initContainers : []) + variables.spec.containers",
  },
  {
    name: "staying",
    expression:
      '(has(variables.spec.initContainers) ? variables.spec.initContainers.filter(c, has(c.restartPolicy) && c.restartPolicy == "Always") : []) + variables.spec.containers',
  },
  {
    name: "containers",
    expression:
      "variables.running + (has(variables.spec.ephemeralContainers) ? variables.spec.ephemeralContainers : [])",
  },
];
