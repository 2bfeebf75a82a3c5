import { expect } from "chai";
import type { Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

describe("phase 03: node pools", () => {
  let seen: Registered[];
  const inputsOf = (type: string, name: string) => seen.find((one) => one.type === type && one.name === name)?.inputs;
  const named = (type: string) => seen.filter((one) => one.type === type).map((one) => one.name);
  before(async () => {
    seen = (await recorded("production")).seen;
  });
  const spec = (name: string) =>
    inputsOf("kubernetes:karpenter.sh/v1:NodePool", `node-pools-${name}-pool`)?.["spec"] as {
      template: { metadata: { labels: object }; spec: { taints: object[]; expireAfter: string } };
      limits: object;
    };
  it("[A3.2] gives Karpenter the same labels and taints as the typed set", () => {
    expect(spec("spot").template.metadata.labels).to.deep.equal({ "node-role": "spot" });
    expect(spec("spot").template.spec.taints).to.deep.equal([
      { key: "node-role", value: "spot", effect: "NoSchedule" },
    ]);
    expect(spec("general").template.spec.taints).to.deep.equal([]);
  });
  it("[A3.6] tells Karpenter of interruptions through a queue", () => {
    expect(inputsOf("aws:sqs/queue:Queue", "node-pools-interruption")).to.not.equal(undefined);
    expect(named("aws:cloudwatch/eventRule:EventRule").sort()).to.deep.equal([
      "node-pools-health",
      "node-pools-rebalance",
      "node-pools-spot",
      "node-pools-state",
    ]);
  });
  it("bounds each pool and the age of its nodes", () => {
    expect(spec("gpu").limits).to.deep.equal({ cpu: "64" });
    expect(spec("gpu").template.spec.expireAfter).to.equal("720h");
  });
  it("pins the node image", () =>
    expect(
      JSON.stringify(inputsOf("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "node-pools-general-class")),
    ).to.match(/al2023@v\d{8}/));
});
