import { randomBytes } from "node:crypto";
import type { KubernetesObject } from "@kubernetes/client-node";
import { FIRINGS_A_WEEK, PROBE_ALERT, REFUSED, SENT } from "./alert-queries";
import { integrationsOf, type AlertmanagerConfiguration, type Labels } from "./alert-routing";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { condition, viewCluster, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, outside, type Offence } from "./finding";

const API = "monitoring.coreos.com/v1";
/** The operator writes the configuration, a reloader reads it, Alertmanager takes it: two minutes at most. */
const LOADED_SECONDS = 300;
/** Rule evaluated, alert sent, group awaited (30 s), notification made, counted and scraped (30 s). */
const ARRIVE_SECONDS = 300;
/**
 * A19.4 leaves the limits to us. A rule that fires more than once a day is noise; pages come at most twice in a shift of
 * twelve hours (Google SRE Book, chapter 11, https://sre.google/sre-book/being-on-call/).
 */
const LIMIT = { ofARule: 7, pages: 28, idlePages: 2 } as const;
/** Alertmanager's port (A8.1). */
const ALERTMANAGER_PORT = 9093;
const LEFTOVER = "slipway.dev/probe";

interface LoadedRule {
  readonly name: string;
  readonly type: string;
  readonly health: string;
  readonly lastError?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
}
interface Sample {
  readonly metric: Labels;
  readonly value: readonly [number, string];
}

/** Phase 19: promises are measured, their alerts loaded and routed as each environment wants, and one arrives. */
export const slosCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const standing = await Promise.all([
      outside(context, rulesLoaded(context)),
      outside(context, measured(context)),
      outside(context, routed(context)),
      outside(context, quiet(context)),
    ]);
    return [...standing, await outside(context, notificationArrives(context, view))];
  },

  async diagnose(context, findings) {
    const view = await viewCluster(context.clients.kubernetes);
    return [
      ...(await withoutAddresses(context, view)),
      ...undelivered(context, findings),
      ...(await noisy(context)),
      ...(await overBeforeAnybodyCame(context)),
    ];
  },
};

async function ask<T>({ outputs, clients }: CheckContext, service: string, port: number, path: string): Promise<T> {
  const { namespace } = outputs.metrics;
  const { status, body } = await clients.services.get({ namespace, service, port, path });
  if (status !== 200) throw new Error(`${service}:${port}${path} answered ${status}: ${body.slice(0, 200)}`);
  return JSON.parse(body) as T;
}
async function prometheus<T>(context: CheckContext, path: string): Promise<T> {
  const { service, port } = context.outputs.metrics.prometheus;
  return (await ask<{ data: T }>(context, service, port, `/api/v1/${path}`)).data;
}
const alertmanager = <T>(context: CheckContext, path: string): Promise<T> =>
  ask<T>(context, context.outputs.metrics.alertmanager, ALERTMANAGER_PORT, `/api/v2/${path}`);
const query = async (context: CheckContext, expression: string) =>
  (await prometheus<{ result: Sample[] }>(context, `query?${new URLSearchParams({ query: expression }).toString()}`))
    .result;

function rulesLoaded(context: CheckContext): Promise<Finding> {
  const { outputs, config, waitUntil } = context;
  const title = "every alert is loaded, with severity, environment and runbook";
  return examine({ requirement: "A19.1", title }, async () => {
    const settled = await waitUntil({
      reason: "the rules to be loaded",
      deadlineSeconds: LOADED_SECONDS,
      attempt: async () => {
        const { groups } = await prometheus<{ groups: { rules: LoadedRule[] }[] }>(context, "rules?type=alert");
        const loaded = groups.flatMap(({ rules }) => rules);
        const wrong = outputs.slos.alerts.flatMap((name) => {
          const own = loaded.filter((rule) => rule.name === name);
          if (own.length === 0) return [{ subject: name, reason: "is not loaded" }];
          return each(
            own,
            () => name,
            (rule) => wrongWith(rule, config.environment),
          );
        });
        return { done: wrong.length === 0, value: wrong };
      },
    });
    const { alerts, objectives } = outputs.slos;
    const promised = objectives.map(({ name, target }) => `${name} ${Number((target * 100).toFixed(3))} %`).join(", ");
    return { looked: alerts.length, wrong: settled.value, detail: `${alerts.length} alerts; ${promised}` };
  });
}

