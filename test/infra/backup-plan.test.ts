import { expect } from "chai";
import { backupPlan } from "../../infra/backup-plan";
import { configOf, record } from "../support/pulumi";

describe("the plan that copies volumes", () => {
  const planned = async (environment: string) =>
    (await record(environment, () => backupPlan("network", configOf(environment), {}, {}))).seen;
  const rule = async (environment: string) =>
    ((await planned(environment)).find(({ type }) => type === "aws:backup/plan:Plan")?.inputs["rules"] as object[])[0];

  it("[B4.1] [B4.2] runs daily in staging and hourly in production, and keeps copies as long as configured", async () => {
    expect(await rule("staging")).to.deep.include({ schedule: "cron(0 3 * * ? *)", lifecycle: { deleteAfter: 14 } });
    expect(await rule("production")).to.deep.include({ schedule: "cron(0 * * * ? *)", lifecycle: { deleteAfter: 35 } });
  });
  it("takes what carries the environment's tag, by a role that AWS Backup alone may assume", async () => {
    const seen = await planned("staging");
    expect(seen.find(({ type }) => type.endsWith(":Selection"))?.inputs["selectionTags"]).to.deep.equal([
      { type: "STRINGEQUALS", key: "backup", value: "staging" },
    ]);
    expect(String(seen.find(({ type }) => type === "aws:iam/role:Role")?.inputs["assumeRolePolicy"])).to.include(
      '"Service":"backup.amazonaws.com"',
    );
  });
});
