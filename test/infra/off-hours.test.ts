import { expect } from "chai";
import type { WeeklyHours } from "../../infra/config";
import { expressionOf, offHours, restingGroups, shortestRestHours } from "../../infra/off-hours";
import { nextStretch } from "../../orchestrator/timing/weekly-hours";
import { configOf, record } from "../support/pulumi";

const hours: WeeklyHours = {
  timeZone: "Europe/Berlin",
  days: ["monday", "tuesday", "wednesday", "thursday", "friday"],
  start: "07:00",
  end: "20:00",
};

describe("what takes nodes away and brings them back [H4.3]", () => {
  it("keeps to the wall clock of a zone, and does no arithmetic with UTC", async () => {
    const { seen } = await record("dev", () => offHours("cost", configOf("dev"), hours, {}, {}));
    const schedules = seen.filter(({ type }) => type === "aws:scheduler/schedule:Schedule");
    expect(
      schedules.map(({ inputs }) => [inputs["scheduleExpression"], inputs["scheduleExpressionTimezone"]]),
    ).to.deep.equal([
      ["cron(0 20 ? * MON,TUE,WED,THU,FRI *)", "Europe/Berlin"],
      ["cron(0 7 ? * MON,TUE,WED,THU,FRI *)", "Europe/Berlin"],
    ]);
    for (const { inputs } of schedules) expect(inputs["flexibleTimeWindow"]).to.deep.equal({ mode: "OFF" });
  });
  it("names minutes as EventBridge reads them", () =>
    expect(expressionOf(["sunday"], "18:45")).to.equal("cron(45 18 ? * SUN *)"));
  it("never lets an evening that was held run into a morning, not even when clocks go forward", () => {
    expect(shortestRestHours(hours)).to.equal(10);
    // From Friday evening before to Monday morning after, and from any evening to the next morning.
    for (const evening of ["2027-03-26T19:00:00Z", "2026-10-23T18:00:00Z", "2026-11-24T19:00:00Z"]) {
      const from = new Date(evening);
      const morning = nextStretch([hours], from)?.from ?? from;
      expect(morning.getTime() - from.getTime(), evening).to.be.greaterThan(shortestRestHours(hours) * 3_600_000);
    }
  });
  it("rests the group with Karpenter on it first", () =>
    expect(restingGroups(configOf("staging"))).to.deep.equal([
      { name: "system", minimum: 3 },
      { name: "general", minimum: 5 },
    ]));
  it("may resize these groups and end Karpenter's nodes of this cluster, and nothing else", async () => {
    const { seen } = await record("dev", () => offHours("cost", configOf("dev"), hours, {}, {}));
    const policies = seen.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
    const statements = policies.flatMap(
      ({ inputs }) =>
        (
          JSON.parse(String(inputs["policy"])) as {
            Statement: { Action: string[]; Resource: string[]; Condition?: object }[];
          }
        ).Statement,
    );
    expect(statements.flatMap(({ Action }) => Action)).to.have.members([
      "eks:DescribeCluster",
      "eks:UpdateNodegroupConfig",
      "ec2:DescribeInstances",
      "ec2:TerminateInstances",
      "states:StartExecution",
    ]);
    const wide = statements.filter(({ Resource }) => Resource.includes("*"));
    expect(wide.flatMap(({ Action }) => Action)).to.deep.equal(["ec2:DescribeInstances"]);
    expect(
      statements.find(({ Action }) => Action.includes("ec2:TerminateInstances"))?.Condition,
    ).to.have.nested.property("StringEquals.ec2:ResourceTag/kubernetes\\.io/cluster/slipway-dev", "owned");
  });
});
