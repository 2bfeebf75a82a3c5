import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { alertRules, errorShares } from "../../../infra/slo/alerts";
import { alertNames, ruleObjects } from "../../../infra/slo/manifests";
import { burnRates, errorBudget, objectives, WINDOW_DAYS } from "../../../infra/slo/objectives";
import { severities, type Environment } from "../../../infra/slo/severity";
import { monitoringManifests } from "../../../infra/environments/monitoring";
import { stableSpec } from "../../../infra/environments/stable";
import type { AlertingRule } from "../../../infra/slo/rule";
import { imageOf, refreshSettings } from "../../support/environments";
import { statefulAlerts } from "../../../infra/stateful/alerts";
import { configOf, root } from "../../support/pulumi";

const environments = ["dev", "staging", "production"] as const;
const alertsOf = (environment: Environment): AlertingRule[] =>
  alertRules(configOf(environment)).flatMap(({ rules }) => rules.filter((rule) => "alert" in rule));
const named = (environment: Environment, name: string) => alertsOf(environment).filter(({ alert }) => alert === name);
const RUNBOOKS = path.join(root, "docs/runbooks");
const HOURS: Readonly<Record<string, number>> = { "1h": 1, "6h": 6, "3d": 72 };

describe("alerts", () => {
  for (const environment of environments) {
    it(`of ${environment} each have severity, environment and a runbook that exists [B6.6] [H3.2]`, () => {
      const alerts = alertsOf(environment);
      expect(alerts).to.have.length.above(15);
      for (const { alert, labels, annotations } of alerts) {
        expect(labels["severity"], alert).to.be.oneOf(Object.values(severities[environment]));
        expect(labels["environment"], alert).to.equal(environment);
        expect(annotations["summary"], alert).to.be.a("string");
        const page = annotations["runbook_url"]?.split("/").at(-1) ?? "";
        expect(fs.existsSync(path.join(RUNBOOKS, `${page}.md`)), `${alert}: runbook ${page}`).to.equal(true);
      }
    });
    it(`of ${environment} are evaluated every 30 s [B6.5]`, () => {
      expect(alertRules(configOf(environment)).map(({ interval }) => interval)).to.satisfy((all: string[]) =>
        all.every((interval) => interval === "30s"),
      );
    });
    it(`of ${environment} say nothing of previews, where they look at namespaces [B6.4]`, () => {
      const blind = /kube_node|alertmanager_|argocd_|velero_|^absent\(/;
      const loud = alertsOf(environment).filter(({ expr }) => !blind.test(expr) && !expr.includes("preview-"));
      expect(loud.map(({ alert }) => alert)).to.deep.equal([]);
    });
  }
  it("are info in dev, warnings in staging, and page in production alone [B6.2] [B6.3]", () => {
    const levels = environments.map((environment) => [
      ...new Set(alertsOf(environment).map(({ labels }) => labels["severity"])),
    ]);
    expect(levels).to.deep.equal([["info"], ["warning"], ["critical", "warning"]]);
  });
  it("tell of server errors above 5 % for 2 minutes in production, above 10 % for 5 in staging [B6.5] [B6.6]", () => {
    expect(errorShares.production).to.deep.equal({ above: 0.05, for: "2m" });
    expect(errorShares.staging).to.deep.equal({ above: 0.1, for: "5m" });
    const [rule] = named("production", "HighErrorShare");
    expect(rule?.expr).to.match(/ratio_rate5m\{slo="availability".*> 0\.05$/);
    expect(rule?.for).to.equal("2m");
  });
  it("tell of over 3 restarts in 15 minutes, after 5 [B6.5]", () => {
    const [rule] = named("production", "RestartsOften");
    expect(rule?.expr).to.match(/^increase\(kube_pod_container_status_restarts_total\{.*\[15m\]\) > 3$/);
    expect(rule).to.deep.include({ for: "5m" });
    expect(rule?.labels["severity"]).to.equal("critical");
  });
  it("go to the manager after 15 minutes and to the director after 30, in production alone [B6.3]", () => {
    expect(named("production", "EscalatedToManager").map((rule) => rule.for)).to.deep.equal(["15m"]);
    expect(named("production", "EscalatedToDirector").map((rule) => rule.for)).to.deep.equal(["30m"]);
    for (const environment of ["dev", "staging"] as const)
      expect(alertNames(configOf(environment)).filter((name) => name.startsWith("Escalated"))).to.deep.equal([]);
  });
  it("judge backups only where there are schedules [B4.1] [B4.2]", () => {
    const counts = environments.map((environment) => named(environment, "BackupLate").length);
    expect(counts).to.deep.equal([0, 1, 2]);
  });
  it("have a name that says one thing: the same runbook wherever it is used", () => {
    for (const alert of alertsOf("production")) {
      const pages = new Set(named("production", alert.alert).map(({ annotations }) => annotations["runbook_url"]));
      // Latency and availability burn the same way and are looked into differently.
      if (!alert.alert.startsWith("ErrorBudget")) expect(pages.size, alert.alert).to.equal(1);
    }
  });
  it("keep the names that the operator allows, each group once", () => {
    for (const environment of environments)
      for (const groups of Object.values(ruleObjects(configOf(environment)))) {
        const names = groups.map(({ name }) => name);
        expect(new Set(names).size).to.equal(names.length);
      }
  });
});

describe("burn rates", () => {
  it("spend the stated part of the budget over their long window [A19.2]", () => {
    for (const { long, factor, spent } of burnRates)
      expect((factor * (HOURS[long] ?? 0)) / (WINDOW_DAYS * 24)).to.be.closeTo(spent, 1e-9);
  });
  it("have a short window of a twelfth of the long one, which ends the alert soon", () => {
    const minutes: Readonly<Record<string, number>> = { "5m": 5, "30m": 30, "6h": 360 };
    for (const { long, short } of burnRates) expect((HOURS[long] ?? 0) * 60).to.equal(12 * (minutes[short] ?? 0));
  });
  it("leave targets above the canary's 99 %, or equal to it [D5.2]", () => {
    for (const objective of objectives) {
      expect(objective.target, objective.name).to.be.at.least(0.99);
      expect(errorBudget(objective) + objective.target).to.equal(1);
    }
  });
});

describe("runbooks", () => {
  const pages = fs.readdirSync(RUNBOOKS).filter((file) => file.endsWith(".md") && file !== "README.md");
  const read = (file: string) => fs.readFileSync(path.join(RUNBOOKS, file), "utf8");
  const header = (file: string) =>
    parse(/^---\n(.*?)\n---\n/s.exec(read(file))?.[1] ?? "") as {
      alerts: string[];
      owner: string;
      tested: string;
      test: string;
    };
  const used = new Map<string, Set<string>>();
  const data = environments.map((name) => statefulAlerts(configOf(name)));
  const ofData = data.flatMap(({ kafka, postgres }) => [...kafka, ...postgres]);
  const applications = environments.flatMap((name) => {
    const spec = stableSpec(configOf(name), imageOf("a"));
    const manifests = spec === undefined ? [] : monitoringManifests({ ...spec, refresh: refreshSettings });
    return manifests.flatMap((manifest) =>
      manifest.kind === "PrometheusRule"
        ? (manifest["spec"] as { groups: { rules: AlertingRule[] }[] }).groups.flatMap(({ rules }) => rules)
        : [],
    );
  });
  // What is told of what is off by default.
  const plain = configOf("dev");
  const ofOptions = (["istio-ambient", "linkerd"] as const).flatMap((kind) =>
    alertRules({
      ...plain,
      mesh: { kind, namespaces: ["demo"], demands: [] },
      secrets: { ...plain.secrets, vault: "vault" },
    }).flatMap(({ rules }) => rules.filter((rule) => "alert" in rule)),
  );
  for (const { alert, annotations } of [...environments.flatMap(alertsOf), ...ofOptions, ...ofData, ...applications]) {
    const page = `${annotations["runbook_url"]?.split("/").at(-1) ?? ""}.md`;
    used.set(page, (used.get(page) ?? new Set()).add(alert));
  }

  for (const file of pages)
    it(`${file} names its alerts, its owner, when and how it was last tested [H2.2]`, () => {
      const { alerts, owner, tested, test } = header(file);
      expect(alerts).to.have.members([...(used.get(file) ?? [])]);
      expect(owner).to.match(/\S/);
      expect(tested).to.match(/^\d{4}-\d{2}-\d{2}$/);
      expect(test).to.match(/\S/);
      expect(read("README.md")).to.include(`](${file})`);
    });
  it("cover pod crash, node failure, volume loss and a high error rate [H2.2]", () => {
    expect(pages).to.include.members(["pod-crash.md", "node-failure.md", "volume-loss.md", "high-error-rate.md"]);
  });
  it("look at events, logs, restarts, liveness and limits of a crash loop, in that order [H2.3]", () => {
    const steps = [...read("crash-loop-back-off.md").matchAll(/^\d+\. \*\*(\w+)\*\*/gm)].map(([, step]) => step);
    expect(steps).to.deep.equal(["Events", "Logs", "Restarts", "Liveness", "Limits"]);
  });
  it("compare use with the limit and right-size what was killed for memory [H2.3]", () => {
    expect(read("oom-killed.md"))
      .to.match(/Use against limit/)
      .and.match(/Right-size/);
  });
});
