import { fsbp } from "../framework";
import { resourceRule } from "../rule";
import { UNKNOWN } from "../value";

const DATABASES: ReadonlySet<string> = new Set([
  "aws:rds/instance:Instance",
  "aws:rds/clusterInstance:ClusterInstance",
  "aws:docdb/clusterInstance:ClusterInstance",
  "aws:redshift/cluster:Cluster",
]);

/** A public database is one password away from being everybody's. */
export const databasesArePrivate = resourceRule({
  name: "databases-are-private",
  description: "No database instance has a public address.",
  severity: "critical",
  framework: fsbp("RDS.2", "RDS DB instances should prohibit public access."),
  requirement: "E3.5",
  remediation: "Set publiclyAccessible: false and place the database in private subnets.",
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
  applies: (type) => DATABASES.has(type),
  judge({ type, properties }, verdict) {
    const open = properties["publiclyAccessible"];
    if (open === UNKNOWN) verdict.undecided("publiclyAccessible");
    // Redshift's provider default is public; the others' is private.
    else if (open === true || (open !== false && type.startsWith("aws:redshift/")))
      verdict.violation("publiclyAccessible is not false");
  },
});
