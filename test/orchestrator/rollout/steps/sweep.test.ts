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
  it("notes what AWS itself keeps until its time, and fails for a volume whose data nobody gave up", async () => {
    const kept = [
      "arn:aws:kms:eu-central-1:1:key/a",
      "arn:aws:secretsmanager:eu-central-1:1:secret:slipway/staging/api-keys-x",
      "arn:aws:rds:eu-central-1:1:snapshot:slipway-staging-checkout-final-0a1b2c3d",
    ].map((arn) => ({ arn, tags: {} }));
    const { context } = left(...kept);
    const ended = await sweep({ ...context, target: "aws" });
    expect(ended).to.include({ status: "succeeded", proof: "real cloud" });
    expect(ended.notes?.join()).to.include("3 key(s), secret(s) or last snapshot(s)");
    // A rehearsal's account keeps nothing: there a key that is left was forgotten.
    expect((await sweep(context)).status).to.equal("failed");
    const volume = { arn: "arn:aws:ec2:eu-central-1:1:volume/vol-1", tags: {} };
    const more = await sweep({ ...left(...kept, volume).context, target: "aws" });
    expect(more).to.include({ status: "failed" });
    expect(more.findings?.[0]?.subjects).to.deep.equal([volume.arn]);
  });
});
