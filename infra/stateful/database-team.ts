import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { databaseRights, databaseTeamGroup } from "../personas";

/** The database team and nobody else (A11.8): it sees, restarts and backs up, and reads no Secret. */
export function databaseTeam(
  name: string,
  namespace: pulumi.Input<string>,
  onCluster: pulumi.CustomResourceOptions,
): void {
  // By its name, which is known in a preview, so that policy can judge what is bound.
  const called = "database-team";
  const role = new k8s.rbac.v1.Role(
    `${name}-database-team`,
    {
      metadata: { name: called, namespace },
      rules: databaseRights.map(({ apiGroups, resources, verbs }) => ({
        apiGroups: [...apiGroups],
        resources: [...resources],
        verbs: [...verbs],
      })),
    },
    onCluster,
  );
  new k8s.rbac.v1.RoleBinding(
    `${name}-database-team`,
    {
      metadata: { name: called, namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: called },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: databaseTeamGroup }],
    },
    { ...onCluster, dependsOn: [role] },
  );
}