function wrongWith({ health, lastError, labels, annotations }: LoadedRule, environment: string): string | undefined {
  // A rule that was not evaluated yet is `unknown`.
  if (health === "err") return lastError ?? "cannot be evaluated";
  if (labels?.["severity"] === undefined) return "has no severity";
  if (labels["environment"] !== environment) return `says environment ${labels["environment"] ?? "nothing"}`;
  return annotations?.["runbook_url"] === undefined ? "has no runbook" : undefined;
}

function measured(context: CheckContext): Promise<Finding> {
  const { outputs, waitUntil } = context;
  return examine({ requirement: "A19.1", title: "what the alerts rest on is measured" }, async () => {
    const { jobs } = outputs.slos;
    const settled = await waitUntil({
      reason: "the monitored parts to be up",
      deadlineSeconds: LOADED_SECONDS,
      attempt: async () => {
        const up = await query(context, "up");
        const wrong = each(
          jobs,
          (job) => job,
          (job) => {
            const own = up.filter(({ metric }) => metric["job"] === job);
            const good = own.filter(({ value }) => value[1] === "1");
            if (own.length === 0) return "is not scraped";
            return good.length === own.length ? undefined : `${good.length} of ${own.length} answer`;
          },
        );
        return { done: wrong.length === 0, value: wrong };
      },
    });
    return { looked: jobs.length, wrong: settled.value, detail: jobs.join(", ") };
  });
}

/** Who has to hear of what (B6.2, B6.3, B6.4): labels of an alert, and the ways it goes. */
function expected(environment: string): readonly (readonly [string, Labels, readonly string[]])[] {
  const team = environment === "dev" ? ["slack"] : ["email", "slack"];
  const paged = environment === "production";
  return [
    ["critical", { severity: "critical" }, paged ? ["email", "pagerduty", "slack"] : team],
    ["warning", { severity: "warning" }, team],
    ["info", { severity: "info" }, ["slack"]],
    ...(paged
      ? ["manager", "director"].map(
          (person) =>
            [`critical, to the ${person}`, { severity: "critical", escalation: person }, ["pagerduty"]] as const,
        )
      : []),
    ["critical in a preview", { severity: "critical", namespace: "preview-1" }, []],
    ["an alert that always fires", { alertname: "Watchdog", severity: "none" }, []],
  ];
}

function routed(context: CheckContext): Promise<Finding> {
  const { outputs, config, waitUntil } = context;
  const requirement = config.environment === "production" ? "B6.3" : "B6.2";
  return examine({ requirement, title: `alerts of ${config.environment} reach whom they should` }, async () => {
    const { parse } = await import("yaml");
    const wanted = expected(config.environment);
    const settled = await waitUntil({
      reason: "the routing to be loaded",
      deadlineSeconds: LOADED_SECONDS,
      attempt: async () => {
        const status = await alertmanager<{ config: { original: string } }>(context, "status");
        const loaded = parse(status.config.original) as AlertmanagerConfiguration;
        const known = new Set(loaded.receivers.map(({ name }) => name));
        const wrong: Offence[] = [
          ...each(
            outputs.slos.receivers,
            (name) => name,
            (name) => (known.has(name) ? undefined : "is no receiver of Alertmanager"),
          ),
          ...wanted.flatMap(([subject, labels, ways]) => {
            const found = integrationsOf(loaded, { alertname: "Any", environment: config.environment, ...labels });
            const told = (list: readonly string[]) => (list.length === 0 ? "nobody" : list.join(", "));
            if (told(found) === told([...ways].sort())) return [];
            return [{ subject, reason: `reaches ${told(found)}, should reach ${told(ways)}` }];
          }),
        ];
        return { done: wrong.length === 0, value: wrong };
      },
    });
    const detail = wanted.map(([name, , ways]) => `${name}: ${ways.join(", ") || "nobody"}`).join("; ");
    return { looked: wanted.length, wrong: settled.value, detail };
  });
}

