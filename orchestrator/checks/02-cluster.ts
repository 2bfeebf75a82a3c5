import type { V1Node, V1Pod } from "@kubernetes/client-node";
import { tableOf } from "./01-network";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { condition, nameOf, podProblem, viewCluster, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, outside } from "./finding";

/** A2.6: all five control plane logs (https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html). */
const LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** Nodes join and system pods start within a few minutes of the group being active; longer means something is wrong. */
const SETTLE_SECONDS = 600;

/** Phase 02: the control plane is as declared, healthy and private, and its first nodes and system pods run. */
export const clusterCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    return Promise.all([
      outside(context, controlPlane(context)),
      outside(context, privateEndpoint(context)),
      outside(context, guarded(context)),
      health(view),
      outside(context, insights(context)),
      nodes(context, view),
      systemPods(context, view),
    ]);
  },

  async diagnose(context) {
    return [...(await publicSubnets(context)), ...(await untrustedRole(context)), ...(await groupIssues(context))];
  },
};

async function described({ outputs, clients }: CheckContext) {
  const cluster = await clients.aws.cluster(outputs.cluster.name);
  if (cluster === undefined) throw new Error(`EKS knows no cluster ${outputs.cluster.name}`);
  return cluster;
}

function controlPlane(context: CheckContext): Promise<Finding> {
  return examine(
    { requirement: "A2.1", title: "the control plane is active, in standard support and spread over three zones" },
    async () => {
      const [cluster, subnets] = await Promise.all([
        described(context),
        context.clients.aws.subnets(context.outputs.network.vpcId),
      ]);
      const zones = new Set(
        subnets.filter((subnet) => cluster.subnetIds.includes(subnet.id)).map((subnet) => subnet.zone),
      );
      const problems = [
        cluster.status === "ACTIVE" ? undefined : `status is ${cluster.status}`,
        cluster.version === context.outputs.cluster.version
          ? undefined
          : `runs ${cluster.version}, declared ${context.outputs.cluster.version}`,
        cluster.supportType === "STANDARD"
          ? undefined
          : `support type is ${cluster.supportType}, which bills extended support`,
        zones.size >= 3 ? undefined : `its subnets lie in ${zones.size} zones`,
        ...cluster.healthIssues.map((issue) => `${issue.code}: ${issue.message}`),
      ];
      return {
        looked: 1,
        wrong: problemsOf(cluster.name, problems),
        detail: `${cluster.name} runs ${cluster.version} in ${[...zones].join(", ")}`,
      };
    },
  );
}

function problemsOf(subject: string, problems: readonly (string | undefined)[]) {
  return problems.filter((reason) => reason !== undefined).map((reason) => ({ subject, reason }));
}

function privateEndpoint(context: CheckContext): Promise<Finding> {
  return examine(
    {
      requirement: "A2.4",
      title: "the API endpoint and the cluster's subnets are private, or public only to a list of networks",
    },
    async () => {
      const [cluster, exposed] = await Promise.all([described(context), exposedSubnets(context)]);
      const open =
        cluster.publicEndpoint &&
        (cluster.publicAccessCidrs.length === 0 || cluster.publicAccessCidrs.some((cidr) => cidr === "0.0.0.0/0"));
      const problems = [
        cluster.privateEndpoint ? undefined : "has no private endpoint",
        open ? "its public endpoint is open to the world" : undefined,
        cluster.publicEndpoint && !context.outputs.cluster.publicEndpoint
          ? "has a public endpoint that was not declared"
          : undefined,
        ...exposed.map((id) => `subnet ${id} is routed to an internet gateway`),
      ];
      return {
        looked: 1,
        wrong: problemsOf(cluster.name, problems),
        detail: cluster.publicEndpoint ? `public to ${cluster.publicAccessCidrs.join(", ")}` : "private only",
      };
    },
  );
}

async function exposedSubnets(context: CheckContext): Promise<string[]> {
  const [cluster, tables] = await Promise.all([
    described(context),
    context.clients.aws.routeTables(context.outputs.network.vpcId),
  ]);
  return cluster.subnetIds.filter((id) =>
    tableOf(id, tables)?.routes.some((route) => route.gatewayId?.startsWith("igw-") ?? false),
  );
}

