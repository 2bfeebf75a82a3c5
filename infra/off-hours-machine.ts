import { HOLD_TAG } from "./naming";

/** A managed node group and what it is in working hours. */
export interface RestingGroup {
  readonly name: string;
  readonly minimum: number;
}
export interface Rest {
  readonly cluster: string;
  readonly groups: readonly RestingGroup[];
  /** Hours between an evening and the next morning: no evening waits into the next day. */
  readonly longestHours: number;
  /** Databases are put to rest at the same time, and their nodes wait for it. */
  readonly databasesFirst?: boolean;
}

/** How often an evening that is held looks again. */
export const LOOK_AGAIN_SECONDS = 900;

const HOLD = `$.cluster.tags['${HOLD_TAG}']`;
/** A node that Karpenter had begun when it was taken away itself is there by then. */
const SETTLE_SECONDS = 600;
/** A pod starts, and a database gives its connections 180 s to end (CloudNativePG, smartShutdownTimeout). */
const DATABASES_SECONDS = 300;

type State = Readonly<Record<string, unknown>>;
const call = (service: string, action: string) => `arn:aws:states:::aws-sdk:${service}:${action}`;
/** EKS changes one thing of a group at a time, and answers 429 and 409 until it has. */
const RETRY = [
  { ErrorEquals: ["States.TaskFailed"], IntervalSeconds: 30, MaxAttempts: 6, BackoffRate: 2, MaxDelaySeconds: 300 },
];
/** One answer of EC2; no environment that rests comes near. */
const INSTANCES_AT_MOST = 1000;

/**
 * The evening as a state machine (Amazon States Language): wait while somebody holds the environment, take the managed
 * groups to zero, and with Karpenter gone end the nodes it made. EKS drains a managed node before it goes, so databases
 * end by their own grace period and their volumes stay; Karpenter forgets nodes that are gone once it is back. Pure.
 */
export function eveningMachine({ cluster, groups, longestHours, databasesFirst = false }: Rest): object {
  const first = `Rest ${groups[0]?.name ?? ""}`;
  const states: Record<string, State> = {
    Ask: {
      Type: "Task",
      Comment: "who holds the environment",
      Resource: call("eks", "describeCluster"),
      Parameters: { Name: cluster },
      ResultSelector: { "tags.$": "$.Cluster.Tags" },
      ResultPath: "$.cluster",
      Retry: RETRY,
      Next: "Held",
    },
    Held: {
      Type: "Choice",
      Choices: [
        {
          And: [
            { Variable: HOLD, IsPresent: true },
            { Variable: HOLD, IsTimestamp: true },
            { Variable: HOLD, TimestampGreaterThanPath: "$$.State.EnteredTime" },
          ],
          Next: "Wait",
        },
      ],
      Default: databasesFirst ? "Databases" : first,
    },
    ...(databasesFirst && { Databases: { Type: "Wait", Seconds: DATABASES_SECONDS, Next: first } }),
    Wait: { Type: "Wait", Seconds: LOOK_AGAIN_SECONDS, Next: "Ask" },
    ...resized(cluster, groups, "Rest", () => 0, "Settle"),
    Settle: { Type: "Wait", Seconds: SETTLE_SECONDS, Next: "Find" },
    Find: {
      Type: "Task",
      Comment: "nodes that Karpenter made",
      Resource: call("ec2", "describeInstances"),
      Parameters: {
        Filters: [
          { Name: `tag:kubernetes.io/cluster/${cluster}`, Values: ["owned"] },
          { Name: "tag-key", Values: ["karpenter.sh/nodepool"] },
          { Name: "instance-state-name", Values: ["pending", "running"] },
        ],
        MaxResults: INSTANCES_AT_MOST,
      },
      ResultSelector: {
        "ids.$": "$.Reservations[*].Instances[*].InstanceId",
        "count.$": "States.ArrayLength($.Reservations[*].Instances[*].InstanceId)",
      },
      ResultPath: "$.found",
      Retry: RETRY,
      Next: "Any",
    },
    Any: {
      Type: "Choice",
      Choices: [{ Variable: "$.found.count", NumericGreaterThan: 0, Next: "End" }],
      Default: "Asleep",
    },
    End: {
      Type: "Task",
      Resource: call("ec2", "terminateInstances"),
      Parameters: { "InstanceIds.$": "$.found.ids" },
      Retry: RETRY,
      Next: "Asleep",
    },
    Asleep: { Type: "Succeed" },
  };
  return {
    Comment: `${cluster} after working hours`,
    TimeoutSeconds: longestHours * 3600,
    StartAt: "Ask",
    States: states,
  };
}

/** The morning: the managed groups are what they were; Karpenter, back on its own, adds what is pending. Pure. */
export function morningMachine({ cluster, groups }: Omit<Rest, "longestHours">): object {
  return {
    Comment: `${cluster} before working hours`,
    TimeoutSeconds: 3600,
    StartAt: `Wake ${groups[0]?.name ?? ""}`,
    States: { ...resized(cluster, groups, "Wake", ({ minimum }) => minimum, "Awake"), Awake: { Type: "Succeed" } },
  };
}

/** One state per group, in the order given. */
function resized(
  cluster: string,
  groups: readonly RestingGroup[],
  verb: string,
  size: (group: RestingGroup) => number,
  then: string,
): Record<string, State> {
  return Object.fromEntries(
    groups.map((group, index) => {
      const next = groups[index + 1];
      const state = {
        Type: "Task",
        Resource: call("eks", "updateNodegroupConfig"),
        Parameters: {
          ClusterName: cluster,
          NodegroupName: group.name,
          ScalingConfig: { MinSize: size(group), DesiredSize: size(group) },
        },
        ResultPath: null,
        Retry: RETRY,
        Next: next === undefined ? then : `${verb} ${next.name}`,
      };
      return [`${verb} ${group.name}`, state];
    }),
  );
}
