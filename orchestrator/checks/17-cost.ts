import type { V1ConfigMap, V1LimitRange, V1Namespace, V1ResourceQuota } from "@kubernetes/client-node";
import { deploymentsAvailable } from "./available";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { databaseRestArranged, databaseRestCauses } from "./database-rest";
import { diagnosis, each, examine, outside, type Offence } from "./finding";
import { quantityOf } from "./quantity";
import { refusalOfTooMuch } from "./quota-probe";
import { cloudOf, wasteLeft, wasteReported } from "./waste";

/** A17.2: all pods of a team together. */
const TEAM_QUOTA = { "requests.cpu": "10", "requests.memory": "32Gi", "limits.cpu": "20", "limits.memory": "64Gi" };
/** A17.4: above this share of a quota a burst has no room. */
const FULL = 0.8;
/** Images are pulled, prices are loaded, and a scrape comes round every 30 s. */
const SETTLE_SECONDS = 600;

interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: string;
  readonly lastError: string;
}

/** Phase 17: costs are measured and shown, teams are bounded, and what takes nodes away at night is as configured. */
export const costCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const { namespace, teams } = context.outputs.cost;
    return Promise.all([
      deploymentsAvailable(view, "A17.1", "OpenCost runs", namespace, false),
      outside(context, measured(context)),
      shown(context, view),
      outside(context, exported(context)),
      quotasSet(context, view),
      outside(context, wasteReported(view, cloudOf(context))),
      ...(teams[0] === undefined ? [] : [tooMuchRefused(context, view, teams[0])]),
      ...(context.config.cost.workingHours === undefined ? [] : [outside(context, restArranged(context))]),
      ...(context.outputs.cost.databaseRest.databases.length === 0 ? [] : [databaseRestArranged(context, view)]),
    ]);
  },

  async diagnose(context) {
    const view = await viewCluster(context.clients.kubernetes);
    return [
      ...(await unpriced(context)),
      ...(await nearlyFull(view)),
      ...(await wasteLeft(view, cloudOf(context))),
      ...(await databaseRestCauses(context, view)),
    ];
  },
};

function measured(context: CheckContext): Promise<Finding> {
  return examine(
    { requirement: "A17.1", title: "Prometheus reads what OpenCost makes of prices and use" },
    async () => {
      const { value } = await context.waitUntil({
        reason: "OpenCost to be scraped",
        deadlineSeconds: SETTLE_SECONDS,
        attempt: async () => {
          const targets = await targetsOf(context);
          const wrong = each(targets, ({ labels }) => labels["pod"] ?? "opencost", problemOf);
          if (targets.length === 0) wrong.push({ subject: context.outputs.cost.exporter.name, reason: "is no target" });
          return { done: wrong.length === 0, value: { wrong, looked: 1 } };
        },
      });
      return { ...value, detail: `${context.outputs.cost.exporter.name} is scraped` };
    },
  );
}

const problemOf = ({ health, lastError }: Target) =>
  health === "up" ? undefined : lastError === "" ? health : lastError;

/** What Prometheus scrapes of OpenCost's namespace. */
async function targetsOf({ outputs, clients }: CheckContext): Promise<Target[]> {
  const { namespace, prometheus } = outputs.metrics;
  const path = "/api/v1/targets?state=active";
  const { status, body } = await clients.services.get({
    namespace,
    service: prometheus.service,
    port: prometheus.port,
    path,
  });
  if (status !== 200) throw new Error(`Prometheus answered ${status} on ${path}`);
  const { data } = JSON.parse(body) as { data: { activeTargets: Target[] } };
  return data.activeTargets.filter(({ labels }) => labels["namespace"] === outputs.cost.namespace);
}

function shown({ outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A17.1", title: "Grafana has the dashboard of costs" }, async () => {
    const { dashboard } = outputs.cost;
    const [namespace = "", name = ""] = dashboard.split("/");
    const found = await view.get<V1ConfigMap>("v1", "ConfigMap", name, namespace);
    const problem =
      found === undefined
        ? "does not exist"
        : found.metadata?.labels?.["grafana_dashboard"] === "1"
          ? undefined
          : "lacks the label grafana_dashboard, by which Grafana finds it";
    return {
      looked: 1,
      wrong: problem === undefined ? [] : [{ subject: dashboard, reason: problem }],
      detail: dashboard,
    };
  });
}

function exported({ outputs, clients }: CheckContext): Promise<Finding> {
  return examine({ requirement: "A17.1", title: "AWS exports what it bills into our bucket" }, async () => {
    const { exportName, exportBucket } = outputs.cost;
    const arns = (await clients.aws.tagged("environment", outputs.environment.name)).map(({ arn }) => arn);
    const wrong: Offence[] = [];
    if (!arns.some((arn) => arn.includes(`:export/${exportName}`)))
      wrong.push({ subject: exportName, reason: "is no export of this account" });
    if (!arns.includes(`arn:aws:s3:::${exportBucket}`))
      wrong.push({ subject: exportBucket, reason: "is no bucket of this environment" });
    return { looked: 2, wrong, detail: `${exportName} into ${exportBucket}` };
  });
}

