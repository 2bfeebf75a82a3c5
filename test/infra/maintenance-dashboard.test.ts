import { parser } from "@prometheus-io/lezer-promql";
import { expect } from "chai";
import { maintenanceDashboard, maintenancePanels, toldWindows } from "../../infra/maintenance-dashboard";
import { configOf } from "../support/pulumi";

/** What cert-manager, Velero and kube-state-metrics are known to expose. */
const KNOWN =
  /^(velero_backup_last_successful_timestamp|certmanager_certificate_expiration_timestamp_seconds|kube_node_(status_condition|info)|kube_poddisruptionbudget_status_(pod_disruptions_allowed|current_healthy|expected_pods)|kube_pod_container_status_last_terminated_reason)$/;

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
  it("names the windows beside them, as somebody there reads a clock [H1.4]", () => {
    expect(JSON.stringify(maintenanceDashboard(configOf("production").maintenance.windows))).to.include(
      "monday, tuesday, wednesday, thursday 09:00 to 16:00 (Europe/Berlin)",
    );
    expect(toldWindows([])).to.deep.equal(["at any time"]);
  });
});
