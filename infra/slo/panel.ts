/** What is drawn: a title, a unit that Grafana knows, and legend → query. */
export interface Drawing {
  readonly title: string;
  readonly unit: "reqps" | "percentunit" | "ms" | "short" | "bytes" | "cores" | "s";
  readonly queries: Readonly<Record<string, string>>;
  /** One figure or a table-like list of figures instead of a line over time. */
  readonly kind?: "stat" | "timeseries";
  /** Below it is red, for shares that should be high. */
  readonly floor?: number;
}

/** Uid that the kube-prometheus-stack chart gives its data source. */
const SOURCE = { type: "prometheus", uid: "prometheus" } as const;
/** Grafana's grid is 24 wide; two panels stand side by side. */
const WIDTH = 12;
const HEIGHT = 8;
/** Units as Grafana names them, where they differ. */
const units: Readonly<Partial<Record<Drawing["unit"], string>>> = { cores: "none" };

/** A panel of Grafana's dashboard model (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/). */
export function panel({ title, unit, queries, kind = "timeseries", floor }: Drawing, index: number) {
  const thresholds =
    floor === undefined
      ? [{ color: "green", value: null }]
      : [
          { color: "red", value: null },
          { color: "green", value: floor },
        ];
  return {
    id: index + 1,
    type: kind,
    title,
    datasource: SOURCE,
    gridPos: { h: HEIGHT, w: WIDTH, x: (index % 2) * WIDTH, y: Math.floor(index / 2) * HEIGHT },
    targets: Object.entries(queries).map(([legendFormat, expr], i) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + i),
      datasource: SOURCE,
      expr,
      legendFormat,
      instant: kind === "stat",
      range: kind !== "stat",
    })),
    fieldConfig: {
      defaults: { unit: units[unit] ?? unit, thresholds: { mode: "absolute", steps: thresholds } },
      overrides: [],
    },
    options:
      kind === "stat"
        ? { reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false }, colorMode: "value", textMode: "auto" }
        : {
            legend: { displayMode: "list", placement: "bottom", showLegend: true },
            tooltip: { mode: "multi", sort: "desc" },
          },
  };
}

/** A choice above the panels: name → what stands in the queries. */
export interface Choice {
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
}

/** A variable of kind `custom`, its first value taken at first. */
export function variable({ name, values }: Choice) {
  const options = Object.entries(values).map(([text, value], i) => ({ text, value, selected: i === 0 }));
  return {
    type: "custom",
    name,
    label: name,
    query: options.map(({ text, value }) => (text === value ? text : `${text} : ${value}`)).join(","),
    options,
    current: options[0],
    multi: false,
    includeAll: false,
    hide: 0,
  };
}

/** A dashboard: uid, title and what is on it; nobody edits it in Grafana, since the next start would undo it. */
export function dashboard(uid: string, title: string, drawings: readonly Drawing[], choices: readonly Choice[] = []) {
  return {
    uid: `slipway-${uid}`,
    title: `Slipway / ${title}`,
    tags: ["slipway"],
    schemaVersion: 39,
    version: 1,
    editable: false,
    graphTooltip: 1,
    timezone: "utc",
    refresh: "1m",
    time: { from: "now-6h", to: "now" },
    annotations: { list: [] },
    templating: { list: choices.map(variable) },
    links: [
      { type: "dashboards", title: "Slipway", tags: ["slipway"], asDropdown: true, includeVars: true, keepTime: true },
    ],
    panels: drawings.map(panel),
  };
}
export type Dashboard = ReturnType<typeof dashboard>;
