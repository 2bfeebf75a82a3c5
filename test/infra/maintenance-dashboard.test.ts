import { parser } from "@prometheus-io/lezer-promql";
import { expect } from "chai";
import { admissionRules } from "../../infra/admission/policies";
import { maintenanceDashboard, maintenancePanels, toldWindows } from "../../infra/maintenance-dashboard";
import { configOf } from "../support/pulumi";

/** What cert-manager, Velero, kube-state-metrics and the API server are known to expose. */
const KNOWN =
  /^(velero_backup_last_successful_timestamp|certmanager_certificate_expiration_timestamp_seconds|kube_node_(status_condition|info)|kube_poddisruptionbudget_status_(pod_disruptions_allowed|current_healthy|expected_pods)|kube_pod_container_status_last_terminated_reason|apiserver_validating_admission_policy_check_total)$/;

describe("the daily and the weekly list [H1.2]", () => {
  for (const { title, query } of maintenancePanels)
    it(`asks "${title}" in PromQL, of metrics that are there`, () => {
      let broken = false;
      const metrics: string[] = [];
      parser.parse(query).iterate({
        enter: ({ type, from, to }) => {
          if (type.isError) broken = true;
          if (type.name === "VectorSelector") metrics.push(/^\w+/.exec(query.slice(from, to))?.[0] ?? "");
        },
      });
      expect(broken, query).to.equal(false);
      expect(metrics).to.not.deep.equal([]);
      for (const metric of metrics) expect(metric).to.match(KNOWN);
    });
  it("shows what the rules refuse or would refuse, of the pack's own policies in every environment [E1.1]", () => {
    const panel = maintenancePanels.find(({ query }) => query.includes("validating_admission_policy"));
    const [, pattern = ""] = /policy=~"([^"]+)"/.exec(panel?.query ?? "") ?? [];
    for (const environment of ["dev", "staging", "production"] as const) {
      const { security } = configOf(environment);
      const held = admissionRules(environment, security.admission);
      expect(held.length, environment).to.be.greaterThan(20);
      for (const { name } of held) expect(name).to.match(new RegExp(`^(?:${pattern})$`));
      expect(JSON.stringify(maintenanceDashboard([]))).to.include("apiserver_validating_admission_policy_check_total");
    }
  });
  it("names the windows beside them, as somebody there reads a clock [H1.4]", () => {
    expect(JSON.stringify(maintenanceDashboard(configOf("production").maintenance.windows))).to.include(
      "monday, tuesday, wednesday, thursday 09:00 to 16:00 (Europe/Berlin)",
    );
    expect(toldWindows([])).to.deep.equal(["at any time"]);
  });
});
