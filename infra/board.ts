/** One question a dashboard answers. */
export interface Panel {
  readonly title: string;
  readonly kind: "stat" | "timeseries" | "table";
  readonly unit: "currencyUSD" | "percentunit" | "d" | "s" | "short";
  readonly query: string;
  readonly legend?: string;
  /** What somebody should make of it. */
  readonly description: string;
}

/** Panels two in a row, as Grafana reads them. Pure. */
export function boardOf(uid: string, title: string, panels: readonly Panel[]): object {
  return {
    uid,
    title,
    tags: ["slipway"],
    schemaVersion: 39,
    time: { from: "now-7d", to: "now" },
    refresh: "5m",
    panels: panels.map(({ title: question, kind, unit, query, legend, description }, index) => ({
      id: index + 1,
      type: kind,
      title: question,
      description,
      datasource: { type: "prometheus", uid: "prometheus" },
      gridPos: { x: (index % 2) * 12, y: Math.floor(index / 2) * 8, w: 12, h: 8 },
      fieldConfig: { defaults: { unit }, overrides: [] },
      targets: [
        {
          refId: "A",
          expr: query,
          ...(legend === undefined ? {} : { legendFormat: legend }),
          ...(kind === "timeseries" ? {} : { instant: true }),
          ...(kind === "table" ? { format: "table" } : {}),
        },
      ],
    })),
  };
}
