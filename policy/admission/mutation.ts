import type { Manifest } from ".";
import { DEFAULTS } from "../rules/containers-have-resources";

/**
 * The mending twins of the rules that can mend (E1.2), as the API server's own mutation (stable since Kubernetes 1.36):
 * each sets what is not said and changes nothing that is. Capabilities are not among them: an apply configuration may
 * not touch an atomic list, which `drop` is; CrossGuard and `slipway policy fix` mend that one.
 */
export function mutations({ prefix, exempt }: { prefix: string; exempt: readonly string[] }): Manifest[] {
  return [
    mutation(`${prefix}-seccomp-profile`, exempt, {
      when: '!has(object.spec.os) || object.spec.os.name != "windows"',
      patch:
        "!has(object.spec.securityContext) || !has(object.spec.securityContext.seccompProfile) ? " +
        'Object{spec: Object.spec{securityContext: Object.spec.securityContext{seccompProfile: Object.spec.securityContext.seccompProfile{type: "RuntimeDefault"}}}} : Object{}',
    }),
    ...["initContainers", "containers"].flatMap((list) =>
      mutation(`${prefix}-${list === "containers" ? "containers" : "init-containers"}`, exempt, {
        when: `has(object.spec.${list}) && (!has(object.spec.os) || object.spec.os.name != "windows")`,
        patch:
          `Object{spec: Object.spec{${list}: object.spec.${list}.map(c, Object.spec.${list}{name: c.name, ` +
          `securityContext: Object.spec.${list}.securityContext{allowPrivilegeEscalation: ` +
          "has(c.securityContext) && has(c.securityContext.allowPrivilegeEscalation) ? c.securityContext.allowPrivilegeEscalation : " +
          "has(c.securityContext) && has(c.securityContext.privileged) && c.securityContext.privileged}})}}",
      }),
    ),
  ].flat();
}

/** The defaults of containers in a namespace, which the API server fills in (the mending twin of containers-have-resources). */
export function limitRange(namespace: string): Manifest {
  return {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "slipway-defaults", namespace },
    spec: { limits: [{ type: "Container", default: DEFAULTS.limits, defaultRequest: DEFAULTS.requests }] },
  };
}

function mutation(
  name: string,
  exempt: readonly string[],
  { when, patch }: { when: string; patch: string },
): Manifest[] {
  const labels = { "app.kubernetes.io/managed-by": "slipway", "app.kubernetes.io/part-of": "slipway-policy" };
  return [
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingAdmissionPolicy",
      metadata: { name, labels },
      spec: {
        // Mending is a service; what it leaves open the validating policies refuse.
        failurePolicy: "Ignore",
        reinvocationPolicy: "IfNeeded",
        matchConstraints: {
          resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
        },
        matchConditions: [{ name: "concerned", expression: when }],
        mutations: [{ patchType: "ApplyConfiguration", applyConfiguration: { expression: patch } }],
      },
    },
    {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingAdmissionPolicyBinding",
      metadata: { name, labels },
      spec: {
        policyName: name,
        matchResources: {
          namespaceSelector: {
            matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: exempt }],
          },
        },
      },
    },
  ];
}
