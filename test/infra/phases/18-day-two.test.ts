import { expect } from "chai";
import { DayTwo } from "../../../infra/phases/18-day-two";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { configOf, record, valueOf } from "../../support/pulumi";

describe("phase 18: day 2", () => {
  const build = (environment: string) =>
    record(environment, () => {
      const provider = new k8s.Provider("cluster");
      const given = {
        config: configOf(environment),
        cluster: { provider },
        metrics: { namespace: pulumi.output("monitoring") },
      };
      return new DayTwo("day-two", given as never).outputs;
    });

  it("[H1.2] shows the daily and the weekly list in Grafana", async () => {
    const { seen, result } = await build("production");
    const board = seen.find(({ type }) => type === "kubernetes:core/v1:ConfigMap");
    expect(board?.inputs["metadata"]).to.deep.include({ namespace: "monitoring", labels: { grafana_dashboard: "1" } });
    expect(await valueOf(result.dashboard)).to.equal("monitoring/dashboard-maintenance");
  });
  it("[H1.4] says when an environment may be changed", async () => {
    expect(await valueOf((await build("production")).result.windows)).to.deep.equal([
      "monday, tuesday, wednesday, thursday 09:00 to 16:00 (Europe/Berlin)",
    ]);
    expect(await valueOf((await build("dev")).result.windows)).to.deep.equal(["at any time"]);
  });
});