const firings = async (context: CheckContext) =>
  (await query(context, FIRINGS_A_WEEK)).map(({ metric, value }) => ({ metric, count: Number(value[1]) }));
type Firing = Awaited<ReturnType<typeof firings>>[number];
/** The probe is ours, and alerts about alerts are counted with those they escalate. */
const counted = ({ metric }: Firing) =>
  metric["severity"] !== "none" && metric["alertname"] !== PROBE_ALERT.name && metric["escalation"] === undefined;
const tooOften = (all: readonly Firing[]) => all.filter(counted).filter(({ count }) => count > LIMIT.ofARule);
const nameOfRule = ({ metric }: Firing) => metric["alertname"] ?? "";

function quiet(context: CheckContext): Promise<Finding> {
  return examine({ requirement: "A19.4", title: "no alert fires so often that nobody looks any more" }, async () => {
    const all = await firings(context);
    const pages = all
      .filter((one) => counted(one) && one.metric["severity"] === "critical")
      .reduce((sum, { count }) => sum + count, 0);
    const wrong: Offence[] = tooOften(all).map((one) => ({
      subject: nameOfRule(one),
      reason: `fired ${one.count} times in a week, ${LIMIT.ofARule} at most`,
    }));
    if (pages > LIMIT.pages)
      wrong.push({ subject: "pages", reason: `${pages} in a week, ${LIMIT.pages} at most (two in a shift)` });
    const most = all.filter(counted).sort((a, b) => b.count - a.count)[0];
    const detail =
      most === undefined
        ? `none fired within a week; ${context.outputs.slos.alerts.length} could`
        : `most: ${nameOfRule(most)}, ${most.count} times in a week`;
    return { looked: context.outputs.slos.alerts.length, wrong, detail };
  });
}

/** An alert is raised by a rule and is on its way through all that a real one goes through (A19.3). */
function notificationArrives(context: CheckContext, view: ClusterView): Promise<Finding> {
  const title = "an alert that is raised fires, and its notification is taken by the channel";
  return examine({ requirement: "A19.3", title }, async () => {
    await removeLeftovers(context, view);
    const before = await delivered(context);
    return raised(context, view, async (probe) => {
      const fired = await context.waitUntil({
        reason: "the probe's alert",
        deadlineSeconds: ARRIVE_SECONDS,
        attempt: async () => {
          const filter = new URLSearchParams({ filter: `probe="${probe}"` }).toString();
          const [alert] = await alertmanager<{ receivers: { name: string }[] }[]>(context, `alerts?${filter}`);
          return { done: alert !== undefined, value: alert?.receivers.map(({ name }) => name) ?? [] };
        },
      });
      if (!fired.done) return failed(probe, `has not reached Alertmanager within ${ARRIVE_SECONDS} s`);
      const told = await context.waitUntil({
        reason: "the probe's notification",
        deadlineSeconds: ARRIVE_SECONDS,
        attempt: async () => {
          const now = await delivered(context);
          const done = now.taken > before.taken || now.refused > before.refused;
          return { done, value: now };
        },
      });
      if (told.value.refused > before.refused) return failed("slack", "does not take the notification");
      if (!told.done) return failed(probe, `was notified to nobody within ${ARRIVE_SECONDS} s`);
      return { looked: 1, wrong: [], detail: `${probe} taken by slack, by way of ${fired.value.join(", ")}` };
    });
  });
}
const failed = (subject: string, reason: string) => ({ looked: 1, wrong: [{ subject, reason }], detail: "" });

/** Notifications to Slack so far: those it took, those it did not. */
async function delivered(context: CheckContext): Promise<{ taken: number; refused: number }> {
  const sum = async (metric: string) =>
    (await query(context, metric))
      .filter(({ metric: labels }) => labels["integration"] === "slack")
      .reduce((total, { value }) => total + Number(value[1]), 0);
  const refused = await sum(REFUSED);
  return { taken: (await sum(SENT)) - refused, refused };
}

