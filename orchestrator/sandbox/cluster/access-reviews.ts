import { fieldsOf, listOf, type Fields, type KubeObject, type Resource } from "./object";
import { authorise, type Grants, type Request, type User } from "./rbac";
import { badRequest, invalid, type Cause } from "./status";
import type { ClusterStore } from "./store";

const GROUP = "authorization.k8s.io";
const review = (kind: string, namespaced = false): Resource => ({
  group: GROUP,
  version: "v1",
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced,
  verbs: ["create"],
});

/** Questions that the API answers and does not keep. */
export const accessReviews: readonly Resource[] = [
  review("SubjectAccessReview"),
  review("SelfSubjectAccessReview"),
  review("LocalSubjectAccessReview", true),
];

/** The administrator, whom every client of an embedded cluster is. */
const ADMINISTRATOR: User = { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };

/** Whether somebody may do something: `kubectl auth can-i`, for oneself or for another. */
export function answerReview(store: ClusterStore, kind: string, namespace: string | undefined, body: unknown): object {
  const spec = fieldsOf(fieldsOf(body)["spec"]);
  requireQuestion(kind, spec);
  const request = requestOf(spec);
  if (kind === "LocalSubjectAccessReview" && (!("namespace" in request) || request.namespace !== namespace))
    throw invalid(kind, GROUP, "", [
      {
        field: "spec.resourceAttributes.namespace",
        message: `Invalid value: ${JSON.stringify("namespace" in request ? request.namespace : "")}: must match metadata.namespace`,
      },
    ]);
  const verdict = authorise(
    grantsOf(store),
    kind === "SelfSubjectAccessReview" ? ADMINISTRATOR : userOf(spec),
    request,
  );
  const { allowed, reason } = verdict;
  return {
    kind,
    apiVersion: `${GROUP}/v1`,
    metadata: namespace === undefined ? {} : { namespace },
    spec,
    status: { allowed, ...(reason !== "" && { reason }) },
  };
}

function requireQuestion(kind: string, spec: Fields): void {
  const { resourceAttributes, nonResourceAttributes, user, groups } = spec;
  const causes: Cause[] = [];
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined)
    causes.push({
      field: "spec.nonResourceAttributes",
      message: "Invalid value: cannot be specified in combination with resourceAttributes",
    });
  if (resourceAttributes === undefined && nonResourceAttributes === undefined)
    causes.push({
      field: "spec.resourceAttributes",
      message: "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified",
    });
  if (kind !== "SelfSubjectAccessReview" && !user && listOf(groups).length === 0)
    causes.push({ field: "spec.user", message: 'Invalid value: "": at least one of user or group must be specified' });
  if (causes.length > 0) throw invalid(kind, GROUP, "", causes);
}

function requestOf({ resourceAttributes, nonResourceAttributes }: Fields): Request {
  const text = (fields: Fields, key: string): string => {
    const value = fields[key] ?? "";
    if (typeof value !== "string") throw badRequest(`${key} is no text`);
    return value;
  };
  if (nonResourceAttributes !== undefined) {
    const asked = fieldsOf(nonResourceAttributes);
    return { verb: text(asked, "verb"), path: text(asked, "path") };
  }
  const asked = fieldsOf(resourceAttributes);
  return {
    verb: text(asked, "verb"),
    group: text(asked, "group"),
    resource: text(asked, "resource"),
    subresource: text(asked, "subresource"),
    name: text(asked, "name"),
    namespace: text(asked, "namespace"),
  };
}

function userOf({ user, groups }: Fields): User {
  return { name: typeof user === "string" ? user : "", groups: listOf<string>(groups) };
}

function grantsOf(store: ClusterStore): Grants {
  const kind = (name: string): KubeObject[] => store.kind("rbac.authorization.k8s.io/v1", name);
  return {
    roles: kind("Role"),
    roleBindings: kind("RoleBinding"),
    clusterRoles: kind("ClusterRole"),
    clusterRoleBindings: kind("ClusterRoleBinding"),
  };
}
