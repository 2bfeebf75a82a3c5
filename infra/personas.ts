/** Groups of people as the API server sees them; their names are configuration, their members the identity provider's (C6.6). */
export interface Groups {
  /** Read everywhere, write in previews (C6.1, C6.2). */
  readonly developers: string;
  /** Own QA, read elsewhere (C6.3). */
  readonly qaEngineers: string;
  /** Read what developers read, and write nowhere. */
  readonly viewers: string;
}
export type Group = keyof Groups;

/** What groups are called where the configuration says nothing else. */
export const usualGroups: Groups = {
  developers: "slipway:developers",
  qaEngineers: "slipway:qa-engineers",
  viewers: "slipway:viewers",
};

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

/** Group that answers for databases (A11.8). */
export const databaseTeamGroup = "slipway:database-team";
/** The database team in the namespace of a database (A11.8): databases and their backups, never a Secret. */
export const databaseRights: readonly RoleRule[] = [
  ...reading,
  { apiGroups: [""], resources: ["persistentvolumeclaims", "events"], verbs: READ },
  {
    apiGroups: ["postgresql.cnpg.io"],
    resources: ["clusters", "poolers", "scheduledbackups"],
    verbs: [...READ, "update", "patch"],
  },
  { apiGroups: ["postgresql.cnpg.io"], resources: ["backups", "databases"], verbs: WRITE },
];
