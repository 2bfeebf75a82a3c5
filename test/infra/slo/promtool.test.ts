import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import { ruleObjects } from "../../../infra/slo/manifests";
import type { AlertingRule } from "../../../infra/slo/rule";
import type { Environment } from "../../../infra/slo/severity";
import { exporters } from "../../../infra/slo/exporters";
import { receiversOf, type Labels, type RouteConfig } from "../../../orchestrator/checks/alert-routing";
import { findTools, TOOLS, type Tool } from "../../../orchestrator/sandbox/control-plane/tools";
import { useFolder } from "../../support/folder";
import { configOf } from "../../support/pulumi";
import { configurationOf } from "./configuration";

/** The tools, or one printed reason to go without. */
async function tools(): Promise<Record<string, string> | undefined> {
  const { found, missing } = await findTools(process.env);
  if (missing.length === 0) return Object.fromEntries(found.map(({ name, path: file }: Tool) => [name, file]));
  process.stdout.write(
    `      skipped: ${missing.join(" and ")} neither on PATH nor built (npm run control-plane -- ${TOOLS} builds them with Go)\n`,
  );
  return undefined;
}
/** What a program says; its whole output when it ends badly. */
function run(file: string, args: string[]): string {
  try {
    return execFileSync(file, args, { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${stdout}${stderr}`, { cause: error });
  }
}

const SHOP = { namespace: "shop", service: "web" };
const labelled = (name: string, labels: Labels) =>
  `${name}{${Object.entries(labels)
    .map(([key, value]) => `${key}="${value}"`)
    .join(",")}}`;
const answers = (code: string, values: string, place: Labels = SHOP) => ({
  series: labelled("envoy_cluster_upstream_rq_xx", { ...place, envoy_response_code_class: code }),
  values,
});
/** Every exporter answers, so that only what a case is about is silent. */
const measured = (except = "") =>
  exporters
    .filter(({ job }) => job !== except)
    .map(({ job }) => ({ series: labelled("up", { job }), values: "1x3000" }));

interface Expected {
  readonly labels: Labels;
  readonly summary: string;
}
interface Case {
  readonly name: string;
  readonly series: readonly { series: string; values: string }[];
  /** When → alert → who has it then; an alert that is not named is not looked at. */
  readonly alerts: Readonly<Record<string, Readonly<Record<string, readonly Expected[]>>>>;
}

/** A case in Prometheus' own format. */
function written({ name, series, alerts }: Case, environment: Environment) {
  const rules = Object.values(ruleObjects(configOf(environment)))
    .flat()
    .flatMap((group) => group.rules.filter((rule): rule is AlertingRule => "alert" in rule));
  const annotations = (alertname: string, { labels, summary }: Expected) => {
    const own = rules.filter(({ alert }) => alert === alertname);
    const rule =
      own.find(({ expr }) => labels["slo"] !== undefined && expr.includes(`slo="${labels["slo"]}"`)) ?? own[0];
    return { summary, runbook_url: rule?.annotations["runbook_url"] };
  };
  return {
    name,
    interval: "1m",
    input_series: series,
    alert_rule_test: Object.entries(alerts).flatMap(([eval_time, wanted]) =>
      Object.entries(wanted).map(([alertname, list]) => ({
        eval_time,
        alertname,
        exp_alerts: list.map((one) => ({
          exp_labels: { environment, ...one.labels },
          exp_annotations: annotations(alertname, one),
        })),
      })),
    ),
  };
}
const burns = (slo: string, share: string, severity = "critical"): Expected => ({
  labels: { severity, ...SHOP, slo },
  summary:
    slo === "availability"
      ? `shop/web: ${severity === "critical" ? "2 % of the budget in an hour, or 5 % in six" : "10 % of the budget in three days"}; ${share} of requests are bad, promised is that 999 of 1000 requests are answered without a server error (99.9 %)`
      : `shop/web: 2 % of the budget in an hour, or 5 % in six; ${share} of requests are bad, promised is that 99 of 100 requests are answered within 500 ms (99 %)`,
});
const share = (told: string, severity = "critical"): Expected => ({
  labels: { severity, ...SHOP, slo: "availability" },
  summary: `shop/web: ${told} of answers are server errors`,
});
const none = (...names: string[]) => Object.fromEntries(names.map((name) => [name, []]));

const production: Case[] = [
  {
    name: "all is well",
    series: [...measured(), answers("2", "0+120x120"), answers("5", "0x120")],
    alerts: {
      "2h": none("ErrorBudgetBurnsFast", "ErrorBudgetBurnsSlowly", "HighErrorShare", "NoTraffic", "NotMeasured"),
    },
  },
  {
    name: "2 of 100 fail: twenty times the budget pages within the hour, and the share is below its limit",
    series: [...measured(), answers("2", "0+98x120"), answers("5", "0+2x120")],
    alerts: {
      "1h10m": { ErrorBudgetBurnsFast: [burns("availability", "2%")], ...none("HighErrorShare") },
    },
  },
  {
    name: "5 of 1000 fail: it can wait until the working day",
    series: [...measured(), answers("2", "0+995x60"), answers("5", "0+5x60")],
    alerts: {
      "50m": { ...none("ErrorBudgetBurnsFast"), ErrorBudgetBurnsSlowly: [burns("availability", "0.5%", "warning")] },
    },
  },
  {
    name: "what is over ends soon: the short window",
    series: [...measured(), answers("2", "0+98x30 3038+100x60"), answers("5", "0+2x30 60x60")],
    alerts: { "25m": { ErrorBudgetBurnsFast: [burns("availability", "2%")] }, "1h5m": none("HighErrorShare") },
  },
  {
    name: "6 of 100 fail: the ratio is told after two minutes, whatever the budget says [B6.5]",
    series: [...measured(), answers("2", "0+100x30 3000+94x30"), answers("5", "0x30 0+6x30")],
    alerts: { "29m": none("HighErrorShare"), "45m": { HighErrorShare: [share("6%")] } },
  },
  {
    name: "a tenth is slow: the latency budget",
    series: [
      ...measured(),
      { series: labelled("envoy_cluster_upstream_rq_time_count", SHOP), values: "0+100x120" },
      { series: labelled("envoy_cluster_upstream_rq_time_bucket", { ...SHOP, le: "500" }), values: "0+80x120" },
    ],
    alerts: { "1h10m": { ErrorBudgetBurnsFast: [burns("latency", "20%")] } },
  },
  {
    name: "no traffic is a state of its own: told as such, and no share is made of nothing [B6.6]",
    series: [...measured(), answers("2", "0+6000x30 180000x60"), answers("5", "0x90")],
    alerts: {
      "30m": none("NoTraffic"),
      "40m": none("NoTraffic"),
      "50m": {
        NoTraffic: [
          {
            labels: { severity: "warning", ...SHOP },
            summary: "shop/web had traffic all day and has none now",
          },
        ],
        ...none("HighErrorShare", "ErrorBudgetBurnsFast", "ErrorBudgetBurnsSlowly"),
      },
    },
  },
  {
    name: "a service that is hardly ever called may be silent",
    series: [...measured(), answers("2", "0+1x30 30x60")],
    alerts: { "50m": none("NoTraffic", "HighErrorShare") },
  },
  {
    name: "a service without any series has no state at all",
    series: measured(),
    alerts: { "1h": none("NoTraffic", "HighErrorShare", "ErrorBudgetBurnsFast") },
  },
  {
    name: "what is not measured is told, since no other alert can",
    series: [
      ...measured("monitoring/slipway-envoy"),
      { series: 'up{job="monitoring/slipway-envoy"}', values: "1x10 0x60" },
    ],
    alerts: {
      "15m": none("NotMeasured"),
      "30m": {
        NotMeasured: [
          {
            labels: { severity: "warning", exporter: "envoy" },
            summary: "nothing is measured by envoy: alerts that rest on it cannot fire",
          },
        ],
      },
    },
  },
  {
    name: "previews raise nothing [B6.4]",
    series: [
      ...measured(),
      ...["2", "5"].map((code) => answers(code, "0+50x60", { namespace: "preview-42", service: "web" })),
      {
        series: 'kube_pod_container_status_restarts_total{namespace="preview-42",pod="web-0",container="web"}',
        values: "0+1x60",
      },
    ],
    alerts: { "1h": none("HighErrorShare", "ErrorBudgetBurnsFast", "RestartsOften") },
  },
  {
    name: "over three restarts in 15 minutes, for five [B6.5]",
    series: [
      ...measured(),
      {
        series: 'kube_pod_container_status_restarts_total{namespace="shop",pod="web-0",container="web"}',
        values: "0x10 1 2 3 4 5 5x30",
      },
      {
        series: 'kube_pod_container_status_restarts_total{namespace="shop",pod="web-1",container="web"}',
        values: "0x10 1 2 3 3x30",
      },
    ],
    alerts: {
      "16m": none("RestartsOften"),
      "22m": {
        RestartsOften: [
          {
            labels: { severity: "critical", namespace: "shop", pod: "web-0", container: "web" },
            summary: "shop/web-0: web restarted over 3 times in 15 minutes",
          },
        ],
      },
      "45m": none("RestartsOften"),
    },
  },
  {
    name: "a node that is not ready, a volume that is lost, an autoscaler that cannot grow",
    series: [
      ...measured(),
      { series: 'kube_node_status_condition{node="a",condition="Ready",status="true"}', values: "1x5 0x60" },
      { series: 'kube_node_status_condition{node="b",condition="Ready",status="true"}', values: "1x60" },
      {
        series: 'kube_persistentvolumeclaim_status_phase{namespace="shop",persistentvolumeclaim="data",phase="Lost"}',
        values: "0x5 1x60",
      },
      {
        series: 'kube_horizontalpodautoscaler_status_current_replicas{namespace="shop",horizontalpodautoscaler="web"}',
        values: "10x60",
      },
      {
        series: 'kube_horizontalpodautoscaler_spec_max_replicas{namespace="shop",horizontalpodautoscaler="web"}',
        values: "10x60",
      },
    ],
    alerts: {
      "8m": none("NodeNotReady", "AutoscalerAtMaximum"),
      "30m": {
        NodeNotReady: [{ labels: { severity: "critical", node: "a" }, summary: "node a is not ready" }],
        VolumeLost: [
          {
            labels: { severity: "critical", namespace: "shop", persistentvolumeclaim: "data" },
            summary: "shop/data is lost",
          },
        ],
        AutoscalerAtMaximum: [
          {
            labels: { severity: "warning", namespace: "shop", horizontalpodautoscaler: "web" },
            summary: "shop/web cannot grow any further",
          },
        ],
      },
    },
  },
  {
    name: "what was killed for memory, and what does not stay up",
    series: [
      ...measured(),
      {
        series:
          'kube_pod_container_status_last_terminated_reason{namespace="shop",pod="web-0",container="web",reason="OOMKilled"}',
        values: "1x60",
      },
      {
        series: 'kube_pod_container_status_restarts_total{namespace="shop",pod="web-0",container="web"}',
        values: "0x20 1x40",
      },
      {
        series:
          'kube_pod_container_status_waiting_reason{namespace="shop",pod="web-1",container="web",reason="CrashLoopBackOff"}',
        values: "0x5 1 0 0 1 0 0 1 0 0 1 0 0 1 0 0 1 0 0 0x30",
      },
    ],
    alerts: {
      "15m": {
        ...none("OomKilled"),
        CrashLoopBackOff: [
          {
            labels: { severity: "warning", namespace: "shop", pod: "web-1", container: "web" },
            summary: "shop/web-1: web does not stay up",
          },
        ],
      },
      "25m": {
        OomKilled: [
          {
            labels: { severity: "warning", namespace: "shop", pod: "web-0", container: "web" },
            summary: "shop/web-0: web went over its memory limit",
          },
        ],
      },
      "45m": none("OomKilled", "CrashLoopBackOff"),
    },
  },
  {
    name: "backups that are late, each schedule by its own measure",
    series: [
      ...measured(),
      { series: 'velero_backup_last_successful_timestamp{schedule="hourly"}', values: "0x300" },
      { series: 'velero_backup_last_successful_timestamp{schedule="daily"}', values: "0x300" },
    ],
    alerts: {
      "2h": none("BackupLate"),
      "3h": {
        BackupLate: [
          {
            labels: { severity: "critical", schedule: "hourly" },
            summary: "the last good backup of schedule hourly is 3h 0m 0s old",
          },
        ],
      },
    },
  },
  {
    name: "on-call at once, the manager after 15 minutes, the director after 30; then it ends with its cause [B6.3]",
    series: [
      ...measured(),
      { series: 'kube_node_status_condition{node="a",condition="Ready",status="true"}', values: "0x60 1x30" },
    ],
    alerts: {
      "6m": {
        NodeNotReady: [{ labels: { severity: "critical", node: "a" }, summary: "node a is not ready" }],
        ...none("EscalatedToManager"),
      },
      "19m": none("EscalatedToManager"),
      "22m": { EscalatedToManager: [escalated("manager", 15)], ...none("EscalatedToDirector") },
      "37m": { EscalatedToManager: [escalated("manager", 15)], EscalatedToDirector: [escalated("director", 30)] },
      "1h5m": none("NodeNotReady", "EscalatedToManager", "EscalatedToDirector"),
    },
  },
];
function escalated(person: string, minutes: number): Expected {
  return {
    labels: { severity: "critical", node: "a", escalation: person, escalated: "NodeNotReady" },
    summary: `NodeNotReady has gone on for ${minutes} minutes`,
  };
}
const staging: Case[] = [
  {
    name: "6 of 100 fail: below the limit of staging, 12 are above it after five minutes, a warning [B6.6]",
    series: [...measured(), answers("2", "0+94x30 2820+88x30"), answers("5", "0+6x30 180+12x30")],
    alerts: {
      "25m": none("HighErrorShare", "EscalatedToManager"),
      "50m": { HighErrorShare: [share("12%", "warning")] },
    },
  },
];
const dev: Case[] = [
  {
    name: "everything is worth an info [B6.2]",
    series: [...measured(), answers("2", "0+50x60"), answers("5", "0+50x60")],
    alerts: { "20m": { HighErrorShare: [share("50%", "info")] } },
  },
];

describe("rules of alerts, as Prometheus itself evaluates them", function () {
  this.timeout(60_000);
  const folder = useFolder();
  let promtool = "";
  before(async function () {
    const found = await tools();
    if (found === undefined) this.skip();
    else promtool = found["promtool"] ?? "";
  });

  for (const [environment, cases] of Object.entries({ dev, staging, production }) as [Environment, Case[]][]) {
    /** Rule files of an environment, in Prometheus' own format. */
    const rules = () =>
      Object.entries(ruleObjects(configOf(environment))).map(([name, groups]) => {
        const file = path.join(folder(), `${environment}-${name}.yaml`);
        fs.writeFileSync(file, stringify({ groups }));
        return file;
      });
    it(`takes the rules of ${environment}, with nothing to complain of`, () => {
      expect(run(promtool, ["check", "rules", "--lint=all", "--lint-fatal", ...rules()])).to.match(/SUCCESS/);
    });
    for (const one of cases)
      it(`${environment}: ${one.name}`, () => {
        const file = path.join(folder(), "test.yaml");
        const tests = [written(one, environment)];
        fs.writeFileSync(file, stringify({ rule_files: rules(), evaluation_interval: "30s", tests }));
        expect(run(promtool, ["test", "rules", file])).to.match(/SUCCESS/);
      });
  }
  it("would notice an alert that does not fire", () => {
    const file = path.join(folder(), "test.yaml");
    const rule = path.join(folder(), "rule.yaml");
    fs.writeFileSync(rule, stringify({ groups: [{ name: "a", rules: [{ alert: "A", expr: "vector(1) > 2" }] }] }));
    const tests = [
      { interval: "1m", alert_rule_test: [{ eval_time: "5m", alertname: "A", exp_alerts: [{ exp_labels: {} }] }] },
    ];
    fs.writeFileSync(file, stringify({ rule_files: [rule], evaluation_interval: "30s", tests }));
    expect(() => run(promtool, ["test", "rules", file])).to.throw(/FAILED/);
  });
});

describe("routing, as Alertmanager itself evaluates it", function () {
  this.timeout(60_000);
  const folder = useFolder();
  let amtool = "";
  before(async function () {
    const found = await tools();
    if (found === undefined) this.skip();
    else amtool = found["amtool"] ?? "";
  });
  /** Receivers by amtool; those of the configuration stay empty, since only the tree is asked. */
  function asked(route: RouteConfig, receivers: readonly string[], labels: Labels): string[] {
    const file = path.join(folder(), "alertmanager.yaml");
    fs.writeFileSync(file, stringify({ route, receivers: receivers.map((name) => ({ name })) }));
    const given = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    return run(amtool, ["config", "routes", "test", `--config.file=${file}`, ...given])
      .trim()
      .split(",");
  }

  it("agrees for every severity and escalation of every environment", () => {
    for (const environment of ["dev", "staging", "production"] as const) {
      const { route, receivers } = configurationOf(environment);
      const names = receivers.map(({ name }) => name);
      for (const severity of ["critical", "warning", "info", "none"])
        for (const more of [
          {},
          { escalation: "manager" },
          { escalation: "director" },
          { namespace: "preview-1" },
          { namespace: "previews" },
        ] as Labels[]) {
          const labels: Labels = { alertname: "A", severity, ...more };
          expect(receiversOf(route, labels), JSON.stringify(labels)).to.deep.equal(asked(route, names, labels));
        }
    }
  });
  it("agrees about order, continue, inheritance, expressions and labels that are missing", () => {
    const route: RouteConfig = {
      receiver: "root",
      routes: [
        {
          matchers: ['team="a"'],
          receiver: "a",
          continue: true,
          routes: [{ matchers: ['page="yes"'] }, { receiver: "a2", matchers: ['area=~"x|y.*"'] }],
        },
        { matchers: ['team=~"a|b"'], receiver: "ab" },
        { matchers: ['team!="c"', 'quiet=""'], receiver: "loud", continue: true },
        {
          matchers: ['area!~"x.+"', "quiet=yes"],
          receiver: "quiet",
          routes: [{ receiver: "deep", matchers: ['page="yes"'] }],
        },
      ],
    };
    const names = ["root", "a", "a2", "ab", "loud", "quiet", "deep"];
    for (const team of ["", "a", "b", "c"])
      for (const area of ["", "x", "xx"])
        for (const rest of [{}, { page: "yes" }, { quiet: "yes" }, { quiet: "yes", page: "yes" }] as Labels[]) {
          const labels: Labels = { alertname: "A", ...(team && { team }), ...(area && { area }), ...rest };
          expect(receiversOf(route, labels), JSON.stringify(labels)).to.deep.equal(asked(route, names, labels));
        }
  });
});
