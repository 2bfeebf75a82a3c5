import { fsbp } from "../framework";
import { resourceRule } from "../rule";
import { count } from "../setting";
import { isAbsent, UNKNOWN } from "../value";

const DATABASES: ReadonlySet<string> = new Set([
  "aws:rds/instance:Instance",
  "aws:rds/cluster:Cluster",
  "aws:docdb/cluster:Cluster",
]);

/** A mistake is often found after the weekend; a backup of yesterday holds the mistake. */
export const databasesAreBackedUp = resourceRule<{ days: number }>({
  name: "databases-are-backed-up",
  description: "Every database keeps its automatic backups for the days the environment asks for.",
  severity: "high",
  framework: fsbp("RDS.11", "RDS instances should have automatic backups enabled."),
  requirement: "B4.1",
  remediation: "Set backupRetentionPeriod to the days asked for.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html",
  levels: { dev: "advisory" },
  settings: { days: count("days a backup is kept", 7) },
  applies: (type) => DATABASES.has(type),
  judge({ properties }, verdict, { days }) {
    // A read replica is restored from its source.
    if (!isAbsent(properties["replicateSourceDb"])) return;
    const kept = properties["backupRetentionPeriod"];
    if (kept === UNKNOWN) verdict.undecided("backupRetentionPeriod");
    else if (typeof kept !== "number" || kept < days)
      verdict.violation(`backups are kept for ${typeof kept === "number" ? kept : 0} of ${days} days`);
  },
});
