import * as scheduler from "@pulumi/aws/scheduler";
import * as iam from "@pulumi/aws/iam";
import * as sfn from "@pulumi/aws/sfn";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig, WeeklyHours } from "./config";
import { policyDocument, serviceRole, type Statement } from "./iam";
import { accountOf, clusterName, named, type Tags } from "./naming";
import { poolsOf } from "./node-pools";
import { eveningMachine, morningMachine, type RestingGroup } from "./off-hours-machine";

/** What takes an environment's nodes away and brings them back, by name. */
export interface OffHours {
  readonly timeZone: string;
  /** Name → expression of EventBridge Scheduler, by the wall clock of the zone. */
  readonly schedules: Readonly<Record<string, string>>;
  readonly machines: readonly string[];
}

const DAYS_A_WEEK = 7;
/** An evening that could not begin is tried again for so long. */
const RETRY_SECONDS = 3600;

/**
 * Nodes in working hours only (H4.3): two schedules in the environment's own time zone, which EventBridge keeps to the
 * wall clock over the change of clocks, each starting a state machine that may resize these groups and end the nodes
 * Karpenter made for this cluster, and nothing else. No image to keep current, nothing in the cluster, and it works
 * where the cluster's endpoint is private.
 */
export function offHours(
  name: string,
  config: PlatformConfig,
  hours: WeeklyHours,
  tags: Tags,
  child: pulumi.CustomResourceOptions,
): { readonly described: OffHours; readonly machines: readonly sfn.StateMachine[] } {
  const cluster = clusterName(config);
  const groups = restingGroups(config);
  const role = serviceRole(`${name}-off-hours`, "states.amazonaws.com", `${cluster}-off-hours`, tags, child);
  const rights = new iam.RolePolicy(
    `${name}-off-hours`,
    { role: role.name, policy: policyDocument(statements(config, groups)) },
    child,
  );
  const caller = serviceRole(
    `${name}-off-hours-scheduler`,
    "scheduler.amazonaws.com",
    `${cluster}-off-hours-scheduler`,
    tags,
    child,
  );
  const definitions = {
    evening: eveningMachine({
      cluster,
      groups,
      longestHours: shortestRestHours(hours),
      databasesFirst: hibernates(config),
    }),
    morning: morningMachine({ cluster, groups: groups.toReversed() }),
  };
  const machines = Object.entries(definitions).map(
    ([which, definition]) =>
      new sfn.StateMachine(
        `${name}-${which}`,
        {
          name: `${cluster}-${which}`,
          roleArn: role.arn,
          definition: JSON.stringify(definition),
          tags: named(tags, `${name}-${which}`),
        },
        { ...child, dependsOn: [rights] },
      ),
  );
  const mayStart = new iam.RolePolicy(
    `${name}-off-hours-scheduler`,
    {
      role: caller.name,
      policy: pulumi
        .all(machines.map(({ arn }) => arn))
        .apply((resources) => policyDocument([{ actions: ["states:StartExecution"], resources }])),
    },
    child,
  );
  const times = { evening: hours.end, morning: hours.start };
  const schedules = Object.entries(times).map(([which, time], index) => {
    const scheduleExpression = expressionOf(hours.days, time);
    new scheduler.Schedule(
      `${name}-${which}`,
      {
        name: `${cluster}-${which}`,
        scheduleExpression,
        scheduleExpressionTimezone: hours.timeZone,
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: machines[index]?.arn ?? "",
          roleArn: caller.arn,
          input: "{}",
          retryPolicy: { maximumEventAgeInSeconds: RETRY_SECONDS, maximumRetryAttempts: 3 },
        },
      },
      { ...child, dependsOn: [mayStart] },
    );
    return [`${cluster}-${which}`, scheduleExpression] as const;
  });
  return {
    machines,
    described: {
      timeZone: hours.timeZone,
      schedules: Object.fromEntries(schedules),
      machines: Object.keys(definitions).map((which) => `${cluster}-${which}`),
    },
  };
}

/** A database of the operator's is put to rest before its nodes go (H4.3). */
export function hibernates({ cost, stateful: { postgres } }: PlatformConfig): boolean {
  return cost.workingHours !== undefined && postgres.enabled && postgres.engine === "cloudnative-pg";
}

/** In the order they rest: what carries Karpenter first, or it would make new nodes for what is evicted. */
export function restingGroups(config: PlatformConfig): RestingGroup[] {
  return [
    { name: "system", minimum: config.cluster.system.count },
    ...poolsOf(config)
      .filter(({ minimum }) => minimum > 0)
      .map(({ name, minimum }) => ({ name, minimum })),
  ];
}

/** `cron(0 7 ? * MON,TUE *)`: EventBridge's six fields, in the zone that stands beside them. */
export function expressionOf(days: WeeklyHours["days"], time: string): string {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return `cron(${minute} ${hour} ? * ${days.map((day) => day.slice(0, 3).toUpperCase()).join(",")} *)`;
}

/** Hours from an evening to the next morning, when that is the next day; the night in which clocks go forward has one less. */
export function shortestRestHours({ days, start, end }: WeeklyHours): number {
  const hour = (time: string) => Number(time.slice(0, 2)) + Number(time.slice(3)) / 60;
  const every = new Set(days).size === DAYS_A_WEEK || new Set(days).size > 1;
  return Math.max(1, Math.floor(hour(start) + (every ? 24 : DAYS_A_WEEK * 24) - hour(end)) - 1);
}

function statements(config: PlatformConfig, groups: readonly RestingGroup[]): Statement[] {
  const cluster = clusterName(config);
  const inAccount = `${config.region}:${accountOf(config)}`;
  return [
    { actions: ["eks:DescribeCluster"], resources: [`arn:aws:eks:${inAccount}:cluster/${cluster}`] },
    {
      actions: ["eks:UpdateNodegroupConfig"],
      resources: groups.map((group) => `arn:aws:eks:${inAccount}:nodegroup/${cluster}/${group.name}/*`),
    },
    // EC2 knows no narrower resource for a description.
    {
      actions: ["ec2:DescribeInstances"],
      resources: ["*"],
      conditions: { StringEquals: { "aws:RequestedRegion": config.region } },
    },
    {
      actions: ["ec2:TerminateInstances"],
      resources: [`arn:aws:ec2:${inAccount}:instance/*`],
      conditions: {
        StringEquals: { [`ec2:ResourceTag/kubernetes.io/cluster/${cluster}`]: "owned" },
        StringLike: { "ec2:ResourceTag/karpenter.sh/nodepool": "*" },
      },
    },
  ];
}
