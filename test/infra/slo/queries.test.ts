import { parser } from "@prometheus-io/lezer-promql";
import { expect } from "chai";
import type { PlatformConfig } from "../../../infra/config";
import { dashboardsOf } from "../../../infra/slo/dashboards";
import { exporters, knownMetrics } from "../../../infra/slo/exporters";
import { indicatorRules, series } from "../../../infra/slo/indicators";
import { monitorSpec, ruleObjects, unwatched } from "../../../infra/slo/manifests";
import { windows } from "../../../infra/slo/objectives";
import { configOf } from "../../support/pulumi";

const environments = ["dev", "staging", "production"] as const;

const withFlux = (config: PlatformConfig): PlatformConfig => ({
  ...config,
  gitops: { ...config.gitops, engine: "flux" },
});
/** With what is off by default and measured where it is on (A10.1, A12.1). */
const withOptions = (config: PlatformConfig): PlatformConfig[] =>
  (["istio-ambient", "linkerd"] as const).map((kind) => ({
    ...config,
    mesh: { kind, namespaces: ["demo"], demands: [] },
    secrets: { ...config.secrets, vault: "vault" },
  }));
/** Every query of rules and dashboards, with where it stands. */
function queries(): { where: string; query: string }[] {
  // With either engine of GitOps: each is told of by its own (A7.5).
  const given = [
    ...environments.flatMap((environment) => [configOf(environment), withFlux(configOf(environment))]),
    ...withOptions(configOf("dev")),
  ];
  return given.flatMap((config) => {
    const { environment } = config;
    const rules = Object.values(ruleObjects(config))
      .flat()
      .flatMap((group) => group.rules)
      .map((rule) => ({ where: `${environment}: ${"alert" in rule ? rule.alert : rule.record}`, query: rule.expr }));
    const panels = dashboardsOf(config).flatMap(([name, { panels: all }]) =>
      all.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: `${name}: ${title}`, query: expr }))),
    );
    return [...rules, ...panels];
  });
}
/** Metrics a query names; throws where it is no PromQL. */
function metricsOf(query: string): string[] {
  const found: string[] = [];
  parser.parse(query).iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) throw new Error(`no PromQL at ${from}: ${query}`);
      if (type.name === "Identifier" && node.parent?.type.name === "VectorSelector") found.push(query.slice(from, to));
    },
  });
  return found;
}
const recorded = new Set(
  indicatorRules(30).flatMap(({ rules }) => rules.flatMap((rule) => ("record" in rule ? [rule.record] : []))),
);

describe("queries of rules and dashboards", () => {
  const all = queries();

  it("are PromQL, every one", () => {
    expect(all).to.have.length.above(200);
    for (const { where, query } of all) expect(() => metricsOf(query), where).not.to.throw();
  });
  it("use what the platform exposes or records, and nothing else", () => {
    const unknown = all.flatMap(({ where, query }) =>
      metricsOf(query)
        .filter((metric) => !knownMetrics.has(metric) && !recorded.has(metric))
        .map((metric) => `${where}: ${metric}`),
    );
    expect(unknown).to.deep.equal([]);
  });
  it("leave no exporter's metric in the list that nothing uses", () => {
    // The verification asks for these itself (A8.2, A19.3).
    const asked = ["kube_pod_info", "alertmanager_notifications_total"];
    const used = new Set([...all.flatMap(({ query }) => metricsOf(query)), ...asked]);
    const idle = [...knownMetrics].filter((metric) => !used.has(metric));
    expect(idle).to.deep.equal([]);
  });
  it("are judged by a parser that refuses what is none", () => {
    expect(() => metricsOf("sum by (namespace (up)")).to.throw("no PromQL");
    expect(metricsOf('rate(a_total{x="b"}[5m]) / on (x) group_left c')).to.deep.equal(["a_total", "c"]);
  });
});

describe("indicators", () => {
  it("are recorded over every window that an alert looks at", () => {
    expect([...recorded]).to.include.members(windows.map((window) => series.errors(window)));
  });
  it("tell the budget over what Prometheus keeps: 7 days in dev, its own 30 in production [B6.1]", () => {
    const told = (days: number) =>
      JSON.stringify(indicatorRules(days).find(({ name }) => name === "slipway.slo.budgets")?.rules);
    expect(told(7)).to.include('"window":"7d"').and.include("[7d]");
    expect(told(90)).to.include('"window":"30d"');
  });
});

describe("monitors", () => {
  it("keep of each exporter only what a query reads [A8.3]", () => {
    for (const exporter of unwatched)
      expect(JSON.stringify(monitorSpec(exporter))).to.include(
        JSON.stringify({ sourceLabels: ["__name__"], regex: exporter.metrics.join("|"), action: "keep" }),
      );
  });
  it("give Envoy's series the namespace and name of the route they belong to", () => {
    const envoy = unwatched.find(({ name }) => name === "envoy");
    const { podMetricsEndpoints } = monitorSpec(envoy as never) as {
      podMetricsEndpoints: { metricRelabelings: { regex: string; targetLabel?: string; replacement?: string }[] }[];
    };
    const rules =
      podMetricsEndpoints[0]?.metricRelabelings.filter(({ targetLabel }) => targetLabel !== undefined) ?? [];
    const told = rules.map(({ regex, targetLabel = "", replacement = "" }) => [
      targetLabel,
      "httproute/demo/web/rule/0".replace(new RegExp(`^(?:${regex})$`), replacement),
    ]);
    expect(told).to.deep.equal([
      ["namespace", "demo"],
      ["service", "web"],
    ]);
  });
  it("name every exporter once, with where its project lists its metrics", () => {
    const names = exporters.map(({ name }) => name);
    expect(new Set(names).size).to.equal(names.length);
    for (const { documented } of exporters) expect(documented).to.match(/^https:\/\//);
  });
});
