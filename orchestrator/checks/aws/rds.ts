import { setTimeout as pause } from "node:timers/promises";
import type { AwsReader, Database } from "./reader";
import type { ClientSettings } from "./settings";

/** RDS's query protocol answers JSON to who asks for it, in these members (RDS API reference, DBInstance). */
interface Instance {
  readonly DBInstanceIdentifier: string;
  readonly DBInstanceStatus: string;
  readonly PubliclyAccessible?: boolean;
  readonly MultiAZ?: boolean;
  readonly StorageEncrypted?: boolean;
  readonly KmsKeyId?: string | null;
  readonly DeletionProtection?: boolean;
  readonly BackupRetentionPeriod?: number;
  readonly DBSubnetGroup?: { readonly Subnets?: readonly { readonly SubnetIdentifier: string }[] } | null;
  readonly VpcSecurityGroups?: readonly { readonly VpcSecurityGroupId: string }[];
  readonly DBParameterGroups?: readonly {
    readonly DBParameterGroupName: string;
    readonly ParameterApplyStatus: string;
  }[];
  readonly MasterUserSecret?: { readonly SecretArn?: string } | null;
}
export interface DescribeReply {
  readonly status: number;
  readonly body: unknown;
}
/** One DescribeDBInstances call; tests answer it themselves. */
export type Describe = (identifier: string) => Promise<DescribeReply>;

const BACK_OFF_MS = 500;

/** Databases of a real account. */
export function rdsReader(
  settings: ClientSettings,
  describe: Describe = signed(settings),
): Pick<AwsReader, "database"> {
  return {
    async database(identifier) {
      for (let attempt = 1; ; attempt++) {
        const { status, body } = await describe(identifier);
        const { Error: problem, DescribeDBInstancesResponse: reply } = (body ?? {}) as {
          Error?: { Code?: string; Message?: string };
          DescribeDBInstancesResponse?: { DescribeDBInstancesResult?: { DBInstances?: readonly Instance[] } };
        };
        if (status < 300) {
          const [found] = reply?.DescribeDBInstancesResult?.DBInstances ?? [];
          return found && databaseOf(found);
        }
        if (problem?.Code === "DBInstanceNotFound") return undefined;
        const busy = status >= 500 || /Throttling/.test(problem?.Code ?? "");
        if (!busy || attempt >= settings.maxAttempts)
          throw new Error(`RDS DescribeDBInstances: ${problem?.Code ?? status} ${problem?.Message ?? ""}`.trim());
        await pause(attempt * BACK_OFF_MS);
      }
    },
  };
}

function databaseOf(one: Instance): Database {
  const [parameters] = one.DBParameterGroups ?? [];
  const secretArn = one.MasterUserSecret?.SecretArn;
  return {
    identifier: one.DBInstanceIdentifier,
    status: one.DBInstanceStatus,
    public: one.PubliclyAccessible === true,
    multiAz: one.MultiAZ === true,
    ...(one.StorageEncrypted === true && { keyArn: one.KmsKeyId ?? "" }),
    deletionProtection: one.DeletionProtection === true,
    backupDays: one.BackupRetentionPeriod ?? 0,
    subnetIds: (one.DBSubnetGroup?.Subnets ?? []).map((subnet) => subnet.SubnetIdentifier),
    securityGroupIds: (one.VpcSecurityGroups ?? []).map((group) => group.VpcSecurityGroupId),
    parameterGroup: parameters?.DBParameterGroupName ?? "",
    parametersInSync: parameters?.ParameterApplyStatus === "in-sync",
    ...(secretArn !== undefined && { secretArn }),
  };
}

/** The call itself, signed with the caller's own credentials by the SDK's signer: one operation is no client's worth. */
function signed({ region, maxAttempts }: ClientSettings): Describe {
  return async (identifier) => {
    const { STSClient } = await import("@aws-sdk/client-sts");
    const { config } = new STSClient({ region, maxAttempts });
    const signer = await config.signer({ name: "sigv4", signingName: "rds", signingRegion: region, properties: {} });
    const hostname = `rds.${region}.amazonaws.com`;
    const query = { Action: "DescribeDBInstances", Version: "2014-10-31", DBInstanceIdentifier: identifier };
    const body = new URLSearchParams(query).toString();
    const { headers } = (await signer.sign({
      method: "POST",
      protocol: "https:",
      hostname,
      path: "/",
      query: {},
      headers: { host: hostname, accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body,
    } as never)) as { headers: Record<string, string> };
    const reply = await fetch(`https://${hostname}/`, { method: "POST", headers, body });
    return { status: reply.status, body: await reply.json() };
  };
}
