import { deliverer, delivering, groups, reading, shell, writing, type RoleRule } from "../personas";
import type { Manifest } from "./manifest";
import type { Kind } from "./sizes";

interface Grant {
  readonly name: string;
  readonly rules: readonly RoleRule[];
  readonly to: readonly (typeof groups)[keyof typeof groups][] | "deliverer";
}

/** Who may do what in an environment of this kind (C6.1 to C6.4); the API server holds it, nobody else has to. */
function grantsOf(kind: Kind): Grant[] {
  const readers: Grant = { name: "read", rules: reading, to: [groups.developers, groups.qaEngineers] };
  switch (kind) {
    case "preview":
      return [
        readers,
        { name: "write", rules: writing, to: [groups.developers] },
        { name: "shell", rules: shell, to: [groups.developers] },
      ];
    case "qa":
      return [readers, { name: "write", rules: writing, to: [groups.qaEngineers] }];
    case "staging":
    case "production":
      return [readers, { name: "deliver", rules: delivering, to: "deliverer" }];
  }
}

/** Roles of a namespace and whom they are bound to. Pure. */
export function accessManifests(kind: Kind, namespace: string): Manifest[] {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  return grantsOf(kind).flatMap(({ name, rules, to }) => [
    { apiVersion, kind: "Role", metadata: { name, namespace }, rules },
    {
      apiVersion,
      kind: "RoleBinding",
      metadata: { name, namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects:
        to === "deliverer"
          ? [{ kind: "ServiceAccount", ...deliverer }]
          : to.map((group) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: group })),
    },
  ]);
}
