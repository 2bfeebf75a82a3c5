/**
 * Groups of people as the API server sees them. They come from the identity provider through access entries and are
 * named here only (C6.6).
 */
export const groups = {
  /** Read everywhere, write in previews (C6.1, C6.2). */
  developers: "slipway:developers",
  /** Own QA, read elsewhere (C6.3). */
  qaEngineers: "slipway:qa-engineers",
} as const;

/** What delivers: the sync controller of Argo CD. Pipelines hold no write access to any cluster (C6.4). */
export const deliverer = { name: "argocd-application-controller", namespace: "argocd" } as const;

/** Verbs on resources, as a Role says them. */
export interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const READ = ["get", "list", "watch"];
const WRITE = [...READ, "create", "update", "patch", "delete"];

/** Never Secrets (C6.1). */
export const reading: readonly RoleRule[] = [
  { apiGroups: [""], resources: ["pods", "services", "configmaps"], verbs: READ },
  { apiGroups: ["apps"], resources: ["deployments", "replicasets"], verbs: READ },
  { apiGroups: ["batch"], resources: ["jobs"], verbs: READ },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
];

/** Resources by name and no wildcard; no Secrets either (C6.3). */
export const writing: readonly RoleRule[] = [
  { apiGroups: [""], resources: ["pods", "services", "configmaps", "persistentvolumeclaims"], verbs: WRITE },
  { apiGroups: ["apps"], resources: ["deployments", "replicasets", "statefulsets"], verbs: WRITE },
  { apiGroups: ["batch"], resources: ["jobs", "cronjobs"], verbs: WRITE },
];

/** A shell in a pod; bound in previews only (C6.2). */
export const shell: readonly RoleRule[] = [{ apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] }];

/** Brings a release into staging and production (C6.4). */
export const delivering: readonly RoleRule[] = [
  { apiGroups: ["apps"], resources: ["deployments"], verbs: [...READ, "patch"] },
  { apiGroups: ["apps"], resources: ["replicasets"], verbs: READ },
  { apiGroups: ["batch"], resources: ["jobs"], verbs: [...READ, "create"] },
  { apiGroups: [""], resources: ["pods"], verbs: READ },
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
];