/** Brings a rule that holds at once, and takes it away whatever happens. */
async function raised<T>(
  { outputs, config }: CheckContext,
  view: ClusterView,
  attempt: (probe: string) => Promise<T>,
): Promise<T> {
  const probe = `slipway-alert-probe-${randomBytes(4).toString("hex")}`;
  const rule = {
    alert: PROBE_ALERT.name,
    expr: PROBE_ALERT.expr,
    // The least urgent: it goes where nobody is woken (B6.2).
    labels: { severity: "info", environment: config.environment, probe },
    annotations: { summary: "the verification tries whether alerts arrive; nothing is to be done" },
  };
  const metadata = { name: probe, namespace: outputs.metrics.namespace, labels: { [LEFTOVER]: "true" } };
  const spec = { groups: [{ name: probe, interval: "15s", rules: [rule] }] };
  await view.create<KubernetesObject & { spec: object }>({ apiVersion: API, kind: "PrometheusRule", metadata, spec });
  try {
    return await attempt(probe);
  } finally {
    await view.remove({ apiVersion: API, kind: "PrometheusRule", metadata });
  }
}

/** Rules of a run that was killed would fire for ever. */
async function removeLeftovers({ outputs }: CheckContext, view: ClusterView): Promise<void> {
  const { namespace } = outputs.metrics;
  const rules = await view.list(API, "PrometheusRule", namespace);
  for (const { metadata } of rules.filter((rule) => rule.metadata?.labels?.[LEFTOVER] === "true"))
    await view.remove({
      apiVersion: API,
      kind: "PrometheusRule",
      metadata: { name: String(metadata?.name), namespace },
    });
}

/** A19.3: without addresses the operator leaves the routing out. */
async function withoutAddresses({ outputs }: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const { secret, path } = outputs.slos.addresses;
  const { namespace } = outputs.metrics;
  const synced = await view.get("external-secrets.io/v1", "ExternalSecret", secret, namespace);
  const ready = condition(synced, "Ready");
  return diagnosis(
    "A19.3",
    `the addresses of receivers are not there: ${ready?.message ?? "the ExternalSecret has no status"}`,
    `see that ${path} has every key of ExternalSecret ${namespace}/${secret}, and that the store lets ${namespace} read`,
    ready?.status === "True" ? [] : [`${namespace}/${secret}`],
  );
}

/** A19.3: what fires and does not arrive. */
function undelivered({ outputs }: CheckContext, findings: readonly Finding[]): Diagnosis[] {
  const refused = findings.filter(
    ({ requirement, verdict, detail }) =>
      requirement === "A19.3" && verdict === "failed" && detail.includes("does not take"),
  );
  return diagnosis(
    "A19.3",
    "the alert fires and the channel does not take it: the address leads nowhere, or the way out is closed",
    `put the channel's own address into ${outputs.slos.addresses.path}; see that NetworkPolicy allow-internet of ${outputs.metrics.namespace} is there`,
    refused.flatMap(({ subjects }) => subjects),
  );
}

/** A19.4: alert fatigue. */
async function noisy(context: CheckContext): Promise<Diagnosis[]> {
  const all = await firings(context).catch(() => []);
  return diagnosis(
    "A19.4",
    "these rules fire so often that people stop looking",
    "raise the threshold or the duration in infra/slo/alerts.ts, or make it a ticket; delete what nobody acts on",
    tooOften(all).map((one) => `${nameOfRule(one)} (${one.count} a week)`),
  );
}

/** A19.4: pages that ended before they reached the next person, mostly: nothing had to be done for them. */
async function overBeforeAnybodyCame(context: CheckContext): Promise<Diagnosis[]> {
  const all = await firings(context).catch(() => []);
  const lasted = (rule: string) =>
    all
      .filter(({ metric }) => metric["escalated"] === rule && metric["escalation"] === "manager")
      .reduce((sum, { count }) => sum + count, 0);
  const short = all.filter(
    (one) =>
      counted(one) &&
      one.metric["severity"] === "critical" &&
      one.count > LIMIT.idlePages &&
      lasted(nameOfRule(one)) * 2 < one.count,
  );
  return diagnosis(
    "A19.4",
    "pages without action: over half of them were over before 15 minutes had passed",
    "give the rule a longer duration, or route it as a warning (severity in infra/slo/alerts.ts)",
    short.map(nameOfRule),
  );
}
