import type { ManagedDatabaseOutput } from "../../infra/outputs";
import type { CheckContext, Diagnosis, Finding } from "./check";
import { diagnosis, each, examine, outside } from "./finding";

/** A standby in another zone takes a while to be made. */
const AVAILABLE_SECONDS = 1800;

/** Databases that AWS runs: there, as private, safe and spread as the environment asks (A11.2, A11.8, B4). */
export async function managedDatabases(context: CheckContext): Promise<Finding[]> {
  const { managed } = context.outputs.stateful;
  return Promise.all(
    managed.flatMap((one) => [outside(context, available(context, one)), outside(context, asAsked(context, one))]),
  );
}

function available({ clients, waitUntil }: CheckContext, { identifier }: ManagedDatabaseOutput): Promise<Finding> {
  return examine({ requirement: "A11.2", title: `RDS instance ${identifier} is available` }, async () => {
    const { value } = await waitUntil({
      reason: `RDS instance ${identifier} to be available`,
      deadlineSeconds: AVAILABLE_SECONDS,
      attempt: async () => {
        const found = await clients.aws.database(identifier);
        return { done: found?.status === "available", value: found };
      },
    });
    const reason = value === undefined ? "does not exist" : `is ${value.status}`;
    return {
      looked: 1,
      wrong: value?.status === "available" ? [] : [{ subject: identifier, reason }],
      detail: "its settings, its standby and its storage are there",
    };
  });
}

function asAsked({ clients, config, outputs }: CheckContext, one: ManagedDatabaseOutput): Promise<Finding> {
  const title = `RDS instance ${one.identifier} is private, encrypted, protected and backed up`;
  return examine({ requirement: "A11.8", title }, async () => {
    const found = await clients.aws.database(one.identifier);
    if (found === undefined)
      return { looked: 1, wrong: [{ subject: one.identifier, reason: "does not exist" }], detail: "" };
    const hidden = new Set(outputs.network.privateSubnets.map(({ id }) => id));
    const days = config.backup.enabled ? Math.min(config.backup.retentionDays, 35) : 1;
    const promises: readonly (readonly [boolean, string])[] = [
      [!found.public, "has a public address"],
      [
        found.subnetIds.length > 0 && found.subnetIds.every((id) => hidden.has(id)),
        "is in a subnet that is not private",
      ],
      [
        found.securityGroupIds.length === 1 && found.securityGroupIds[0] === one.securityGroupId,
        "is in other security groups than its own: somebody else may reach it",
      ],
      [found.keyArn === one.keyArn, "is not encrypted by its own key"],
      [found.deletionProtection, "can be deleted in one step"],
      [found.multiAz || !config.highAvailability, "has no standby in another zone (B4.2)"],
      [found.backupDays >= days, `keeps backups for ${found.backupDays} of ${days} days (B4)`],
      [found.parameterGroup === one.parameterGroup, "follows another parameter group: TLS may not be forced"],
      [found.parametersInSync, "waits for a restart before its parameters count"],
      [found.secretArn === one.secretArn && one.secretArn !== "", "has a master password that AWS does not keep"],
    ];
    const wrong = each(
      promises.filter(([kept]) => !kept),
      () => one.identifier,
      ([, reason]) => reason,
    );
    return { looked: promises.length, wrong, detail: `${promises.length} settings as the environment asks` };
  });
}

/** A11.3, of a service: there is no zone to look for, but a standby that may be missing. */
export async function withoutStandby({ clients, config, outputs }: CheckContext): Promise<Diagnosis[]> {
  if (!config.highAvailability) return [];
  const found = await Promise.all(
    outputs.stateful.managed.map(async ({ identifier }) =>
      (await clients.aws.database(identifier))?.multiAz === false ? [identifier] : [],
    ),
  );
  return diagnosis(
    "A11.3",
    "the database is in one zone: while that is away, so is the database",
    "run the update of this phase again, which brings the standby back; it takes some minutes and no interruption",
    found.flat(),
  );
}
