import { parser } from "@prometheus-io/lezer-promql";
import { expect } from "chai";
import { costDashboard, costPanels } from "../../infra/cost-dashboard";

/** What OpenCost, kube-state-metrics and the kubelet are known to expose. */
const KNOWN = [
  "node_total_hourly_cost",
  "node_cpu_hourly_cost",
  "node_ram_hourly_cost",
  "pv_hourly_cost",
  "container_cpu_allocation",
  "container_memory_allocation_bytes",
  "kube_persistentvolume_capacity_bytes",
  "kube_pod_container_resource_requests",
  "kube_resourcequota",
  "container_cpu_usage_seconds_total",
];

describe("the dashboard of costs [A17.1]", () => {
  for (const { title, query } of costPanels)
    it(`asks "${title}" in PromQL, of metrics that are there`, () => {
      const metrics: string[] = [];
      let broken = false;
      parser.parse(query).iterate({
        enter: ({ type, from, to }) => {
          if (type.isError) broken = true;
          if (type.name === "VectorSelector") metrics.push(/^\w+/.exec(query.slice(from, to))?.[0] ?? "");
        },
      });
      expect(broken, query).to.equal(false);
      expect(metrics).to.not.deep.equal([]);
      expect(KNOWN).to.include.members(metrics);
    });
  it("gives every panel a place and a number of its own", () => {
    const { panels } = costDashboard() as { panels: { id: number; gridPos: { x: number; y: number } }[] };
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(costPanels.length);
    expect(new Set(panels.map(({ gridPos }) => `${gridPos.x} ${gridPos.y}`)).size).to.equal(costPanels.length);
  });
});
