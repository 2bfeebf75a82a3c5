import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { Manifest } from "../../../infra/environments/manifest";
import { monitoringManifests } from "../../../infra/environments/monitoring";
import { podTemplate } from "../../../infra/environments/pod";
import { kinds, type Kind } from "../../../infra/environments/sizes";
import { severities } from "../../../infra/slo/severity";
import { syntaxError } from "../../support/fake-prometheus";
import { refreshSettings, specOf } from "../../support/environments";
import { root } from "../../support/pulumi";

const alerts = { environment: "production", runbook: "https://runbooks.example.com/slipway" } as const;
const of = (kind: Kind, more = {}) =>
  monitoringManifests(specOf(kind, { ...(kind !== "preview" && { alerts }), ...more }));
const one = (manifests: readonly Manifest[], kind: string) => manifests.find((manifest) => manifest.kind === kind);
interface Alert {
  alert: string;
  expr: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}
const alertsOf = (manifests: readonly Manifest[]) =>
  (one(manifests, "PrometheusRule")?.["spec"] as { groups: { rules: Alert[] }[] }).groups.flatMap(({ rules }) => rules);

describe("what measures an environment", () => {
  it("[B6.4] stable ones have metrics, alerts and a dashboard; previews raise no alert", () => {
    expect(kinds.map((kind) => of(kind).map((manifest) => manifest.kind))).to.deep.equal([
      [],
      ["PodMonitor", "PrometheusRule", "ConfigMap"],
      ["PodMonitor", "PrometheusRule", "ConfigMap"],
      ["PodMonitor", "PrometheusRule", "ConfigMap"],
    ]);
  });
  it("[B8.5] scrapes the application's pods at the port and path they have everywhere", () => {
    const spec = one(of("production"), "PodMonitor")?.["spec"] as {
      selector: { matchLabels: Record<string, string> };
      podMetricsEndpoints: { port: string; path: string }[];
    };
    const { metadata, spec: pod } = podTemplate(specOf("production"), {}) as {
      metadata: { labels: Record<string, string> };
      spec: { containers: { ports: { name: string }[] }[] };
    };
    expect(metadata.labels).to.include(spec.selector.matchLabels);
    expect(spec.podMetricsEndpoints).to.deep.equal([{ port: "http", path: "/metrics" }]);
    expect(pod.containers[0]?.ports.map(({ name }) => name)).to.include("http");
  });
  it("[B6.6] every alert has severity, environment and a runbook that exists, and is in Prometheus's grammar", () => {
    for (const { alert, expr, labels, annotations } of alertsOf(of("staging", { refresh: refreshSettings }))) {
      expect(labels["environment"], alert).to.equal("production");
      expect(Object.values(severities.production), alert).to.include(labels["severity"]);
      const page = path.basename(annotations["runbook_url"] ?? "");
      expect(fs.existsSync(path.join(root, "docs/runbooks", `${page}.md`)), page).to.equal(true);
      expect(syntaxError(expr), expr).to.equal(undefined);
      expect(expr, alert).to.include('namespace="staging"');
    }
  });
  it("[D5.2] tells of what a canary would have been taken back for, and of jobs that failed", () => {
    const names = (kind: Kind, more = {}) => alertsOf(of(kind, more)).map(({ alert }) => alert);
    const usual = [
      "ApplicationErrors",
      "ApplicationSlow",
      "ApplicationDown",
      "ApplicationNotMeasured",
      "MigrationFailed",
    ];
    expect(names("production")).to.deep.equal(usual);
    expect(names("staging", { refresh: refreshSettings })).to.deep.equal([...usual, "DataRefreshFailed"]);
    const [errors, slow] = alertsOf(of("production"));
    expect([errors?.expr.slice(-6), slow?.expr.slice(-5)]).to.deep.equal(["> 0.01", "> 500"]);
  });
  it("[B6.8] has a dashboard of its own, which Grafana finds and whose queries are in the grammar", () => {
    const board = one(of("qa"), "ConfigMap");
    expect(board?.metadata.labels).to.include({ grafana_dashboard: "1" });
    const [[file, text] = ["", ""]] = Object.entries(board?.["data"] as Record<string, string>);
    expect(file).to.equal("slipway-environment-qa.json");
    const { uid, panels } = JSON.parse(text) as { uid: string; panels: { targets: { expr: string }[] }[] };
    expect(uid.length).to.be.at.most(40);
    expect(panels).to.have.length(6);
    for (const { expr } of panels.flatMap(({ targets }) => targets))
      expect(syntaxError(expr), expr).to.equal(undefined);
  });
});