function guarded(context: CheckContext): Promise<Finding> {
  return examine(
    { requirement: "A2.6", title: "secrets are encrypted by KMS, all five logs are on and access is by entries only" },
    async () => {
      const cluster = await described(context);
      const silent = LOG_TYPES.filter((type) => !cluster.logTypes.includes(type));
      const problems = [
        cluster.secretsKeyArn === undefined ? "no KMS key encrypts Kubernetes Secrets" : undefined,
        silent.length > 0 ? `logs off: ${silent.join(", ")}` : undefined,
        cluster.authenticationMode === "API" ? undefined : `authentication mode is ${cluster.authenticationMode}`,
        cluster.creatorIsAdmin ? "its creator is admin without a declared access entry" : undefined,
      ];
      return {
        looked: 1,
        wrong: problemsOf(cluster.name, problems),
        detail: `${cluster.secretsKeyArn ?? ""}; ${LOG_TYPES.length} logs; access entries`,
      };
    },
  );
}

function health(view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A2.3", title: "the API server's own readiness checks all pass" }, async () => {
    const failing = await view.failingHealthChecks();
    return { looked: 1, wrong: failing.map((line) => ({ subject: "readyz", reason: line })), detail: "readyz passes" };
  });
}

function insights(context: CheckContext): Promise<Finding> {
  return examine({ requirement: "A2.3", title: "no EKS upgrade insight is failing" }, async () => {
    const open = (await context.clients.aws.clusterInsights(context.outputs.cluster.name)).filter(
      (insight) => insight.status === "ERROR",
    );
    return {
      looked: 1,
      wrong: open.map((insight) => ({ subject: insight.name, reason: insight.reason })),
      detail: "none failing",
    };
  });
}

function nodes(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A2.3", title: "all nodes are Ready" }, async () => {
    const settled = await context.waitUntil({
      reason: "nodes to become Ready",
      deadlineSeconds: SETTLE_SECONDS,
      attempt: async () => {
        const found = await view.list<V1Node>("v1", "Node");
        const wrong = each(found, nameOf, notReady);
        return { done: found.length > 0 && wrong.length === 0, value: { found, wrong } };
      },
    });
    const { found, wrong } = settled.value;
    if (found.length === 0)
      return {
        looked: 1,
        wrong: [{ subject: context.outputs.cluster.systemNodeGroup, reason: "no node has joined" }],
        detail: "",
      };
    return { looked: found.length, wrong, detail: `${found.length} nodes Ready` };
  });
}

function notReady(node: V1Node): string | undefined {
  const ready = condition(node, "Ready");
  return ready?.status === "True" ? undefined : (ready?.message ?? "has no Ready condition");
}

function systemPods(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A2.3", title: "all kube-system pods run" }, async () => {
    const settled = await context.waitUntil({
      reason: "kube-system pods to run",
      deadlineSeconds: SETTLE_SECONDS,
      attempt: async () => {
        const pods = await view.list<V1Pod>("v1", "Pod", "kube-system");
        const wrong = each(pods, nameOf, podProblem);
        return { done: pods.length > 0 && wrong.length === 0, value: { pods, wrong } };
      },
    });
    return {
      looked: settled.value.pods.length,
      wrong: settled.value.wrong,
      detail: `${settled.value.pods.length} pods run`,
    };
  });
}

/** A2.4: control plane in public subnets. */
async function publicSubnets(context: CheckContext): Promise<Diagnosis[]> {
  if ((await context.clients.aws.cluster(context.outputs.cluster.name)) === undefined) return [];
  return diagnosis(
    "A2.4",
    "the control plane lives in subnets that an internet gateway serves",
    "give the cluster only the private subnets, and route those through NAT; EKS can change a cluster's subnets within the same zones",
    await exposedSubnets(context),
  );
}

/** A2.5: role error at creation. */
async function untrustedRole({ outputs, clients }: CheckContext): Promise<Diagnosis[]> {
  const arn = outputs.network.clusterRoleArn;
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  const role = await clients.aws.role(name);
  const trusted = role?.trustedServices.includes("eks.amazonaws.com") ?? false;
  return diagnosis(
    "A2.5",
    role === undefined
      ? `the cluster role ${name} does not exist`
      : `the trust policy of ${name} does not let EKS assume it`,
    `let ${name} be assumed: Principal {"Service": "eks.amazonaws.com"}, Action sts:AssumeRole and sts:TagSession`,
    trusted ? [] : [name],
  );
}

/** Nodes that do not join: EKS itself says why in the group's health. */
async function groupIssues({ outputs, clients }: CheckContext): Promise<Diagnosis[]> {
  const groups = await clients.aws.nodeGroups(outputs.cluster.name);
  return groups.flatMap((group) =>
    group.healthIssues.flatMap((issue) =>
      diagnosis(
        "A2.3",
        `node group ${group.name} is unhealthy: ${issue.message}`,
        `resolve ${issue.code} as EKS describes it, then run again`,
        [group.name],
      ),
    ),
  );
}