function quotasSet({ outputs, config }: CheckContext, view: ClusterView): Promise<Finding> {
  const title = "every team has a namespace with the agreed quota and with limits for containers that say nothing";
  return examine({ requirement: "A17.2", title }, async () => {
    const wrong: Offence[] = [];
    for (const namespace of outputs.cost.teams) {
      const quotas = await view.list<V1ResourceQuota>("v1", "ResourceQuota", namespace);
      const off = Object.entries(TEAM_QUOTA).filter(
        ([name, wanted]) => !quotas.some(({ spec }) => same(spec?.hard?.[name], wanted)),
      );
      const limits = await view.list<V1LimitRange>("v1", "LimitRange", namespace);
      if (off.length > 0)
        wrong.push({
          subject: namespace,
          reason: `no quota holds ${off.map(([name, of]) => `${name} to ${of}`).join(", ")}`,
        });
      if (
        !limits.some(({ spec }) =>
          spec?.limits.some((one) => one.type === "Container" && one.defaultRequest && one._default),
        )
      )
        wrong.push({ subject: namespace, reason: "no LimitRange gives containers defaults" });
    }
    const labelled = (await view.list<V1Namespace>("v1", "Namespace")).filter(
      ({ metadata }) => metadata?.labels?.["slipway.dev/team"] !== undefined,
    );
    const missing = config.cost.teams.filter(
      (team) => !labelled.some(({ metadata }) => metadata?.labels?.["slipway.dev/team"] === team),
    );
    wrong.push(...missing.map((team) => ({ subject: team, reason: "has no namespace" })));
    // Without teams there is nothing to bound, which is what the configuration says.
    return { looked: outputs.cost.teams.length + 1, wrong, detail: outputs.cost.teams.join(", ") || "no teams" };
  });
}

const same = (one: string | undefined, other: string) => one !== undefined && quantityOf(one) === quantityOf(other);

/** A17.3: the Deployment is taken, and only its pods are refused: the ReplicaSet says so. */
function tooMuchRefused(context: CheckContext, view: ClusterView, namespace: string): Promise<Finding> {
  return examine({ requirement: "A17.3", title: "a workload above its team's quota is refused" }, async () => {
    const refusal = await refusalOfTooMuch(
      view,
      context.waitUntil,
      namespace,
      `${Number(TEAM_QUOTA["requests.cpu"]) + 1}`,
    );
    const wrong = refusal === undefined ? [{ subject: namespace, reason: "took pods for more than its quota" }] : [];
    return { looked: 1, wrong, detail: refusal ?? "" };
  });
}

function restArranged({ outputs, config, clients }: CheckContext): Promise<Finding> {
  const title = "nodes rest outside working hours, by the wall clock of the configured zone";
  return examine({ requirement: "H4.3", title }, async () => {
    const { timeZone, schedules, machines } = outputs.cost.offHours;
    const hours = config.cost.workingHours;
    const arns = (await clients.aws.tagged("environment", outputs.environment.name)).map(({ arn }) => arn);
    const wrong = each(
      machines,
      (name) => name,
      (name) => (arns.some((arn) => arn.endsWith(`:stateMachine:${name}`)) ? undefined : "does not exist"),
    );
    if (timeZone !== hours?.timeZone)
      wrong.push({ subject: timeZone || "no zone", reason: `${hours?.timeZone ?? "none"} is configured` });
    const told = Object.entries(schedules).map(([name, expression]) => `${name} ${expression}`);
    return { looked: machines.length, wrong, detail: `${told.join(", ")} in ${timeZone}` };
  });
}

async function unpriced(context: CheckContext): Promise<Diagnosis[]> {
  const targets = await targetsOf(context).catch(() => []);
  return diagnosis(
    "A17.1",
    "OpenCost runs and is not read, so nothing is known of what is spent",
    "look at its log: it starts once it reaches Prometheus (NetworkPolicy allow-callers in monitoring) and AWS's price list",
    targets.filter(({ health }) => health !== "up").map(({ labels }) => labels["pod"] ?? "opencost"),
  );
}

/** A17.4: quotas with so much in use that a burst, or one more rollout, is refused. */
async function nearlyFull(view: ClusterView): Promise<Diagnosis[]> {
  const quotas = await view.list<V1ResourceQuota>("v1", "ResourceQuota");
  const full = quotas.flatMap((quota) =>
    Object.entries(quota.status?.hard ?? {}).flatMap(([name, hard]) => {
      const share = quantityOf(quota.status?.used?.[name] ?? "0") / quantityOf(hard);
      return share > FULL ? [`${nameOf(quota)} ${name} ${Math.floor(share * 100)} %`] : [];
    }),
  );
  return diagnosis(
    "A17.4",
    "the quota is nearly used up, so a burst or a rollout finds no room",
    "give the quota headroom, or request less: the cost dashboard shows what was requested and not used",
    full,
  );
}
