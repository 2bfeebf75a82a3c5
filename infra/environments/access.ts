import { deliverer } from "../deliverer";
import { delivering, reading, shell, usualGroups, writing, type Group, type Groups, type RoleRule } from "../personas";
import type { Manifest } from "./manifest";
import type { Kind } from "./sizes";

/** A right in the namespace of an environment, and who has it. */
export interface Grant {
  readonly name: string;
  readonly rules: readonly RoleRule[];
  readonly to: readonly Group[] | "deliverer";
}

/** Who may do what in an environment of this kind (C6.1 to C6.4); the API server holds it, nobody else has to. */
export function grantsOf(kind: Kind): Grant[] {
  const readers: Grant = { name: "read", rules: reading, to: ["developers", "qaEngineers", "viewers"] };
  switch (kind) {
    case "preview":
      return [
        readers,
        { name: "write", rules: writing, to: ["developers"] },
        { name: "shell", rules: shell, to: ["developers"] },
      ];
    case "qa":
      return [
        readers,
        { name: "write", rules: writing, to: ["qaEngineers"] },
        { name: "deliver", rules: delivering, to: "deliverer" },
      ];
    case "staging":
    case "production":
      return [readers, { name: "deliver", rules: delivering, to: "deliverer" }];
  }
}

/** Roles of a namespace and whom they are bound to. Pure. */
export const accessManifests = (kind: Kind, namespace: string, groups: Groups = usualGroups): Manifest[] =>
  grantManifests(grantsOf(kind), namespace, groups);

/** What the sync controller needs where it delivers and nobody else has rights of a kind: a namespace of the platform. */
export const deliveryManifests = (namespace: string): Manifest[] =>
  grantManifests([{ name: "deliver", rules: delivering, to: "deliverer" }], namespace, usualGroups);

function grantManifests(grants: readonly Grant[], namespace: string, groups: Groups): Manifest[] {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  return grants.flatMap(({ name, rules, to }) => [
    { apiVersion, kind: "Role", metadata: { name, namespace }, rules },
    {
      apiVersion,
      kind: "RoleBinding",
      metadata: { name, namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects:
        to === "deliverer"
          ? [{ kind: "ServiceAccount", ...deliverer }]
          : to.map((group) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: groups[group] })),
    },
  ]);
}
