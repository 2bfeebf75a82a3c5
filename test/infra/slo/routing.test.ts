import { expect } from "chai";
import { PREVIEWS, type Environment } from "../../../infra/slo/severity";
import { alertmanagerConfig, secretKeys } from "../../../infra/slo/routing";
import { integrationsOf, type Labels } from "../../../orchestrator/checks/alert-routing";
import { configOf } from "../../support/pulumi";
import { configurationOf } from "./configuration";

describe("routing of alerts, by example", () => {
  const out = (environment: Environment, labels: Labels) =>
    integrationsOf(configurationOf(environment), {
      alertname: "HighErrorShare",
      namespace: "shop",
      environment,
      ...labels,
    });
  const everyone = ["email", "slack"];
  const minutes = (environment: Environment, severity: string) => ({
    0: out(environment, { severity }),
    15: out(environment, {
      severity,
      alertname: "EscalatedToManager",
      escalation: "manager",
      escalated: "HighErrorShare",
    }),
    30: out(environment, {
      severity,
      alertname: "EscalatedToDirector",
      escalation: "director",
      escalated: "HighErrorShare",
    }),
  });

  it("tells a critical alert of production to on-call, Slack and mail, then to the manager, then to the director [B6.3]", () => {
    expect(minutes("production", "critical")).to.deep.equal({
      0: ["email", "pagerduty", "slack"],
      15: ["pagerduty"],
      30: ["pagerduty"],
    });
    const { receivers } = alertmanagerConfig(configOf("production"));
    const keys = receivers.flatMap(({ name, pagerdutyConfigs = [] }) =>
      pagerdutyConfigs.map((one) => [name, (one as { routingKey: { key: string } }).routingKey.key]),
    );
    expect(keys).to.deep.equal([
      ["on-call", "pagerduty-on-call"],
      ["manager", "pagerduty-manager"],
      ["director", "pagerduty-director"],
    ]);
  });
  it("tells a warning of production to Slack and mail, and wakes nobody for it [H3.2]", () => {
    expect(out("production", { severity: "warning" })).to.deep.equal(everyone);
    expect(out("production", { severity: "info" })).to.deep.equal(["slack"]);
  });
  it("tells staging to Slack and mail, without paging whatever a chart calls critical [B6.2]", () => {
    expect(out("staging", { severity: "warning" })).to.deep.equal(everyone);
    expect(out("staging", { severity: "critical" })).to.deep.equal(everyone);
  });
  it("tells dev to Slack alone, in its own channel [B6.1] [B6.2]", () => {
    for (const severity of ["critical", "warning", "info"]) expect(out("dev", { severity })).to.deep.equal(["slack"]);
    expect(JSON.stringify(alertmanagerConfig(configOf("dev")).receivers)).to.include("#slack-dev");
  });
  it("tells nobody of previews, nor that alerting itself lives [B6.4]", () => {
    for (const environment of ["dev", "staging", "production"] as const) {
      expect(out(environment, { severity: "critical", namespace: "preview-42" })).to.deep.equal([]);
      expect(out(environment, { severity: "none", alertname: "Watchdog" })).to.deep.equal([]);
      // A namespace that merely begins alike is no preview.
      expect(out(environment, { severity: "critical", namespace: "previews" })).to.not.deep.equal([]);
    }
    expect(new RegExp(`^(?:${PREVIEWS})$`).test("preview-42")).to.equal(true);
  });
  it("holds addresses by reference only, each of them in the environment's secret [A12.3]", () => {
    for (const environment of ["dev", "staging", "production"] as const) {
      const told = JSON.stringify(alertmanagerConfig(configOf(environment)));
      expect(told).to.not.match(/https?:\/\/|password"\s*:\s*"/i);
      const keys = [...told.matchAll(/"name":"alert-receivers","key":"([^"]+)"/g)].map(([, key]) => key);
      expect([...new Set(keys)]).to.have.members([...secretKeys[environment]]);
    }
  });
});
