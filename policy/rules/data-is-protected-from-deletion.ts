import { fsbp } from "../framework";
import { resourceRule } from "../rule";
import { UNKNOWN } from "../value";

/** Property by which each kind that keeps data refuses to be deleted. */
const PROTECTION: Readonly<Record<string, string>> = {
  "aws:rds/instance:Instance": "deletionProtection",
  "aws:rds/cluster:Cluster": "deletionProtection",
  "aws:docdb/cluster:Cluster": "deletionProtection",
  "aws:dynamodb/table:Table": "deletionProtectionEnabled",
  "aws:eks/cluster:Cluster": "deletionProtection",
  "eks:index:Cluster": "deletionProtection",
};

/** The wrong stack in the right terminal has deleted more databases than disks have. */
export const dataIsProtectedFromDeletion = resourceRule({
  name: "data-is-protected-from-deletion",
  description: "Databases, tables and clusters refuse to be deleted.",
  severity: "high",
  framework: fsbp("RDS.8", "RDS DB instances should have deletion protection enabled."),
  requirement: "B4.2",
  remediation: "Set deletionProtection: true; take it off, in a change of its own, before a deletion that is meant.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
  levels: { dev: "disabled", staging: "advisory" },
  applies: (type) => Object.hasOwn(PROTECTION, type),
  judge({ type, properties }, verdict) {
    const key = PROTECTION[type] ?? "deletionProtection";
    const value = properties[key];
    if (value === UNKNOWN) verdict.undecided(key);
    else if (value !== true) verdict.violation(`${key} is not true`);
  },
});
