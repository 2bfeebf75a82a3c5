import { expect } from "chai";
import { interruptionQueue } from "../../infra/interruption-queue";
import { configOf, record, type Registered } from "../support/pulumi";

describe("the interruption queue", () => {
  let seen: Registered[];
  before(async () => {
    seen = (await record("dev", () => interruptionQueue("node-pools", configOf("dev"), {}, {}))).seen;
  });
  it("[A3.6] hears of spot interruptions, rebalances, health events and state changes", () => {
    const patterns = seen
      .filter(({ type }) => type === "aws:cloudwatch/eventRule:EventRule")
      .map(
        ({ inputs }) => (JSON.parse(String(inputs["eventPattern"])) as { "detail-type": string[] })["detail-type"][0],
      );
    expect(patterns).to.have.members([
      "AWS Health Event",
      "EC2 Spot Instance Interruption Warning",
      "EC2 Instance Rebalance Recommendation",
      "EC2 Instance State-change Notification",
    ]);
    const targets = seen.filter(({ type }) => type === "aws:cloudwatch/eventTarget:EventTarget");
    expect(targets.map(({ inputs }) => inputs["arn"])).to.deep.equal(Array(4).fill("arn:node-pools-interruption"));
  });
  it("is encrypted, forgets what is stale, and takes messages of this cluster's own rules only", () => {
    const queue = seen.find(({ type }) => type === "aws:sqs/queue:Queue")?.inputs;
    expect(queue).to.deep.include({ sqsManagedSseEnabled: true, messageRetentionSeconds: 300 });
    const policy = String(seen.find(({ type }) => type === "aws:sqs/queuePolicy:QueuePolicy")?.inputs["policy"]);
    expect(JSON.parse(policy)).to.deep.nested.include({
      "Statement[0].Principal": { Service: "events.amazonaws.com" },
      "Statement[0].Action": "sqs:SendMessage",
      "Statement[0].Resource": "arn:node-pools-interruption",
      "Statement[0].Condition.ArnLike": { "aws:SourceArn": "arn:aws:events:eu-central-1::rule/slipway-dev-*" },
    });
  });
});
