import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { prometheusStackValues } from "../../infra/metrics-values";
import { configOf, root } from "../support/pulumi";

const CHARTS = process.env["SLIPWAY_CHART_FACTS"] ?? path.join(root, "..", "shared", "charts");

/** Named in a comment of the chart's values, without a default. */
const COMMENTED = new Set(["grafana.persistence.storageClassName"]);

/** A subchart's values under those its parent gives it. */
function deep(under: unknown, over: unknown): unknown {
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(under) || !isMap(over)) return over ?? under;
  return Object.fromEntries(
    [...new Set([...Object.keys(under), ...Object.keys(over)])].map((key) => [key, deep(under[key], over[key])]),
  );
}

describe("values of kube-prometheus-stack", () => {
  const values = (remote?: string) =>
    prometheusStackValues(configOf("staging"), { agents: "monitoring-agents", grafanaSecret: "grafana-admin", remote });

  it("are all keys of the published charts, misspelt ones would be ignored in silence", function () {
    const read = (chart: string) => {
      const file = path.join(CHARTS, chart, "values.yaml");
      return fs.existsSync(file) ? (parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>) : undefined;
    };
    const published = read("kube-prometheus-stack");
    if (published === undefined) {
      process.stdout.write("      skipped: the published charts are not at hand (set SLIPWAY_CHART_FACTS)\n");
      return this.skip();
    }
    const merged: Record<string, unknown> = { ...published };
    for (const [key, chart] of [
      ["grafana", "grafana"],
      ["kube-state-metrics", "kube-state-metrics"],
      ["prometheus-node-exporter", "prometheus-node-exporter"],
    ] as const)
      merged[key] = deep(read(chart), published[key]);
    const unknown: string[] = [];
    const walk = (given: unknown, known: unknown, at: string) => {
      if (typeof given !== "object" || given === null || Array.isArray(given)) return;
      // A map that is empty by default takes what Kubernetes takes there.
      if (typeof known !== "object" || known === null || Object.keys(known).length === 0) return;
      if (/securityContext\.$/i.test(at)) return;
      for (const [key, value] of Object.entries(given)) {
        if (!(key in known) && !COMMENTED.has(`${at}${key}`)) unknown.push(`${at}${key}`);
        else walk(value, (known as Record<string, unknown>)[key], `${at}${key}.`);
      }
    };
    walk(values("https://store/"), merged, "");
    expect(unknown).to.deep.equal([]);
  });
  it("give every container a request and a limit (E2.1)", () => {
    const given = JSON.stringify(values());
    for (const part of ["prometheusOperator", "prometheusSpec", "alertmanagerSpec", "sidecar", "kube-state-metrics"])
      expect(given).to.match(new RegExp(`"${part}":\\{.*?"resources":\\{"requests":`));
  });
  it("write on only what is worth keeping, and only where there is a store", () => {
    expect(values()).to.not.have.nested.property("prometheus.prometheusSpec.remoteWrite");
    expect(values("https://store/")).to.have.nested.property(
      "prometheus.prometheusSpec.remoteWrite[0].writeRelabelConfigs[0].action",
      "keep",
    );
  });
});
