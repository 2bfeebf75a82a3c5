import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { admissionRules, mendingPolicies, privilegedNamespaces } from "../admission/policies";
import type { PlatformConfig } from "../config";
import { accessManifests } from "../environments/access";
import type { Kind } from "../environments/sizes";
import type { PersonaOutput, SecurityOutput } from "../outputs";
import { deliverer } from "../deliverer";
import { reading, type Groups } from "../personas";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";

export interface SecurityArgs {
  readonly config: PlatformConfig;
  readonly cluster: ClusterOutputs;
  readonly nodePools: NodePoolsOutputs;
}
export type SecurityOutputs = { readonly [key in keyof SecurityOutput]: pulumi.Output<SecurityOutput[key]> };

const READER = "slipway-read";
/** Kinds of application environment on the cluster of each environment (B7, C1.1). */
const kindsOn: Readonly<Record<PlatformConfig["environment"], readonly Kind[]>> = {
  dev: ["preview", "qa"],
  staging: ["staging"],
  production: ["production"],
};
/** Namespaces that Kubernetes itself makes, with no level; nothing of ours runs there, and so nothing may ask for more. */
const UNGUARDED = ["default", "kube-public", "kube-node-lease"];

/**
 * Phase 14: people read everywhere and write where C6 says; the rules of the policy pack are held by the API server
 * itself, in audit first (E1.3). Roles of an application environment come with its namespace (`environments/access.ts`).
 *
 * Holds no state. Costs nothing.
 */
export class Security extends pulumi.ComponentResource {
  readonly outputs: SecurityOutputs;

  constructor(name: string, { config, cluster, nodePools }: SecurityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:Security", name, {}, opts);
    const onCluster = { parent: this, provider: cluster.provider, dependsOn: nodePools.ready };
    const { groups, admission } = config.security;
    this.readers(name, Object.values(groups), onCluster);
    for (const namespace of UNGUARDED)
      new k8s.core.v1.NamespacePatch(
        `${name}-${namespace}`,
        { metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
        onCluster,
      );

    const rules = admissionRules(config.environment, admission);
    for (const { name: called, policy, binding } of rules) {
      const held = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(called, policy, onCluster);
      new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(called, binding, {
        ...onCluster,
        dependsOn: [held],
      });
    }
    const mending = mendingPolicies(config.cluster.version);
    for (const { kind, metadata, spec } of mending) {
      const { MutatingAdmissionPolicy: Policy, MutatingAdmissionPolicyBinding: Binding } = k8s.admissionregistration.v1;
      new (kind === "MutatingAdmissionPolicy" ? Policy : Binding)(metadata.name, { metadata, spec }, onCluster);
    }

    const names = (denies: boolean) => rules.filter((rule) => rule.denies === denies).map((rule) => rule.name);
    this.outputs = {
      // Under Flux every delivery is an account of its own namespace, which phase 7 judges.
      personas: pulumi.output(
        personasOf(groups).filter(({ name }) => name !== "deliverer" || config.gitops.engine === "argo-cd"),
      ),
      environments: pulumi.output(
        kindsOn[config.environment].map((kind) => ({ kind, manifests: accessManifests(kind, kind, groups) })),
      ),
      privilegedNamespaces: pulumi.output([...privilegedNamespaces]),
      admission: pulumi.output({
        denied: names(true),
        audited: names(false),
        mending: mending.filter(({ kind }) => !kind.endsWith("Binding")).map(({ metadata }) => metadata.name),
      }),
    };
    this.registerOutputs({ denied: names(true).length });
  }

  /** C6.1, C6.3: people read in every namespace that there is or will be, and never Secrets. */
  private readers(name: string, groups: readonly string[], opts: pulumi.CustomResourceOptions): void {
    const apiGroup = "rbac.authorization.k8s.io";
    const role = new k8s.rbac.v1.ClusterRole(
      `${name}-read`,
      {
        metadata: { name: READER },
        rules: reading.map(({ apiGroups, resources, verbs }) => ({
          apiGroups: [...apiGroups],
          resources: [...resources],
          verbs: [...verbs],
        })),
      },
      opts,
    );
    new k8s.rbac.v1.ClusterRoleBinding(
      `${name}-read`,
      {
        metadata: { name: READER },
        roleRef: { apiGroup, kind: "ClusterRole", name: READER },
        subjects: groups.map((group) => ({ apiGroup, kind: "Group", name: group })),
      },
      { ...opts, dependsOn: [role] },
    );
  }
}

/** Who is asked about in an access review. */
function personasOf({ developers, qaEngineers, viewers }: Groups): PersonaOutput[] {
  return [
    { name: "developer", kind: "Group", subject: developers },
    { name: "QA engineer", kind: "Group", subject: qaEngineers },
    { name: "viewer", kind: "Group", subject: viewers },
    { name: "deliverer", kind: "ServiceAccount", subject: deliverer.name, namespace: deliverer.namespace },
  ];
}
