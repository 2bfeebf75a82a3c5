import * as ec2 from "@pulumi/aws/ec2";
import { expect } from "chai";
import { flowLogs } from "../../infra/flow-logs";
import { configOf, record } from "../support/pulumi";

describe("flow logs", () => {
  const logs = async (environment: string) =>
    (
      await record(environment, () =>
        flowLogs("network", new ec2.Vpc("vpc", {}), configOf(environment), {}, "arn:key", {}),
      )
    ).seen;
  it("[B3.1] take all traffic of the network, into a group of its own", async () => {
    const seen = await logs("dev");
    expect(seen.find(({ type }) => type === "aws:ec2/flowLog:FlowLog")?.inputs).to.deep.include({
      vpcId: "vpc-id",
      trafficType: "ALL",
      logDestination: "arn:network-flow",
    });
  });
  it("[B6.1] are kept as long as the environment's other logs", async () => {
    for (const environment of ["dev", "staging", "production"]) {
      const group = (await logs(environment)).find(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup");
      expect(group?.inputs["retentionInDays"]).to.equal(configOf(environment).monitoring.logRetentionDays);
    }
  });
  it("are encrypted with the platform's key for logs", async () => {
    const group = (await logs("dev")).find(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup");
    expect(group?.inputs["kmsKeyId"]).to.equal("arn:key");
  });
  it("may write to that group and nothing else", async () => {
    const policy = (await logs("dev")).find(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")?.inputs["policy"];
    const [statement] = (JSON.parse(String(policy)) as { Statement: { Resource: string[]; Action: string[] }[] })
      .Statement;
    expect(statement?.Resource).to.deep.equal(["arn:network-flow", "arn:network-flow:*"]);
    expect(statement?.Action.every((action) => action.startsWith("logs:") && !action.includes("*"))).to.equal(true);
  });
});
