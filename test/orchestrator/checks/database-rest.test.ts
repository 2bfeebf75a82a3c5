import { expect } from "chai";
import type { CheckContext } from "../../../orchestrator/checks/check";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";
import { databaseRestArranged, databaseRestCauses } from "../../../orchestrator/checks/database-rest";

const schedules = { "database-evening": "0 20 * * 1", "database-morning": "0 7 * * 1" };
const context = {
  outputs: { cost: { databaseRest: { namespace: "off-hours", schedules, databases: ["checkout-database/checkout"] } } },
  config: { cost: { workingHours: { timeZone: "Europe/Berlin" } } },
} as unknown as CheckContext;
const job = (name: string, schedule: string, more: object = {}) => ({
  metadata: { name },
  spec: { schedule, timeZone: "Europe/Berlin", ...more },
});
const evening = job("database-evening", "0 20 * * 1");
const morning = job("database-morning", "0 7 * * 1");
const view = (jobs: readonly object[], hibernation = "off", failed: readonly object[] = []) =>
  ({
    list: (_api: string, kind: string) => Promise.resolve(kind === "CronJob" ? jobs : failed),
    get: () => Promise.resolve({ metadata: { annotations: { "cnpg.io/hibernation": hibernation } } }),
  }) as unknown as ClusterView;

describe("the rest of databases", () => {
  it("[H4.3] passes with both times in their zone and a database that is awake", async () => {
    const finding = await databaseRestArranged(context, view([evening, morning]));
    expect(finding.verdict).to.equal("passed");
    expect(finding.detail).to.include("database-evening 0 20 * * 1").and.include("Europe/Berlin");
    expect(await databaseRestCauses(context, view([]))).to.deep.equal([]);
  });
  for (const [what, jobs, said] of [
    ["is not there", [evening], "database-morning: does not exist"],
    ["is suspended", [evening, job("database-morning", "0 7 * * 1", { suspend: true })], "is suspended"],
    ["comes at another time", [evening, job("database-morning", "0 9 * * 1")], "runs at 0 9 * * 1, 0 7 * * 1 is"],
    ["is of another zone", [evening, job("database-morning", "0 7 * * 1", { timeZone: "Etc/UTC" })], "runs in Etc/UTC"],
  ] as const)
    it(`[H4.3] fails for a morning that ${what}`, async () => {
      const { verdict, detail } = await databaseRestArranged(context, view(jobs));
      expect(verdict).to.equal("failed");
      expect(detail).to.include(said);
    });
  it("[H4.3] finds a database that still hibernates, and says how to wake it", async () => {
    const asleep = view([evening, morning], "on");
    expect((await databaseRestArranged(context, asleep)).detail).to.equal("checkout-database/checkout: hibernates");
    const [cause] = await databaseRestCauses(context, asleep);
    expect(cause?.fix).to.include("--from=cronjob/database-morning");
  });
  it("[H4.3] names a run that failed", async () => {
    const failed = {
      metadata: { name: "database-evening-1" },
      status: { conditions: [{ type: "Failed", status: "True" }] },
    };
    const causes = await databaseRestCauses(context, view([], "off", [failed]));
    expect(causes.map(({ subjects }) => subjects)).to.deep.equal([["off-hours/database-evening-1"]]);
  });
});
