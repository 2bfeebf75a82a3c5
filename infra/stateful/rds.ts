import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as kms from "@pulumi/aws/kms";
import * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PlatformConfig } from "../config";
import { attach, serviceRole } from "../iam";
import { clusterName, named, type Tags } from "../naming";
import type { StatefulOutput } from "../outputs";
import { POSTGRES } from "./postgres";

/** Supported by RDS until February 2030 (RDS for PostgreSQL release calendar); a minor comes by itself in the window. */
const VERSION = "17";
const FAMILY = "postgres17";
/** Most that RDS keeps (RDS user guide, backup retention period). */
const MOST_DAYS = 35;
/** Where nothing else is backed up, either: what the policy pack asks for, and free up to the database's own size. */
const LEAST_DAYS = 7;
/** What it writes to CloudWatch. */
const LOGS = ["postgresql", "upgrade"] as const;
/** Seconds between two looks of enhanced monitoring. */
const MONITORING_SECONDS = 60;

export interface ManagedDatabaseArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly network: {
    readonly vpcId: pulumi.Input<string>;
    readonly privateSubnets: pulumi.Output<readonly { readonly id: string }[]>;
    /** Key of the platform's log groups. */
    readonly logKeyArn: pulumi.Input<string>;
  };
  /** Group of nodes and pods: the only one that reaches the database. */
  readonly nodeSecurityGroupId: pulumi.Input<string>;
}

/** What the parameter group says; TLS or no connection (E3.4). */
export const parameters = [
  { name: "rds.force_ssl", value: "1", applyMethod: "immediate" },
  // What takes longer than a second is in the log.
  { name: "log_min_duration_statement", value: "1000", applyMethod: "immediate" },
] as const;

/** Arguments of the instance that are the environment's own (B4): zones, backups, size. Pure. */
export function instanceSettings(config: PlatformConfig) {
  const { diskGib, instanceClass } = config.stateful.postgres;
  return {
    engine: "postgres",
    engineVersion: VERSION,
    instanceClass,
    allocatedStorage: diskGib,
    // Grows by itself to twice its size: a full disk stops a database (A11.8).
    maxAllocatedStorage: 2 * diskGib,
    storageType: "gp3",
    storageEncrypted: true,
    // A standby in another zone takes over within a minute or two (B4.2).
    multiAz: config.highAvailability,
    backupRetentionPeriod: config.backup.enabled ? Math.min(config.backup.retentionDays, MOST_DAYS) : LEAST_DAYS,
    // Between the daily backup of volumes and working hours.
    backupWindow: "02:00-03:00",
    maintenanceWindow: "sun:03:30-sun:04:30",
    copyTagsToSnapshot: true,
    deletionProtection: true,
    skipFinalSnapshot: false,
    publiclyAccessible: false,
    autoMinorVersionUpgrade: true,
    applyImmediately: false,
    enabledCloudwatchLogsExports: [...LOGS],
    monitoringInterval: MONITORING_SECONDS,
    performanceInsightsEnabled: true,
    // Seven days are free.
    performanceInsightsRetentionPeriod: 7,
    dbName: POSTGRES.database,
    username: POSTGRES.database,
    // AWS makes it, keeps it in Secrets Manager and rotates it every week: nobody's state or plan holds it (A11.8).
    manageMasterUserPassword: true,
  };
}

/**
 * The reference database as a service of AWS: RDS for PostgreSQL in the private subnets, reached by nodes and pods of this cluster
 * only, over TLS. Instance and key are protected: they are the data.
 */
export function managedDatabase(
  name: string,
  { config, tags, network, nodeSecurityGroupId }: ManagedDatabaseArgs,
  parent: pulumi.Resource,
): pulumi.Output<StatefulOutput["managed"]> {
  const child = { parent };
  const called = `${name}-rds`;
  const identifier = `${clusterName(config)}-${POSTGRES.cluster}`;
  const own = named(tags, called);
  const key = new kms.Key(
    called,
    { description: `Postgres of ${clusterName(config)}`, enableKeyRotation: true, deletionWindowInDays: 30, tags: own },
    { ...child, protect: true },
  );
  new kms.Alias(called, { name: `alias/${identifier}`, targetKeyId: key.keyId }, child);
  const subnets = new rds.SubnetGroup(
    called,
    {
      name: identifier,
      description: `Private subnets of ${clusterName(config)}`,
      subnetIds: network.privateSubnets.apply((all) => all.map(({ id }) => id)),
      tags: own,
    },
    child,
  );
  const group = new ec2.SecurityGroup(
    called,
    {
      name: identifier,
      description: "Postgres, from nodes and pods of the cluster",
      vpcId: network.vpcId,
      ingress: [
        {
          description: "nodes and pods",
          protocol: "tcp",
          fromPort: POSTGRES.port,
          toPort: POSTGRES.port,
          securityGroups: [nodeSecurityGroupId],
        },
      ],
      // It answers, and calls nobody.
      egress: [],
      tags: own,
    },
    child,
  );
  const settings = new rds.ParameterGroup(
    called,
    {
      name: identifier,
      family: FAMILY,
      description: "TLS is forced",
      parameters: parameters.map((one) => ({ ...one })),
      tags: own,
    },
    child,
  );
  const role = serviceRole(
    `${called}-monitoring`,
    "monitoring.rds.amazonaws.com",
    `${identifier}-monitoring`,
    tags,
    child,
  );
  const rights = attach(`${called}-monitoring`, role, ["service-role/AmazonRDSEnhancedMonitoringRole"], child);
  // Made before the instance: RDS would make them itself, without an end to what they keep (B6.1).
  const logs = LOGS.map(
    (log) =>
      new cloudwatch.LogGroup(
        `${called}-${log}`,
        {
          name: `/aws/rds/instance/${identifier}/${log}`,
          retentionInDays: config.monitoring.logRetentionDays,
          kmsKeyId: network.logKeyArn,
          tags: named(tags, `${called}-${log}`),
        },
        { ...child, protect: config.environment === "production" },
      ),
  );
  // The snapshot outlives the instance: without a name of its own, a second instance could never be taken down.
  const last = new random.RandomId(`${called}-final`, { byteLength: 4 }, child);
  const database = new rds.Instance(
    called,
    {
      ...instanceSettings(config),
      identifier,
      finalSnapshotIdentifier: pulumi.interpolate`${identifier}-final-${last.hex}`,
      dbSubnetGroupName: subnets.name,
      vpcSecurityGroupIds: [group.id],
      parameterGroupName: settings.name,
      kmsKeyId: key.arn,
      performanceInsightsKmsKeyId: key.arn,
      masterUserSecretKmsKeyId: key.arn,
      monitoringRoleArn: role.arn,
      tags: own,
    },
    // It grows by itself (above), and going back would be refused.
    { ...child, protect: true, dependsOn: [...rights, ...logs], ignoreChanges: ["allocatedStorage"] },
  );
  return pulumi
    .all([database.identifier, database.address, database.masterUserSecrets, key.arn, group.id, settings.name])
    .apply(([id, host, secrets, keyArn, securityGroupId, parameterGroup]) => [
      {
        identifier: id,
        host,
        port: POSTGRES.port,
        database: POSTGRES.database,
        secretArn: secrets?.[0]?.secretArn ?? "",
        keyArn,
        securityGroupId,
        parameterGroup,
      },
    ]);
}
