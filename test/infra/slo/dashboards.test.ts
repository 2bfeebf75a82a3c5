import { expect } from "chai";
import { z } from "zod";
import { dashboardsOf } from "../../../infra/slo/dashboards";
import { dashboard, panel, variable } from "../../../infra/slo/panel";
import { configOf } from "../../support/pulumi";

const environments = ["dev", "staging", "production"] as const;
const names = (environment: string) => dashboardsOf(configOf(environment)).map(([name]) => name);

/** What Grafana reads of a dashboard (its dashboard JSON model, schema version 39); strict, so that nothing is misspelt. */
const source = z.strictObject({ type: z.literal("prometheus"), uid: z.literal("prometheus") });
const model = z.strictObject({
  uid: z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/),
  title: z.string().min(1),
  tags: z.array(z.string()),
  schemaVersion: z.literal(39),
  version: z.int(),
  editable: z.boolean(),
  graphTooltip: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  timezone: z.enum(["utc", "browser", ""]),
  refresh: z.string().regex(/^\d+[smh]$/),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  annotations: z.strictObject({ list: z.array(z.unknown()) }),
  links: z.array(
    z.strictObject({
      type: z.enum(["dashboards", "link"]),
      title: z.string(),
      tags: z.array(z.string()),
      asDropdown: z.boolean(),
      includeVars: z.boolean(),
      keepTime: z.boolean(),
    }),
  ),
  templating: z.strictObject({
    list: z.array(
      z.strictObject({
        type: z.enum(["custom", "query", "datasource", "constant"]),
        name: z.string().regex(/^\w+$/),
        label: z.string(),
        query: z.string(),
        options: z.array(z.strictObject({ text: z.string(), value: z.string(), selected: z.boolean() })).min(1),
        current: z.strictObject({ text: z.string(), value: z.string(), selected: z.literal(true) }),
        multi: z.boolean(),
        includeAll: z.boolean(),
        hide: z.literal(0),
      }),
    ),
  }),
  panels: z
    .array(
      z.strictObject({
        id: z.int().positive(),
        type: z.enum(["timeseries", "stat"]),
        title: z.string().min(1),
        datasource: source,
        gridPos: z.strictObject({
          h: z.int().positive(),
          w: z.int().min(1).max(24),
          x: z.int().min(0).max(23),
          y: z.int().min(0),
        }),
        targets: z
          .array(
            z.strictObject({
              refId: z.string().regex(/^[A-Z]$/),
              datasource: source,
              expr: z.string().min(1),
              legendFormat: z.string().min(1),
              instant: z.boolean(),
              range: z.boolean(),
            }),
          )
          .min(1),
        fieldConfig: z.strictObject({
          defaults: z.strictObject({
            // Ids of @grafana/data's value formats.
            unit: z.enum(["reqps", "percentunit", "ms", "short", "bytes", "none", "s"]),
            thresholds: z.strictObject({
              mode: z.literal("absolute"),
              steps: z.array(z.strictObject({ color: z.string(), value: z.number().nullable() })).min(1),
            }),
          }),
          overrides: z.array(z.unknown()),
        }),
        options: z.record(z.string(), z.unknown()),
      }),
    )
    .min(1),
});

describe("dashboards", () => {
  for (const environment of environments)
    it(`of ${environment} are what Grafana reads`, () => {
      const uids = new Set<string>();
      for (const [name, board] of dashboardsOf(configOf(environment))) {
        expect(model.safeParse(JSON.parse(JSON.stringify(board))).error, name).to.equal(undefined);
        expect(uids.has(board.uid), name).to.equal(false);
        uids.add(board.uid);
      }
    });
  it("show applications, errors, response times and use in dev [B6.7]", () => {
    expect(names("dev")).to.deep.equal(["applications", "namespaces", "service-levels"]);
    const [, board] = dashboardsOf(configOf("dev"))[0] ?? [];
    expect(board?.panels.map(({ title }) => title)).to.include.members([
      "Requests",
      "Error rate",
      "Response times",
      "CPU",
      "Memory",
    ]);
  });
  it("add load tests and benchmarks in staging (cost is phase 17's); SLA, business, capacity and incidents in production [B6.7] [B6.8]", () => {
    expect(names("staging")).to.deep.equal([...names("dev"), "load-tests", "benchmarks"]);
    expect(names("production")).to.deep.equal([...names("staging"), "sla", "business", "capacity", "incidents"]);
  });
  it("have one with the namespace as a choice, production at first, every query bound to it [B6.9]", () => {
    const [, board] = dashboardsOf(configOf("production")).find(([name]) => name === "namespaces") ?? [];
    const [choice] = board?.templating.list ?? [];
    expect(choice?.current?.value).to.equal("production");
    expect(choice?.options.map(({ text }) => text)).to.include.members([
      "production",
      "staging",
      "qa",
      "dev",
      "previews",
    ]);
    for (const { title, targets } of board?.panels ?? [])
      for (const { expr } of targets) expect(expr, title).to.include('namespace=~"$namespace"');
  });
  it("show the four golden signals of services [H3.1]", () => {
    const [, board] = dashboardsOf(configOf("dev"))[0] ?? [];
    const all = JSON.stringify(board);
    for (const signal of ["rq_time_bucket", "slo_requests", "slo_errors", "throttled"]) expect(all).to.include(signal);
  });
  it("place panels side by side, without one over another", () => {
    const { panels } = dashboard(
      "a",
      "A",
      Array.from({ length: 5 }, () => ({ title: "t", unit: "s", queries: { a: "up" } })),
    );
    const places = panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
    expect(places).to.deep.equal(["0,0", "12,0", "0,8", "12,8", "0,16"]);
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(5);
  });
  it("colour a share red below its floor, and take one figure where one is asked for", () => {
    const { fieldConfig, targets } = panel(
      { title: "t", unit: "percentunit", kind: "stat", floor: 0.9, queries: { a: "up" } },
      0,
    );
    expect(fieldConfig.defaults.thresholds.steps[1]).to.deep.equal({ color: "green", value: 0.9 });
    expect(targets[0]).to.deep.include({ instant: true, range: false });
  });
  it("write a choice's text and value apart where they differ", () => {
    expect(variable({ name: "n", values: { a: "a", some: "b.+" } }).query).to.equal("a,some : b.+");
  });
});
