import { expect } from "chai";
import { costExport } from "../../infra/cost-export";
import { configOf, record, type Registered } from "../support/pulumi";

describe("AWS's own record of costs [A17.1]", () => {
  let seen: Registered[];
  before(async () => {
    ({ seen } = await record("dev", () => costExport("cost", configOf("dev"), {}, {})));
  });
  const inputsOf = (type: string) => seen.find((one) => one.type === type)?.inputs ?? {};

  it("comes by the day with its resources and tags, into a bucket of this environment's region", () => {
    const exported = inputsOf("aws:bcmdata/export:Export")["export"] as Record<string, never>;
    expect(JSON.stringify(exported)).to.include('"TIME_GRANULARITY":"DAILY"').and.include("resource_tags");
    expect(JSON.stringify(exported))
      .to.include('"s3Region":"eu-central-1"')
      .and.include("slipway-dev-costs-111111111111");
  });
  it("is written by the two services that write it, for this account alone, into bucket and key", () => {
    const bucket = String(inputsOf("aws:s3/bucketPolicy:BucketPolicy")["policy"]);
    const key = String(inputsOf("aws:kms/key:Key")["policy"]);
    for (const document of [bucket, key]) {
      expect(document).to.include("bcm-data-exports.amazonaws.com").and.include("billingreports.amazonaws.com");
      expect(document).to.include('"aws:SourceAccount":"111111111111"');
    }
  });
  it("gets cheaper after two months and ends after a year and a month [H4.4]", () => {
    const rules = inputsOf("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")["rules"];
    expect(JSON.stringify(rules)).to.include('"days":60,"storageClass":"STANDARD_IA"').and.include('"days":400');
  });
});
