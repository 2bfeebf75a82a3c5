import { workloadKinds } from "./gitops/workload-kinds";

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

/** The rules of roles for resources of several groups, one per group. */
function rulesFor(kinds: readonly { group: string; resource: string }[], verbs: readonly string[]): RoleRule[] {
  return [...new Set(kinds.map(({ group }) => group))].map((group) => ({
    apiGroups: [group],
    resources: kinds.filter((one) => one.group === group).map(({ resource }) => resource),
    verbs,
  }));
}

/** What controllers make of what is delivered: how a rollout is seen to its end. */
const MADE = [
  { group: "", resource: "pods" },
  { group: "apps", resource: "replicasets" },
  { group: "apps", resource: "controllerrevisions" },
];

/**
 * Brings a release into an environment and keeps it so (C6.4, A7.3): what its project lets it deliver is made, changed
 * by apply and pruned; pods are only looked at. Nothing of it reaches Secrets, roles, policies or a shell.
 */
export const delivering: readonly RoleRule[] = [
  ...rulesFor(workloadKinds, [...READ, "create", "patch", "delete"]),
  ...rulesFor(MADE, READ),
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
];

/** What the sync controller follows in the whole cluster, and writes nowhere by it: its cache knows no namespaces. */
export const following: readonly RoleRule[] = [
  ...rulesFor([...workloadKinds, ...MADE], READ),
  { apiGroups: [""], resources: ["namespaces"], verbs: READ },
  { apiGroups: ["argoproj.io"], resources: ["applications"], verbs: READ },
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
