import { expect } from "chai";
import type { AwsReader, TaggedResource } from "../../../../orchestrator/checks/aws/reader";
import { sweep } from "../../../../orchestrator/rollout/steps/sweep";
import { strict } from "../../../support/rollout";
import { stepContext } from "./fixture";

const left = (...resources: TaggedResource[]) => {
  const asked: string[] = [];
  const aws = strict<AwsReader>("aws", {
    tagged: (key, value) => {
      asked.push(`${key}=${value}`);
      return Promise.resolve(resources);
    },
  });
  return { asked, context: stepContext({ aws }).context };
};

describe("the sweep [A21.4]", () => {
  it("asks the account for the environment's tag, and passes when nothing carries it", async () => {
    const { asked, context } = left();
    const ended = await sweep(context);
    expect(asked).to.deep.equal(["environment=dev"]);
    expect(ended).to.deep.include({ status: "succeeded", proof: "stand-in" });
    expect(ended.findings?.[0]).to.include({ requirement: "A21.4", verdict: "passed" });
  });
  it("fails with the ARN of everything that is left", async () => {
    const { context } = left({ arn: "arn:a", tags: {} }, { arn: "arn:b", tags: {} });
    const ended = await sweep(context);
    expect(ended).to.include({ status: "failed", kind: "failure" });
    expect(ended.reason).to.include("2 resource(s)").and.include("arn:a, arn:b");
    expect(ended.findings?.[0]?.subjects).to.deep.equal(["arn:a", "arn:b"]);
  });
});
