import { ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { STSClient } from "@aws-sdk/client-sts";
import { expect } from "chai";
import { accountReader } from "../../../../orchestrator/checks/aws/account";
import { sdkError, settings, useClient } from "./fixture";

describe("what a real account says of itself", () => {
  const sts = useClient(STSClient);
  const quotas = useClient(ServiceQuotasClient);
  const tagging = useClient(ResourceGroupsTaggingAPIClient);
  const reader = () => accountReader(settings);

  it("is who asks, in the region asked for", async () => {
    sts.answer({ GetCallerIdentityCommand: () => ({ Account: "111122223333", Arn: "arn:me", UserId: "x" }) });
    expect(await reader().identity()).to.deep.equal({ account: "111122223333", arn: "arn:me" });
    expect(sts.asked[0]?.region).to.equal("eu-central-1");
    expect([...sts.attempts]).to.deep.equal([5]);
  });
  it("is a quota, unknown when AWS does not list it and an error when it does not say", async () => {
    quotas.answer({ GetServiceQuotaCommand: () => ({ Quota: { Value: 5 } }) });
    expect(await reader().quota("vpc", "L-F678F1CE")).to.equal(5);
    expect(quotas.asked[0]?.input).to.deep.equal({ ServiceCode: "vpc", QuotaCode: "L-F678F1CE" });
    quotas.answer({ GetServiceQuotaCommand: () => Promise.reject(sdkError("NoSuchResourceException")) });
    expect(await reader().quota("vpc", "L-0")).to.equal(undefined);
    quotas.answer({ GetServiceQuotaCommand: () => Promise.reject(sdkError("TooManyRequestsException")) });
    const error = await reader()
      .quota("vpc", "L-0")
      .catch((reason: Error) => reason);
    expect(error).to.have.property("name", "TooManyRequestsException");
  });

  describe("all that carries a tag [A21.4]", () => {
    const found = (...arns: string[]) => ({
      ResourceTagMappingList: arns.map((ResourceARN) => ({ ResourceARN, Tags: [{ Key: "k", Value: "v" }] })),
    });
    it("is read to the last page, which has an empty token", async () => {
      tagging.answer({
        GetResourcesCommand: ({ PaginationToken }: { PaginationToken?: string }, region: string) =>
          region === "us-east-1"
            ? { ...found(), PaginationToken: "" }
            : PaginationToken === undefined
              ? { ...found("arn:aws:ec2:eu-central-1:1:vpc/a"), PaginationToken: "more" }
              : { ...found("arn:aws:ec2:eu-central-1:1:vpc/b"), PaginationToken: "" },
      });
      expect(await reader().tagged("k", "v")).to.deep.equal([
        { arn: "arn:aws:ec2:eu-central-1:1:vpc/a", tags: { k: "v" } },
        { arn: "arn:aws:ec2:eu-central-1:1:vpc/b", tags: { k: "v" } },
      ]);
      for (const { input } of tagging.asked) expect(input["TagFilters"]).to.deep.equal([{ Key: "k", Values: ["v"] }]);
    });
    it("takes in what has no region, and of the region that lists it nothing else", async () => {
      tagging.answer({
        GetResourcesCommand: (_input: object, region: string) =>
          region === "us-east-1"
            ? found("arn:aws:iam::1:role/nodes", "arn:aws:ec2:us-east-1:1:vpc/other")
            : found("arn:aws:ec2:eu-central-1:1:vpc/a"),
      });
      expect((await reader().tagged("k", "v")).map(({ arn }) => arn)).to.deep.equal([
        "arn:aws:ec2:eu-central-1:1:vpc/a",
        "arn:aws:iam::1:role/nodes",
      ]);
    });
    it("is asked once where the region is that one", async () => {
      tagging.answer({ GetResourcesCommand: () => found("arn:aws:ec2:us-east-1:1:vpc/a", "arn:aws:iam::1:role/r") });
      const all = await accountReader({ ...settings, region: "us-east-1" }).tagged("k", "v");
      expect(all).to.have.length(2);
      expect(tagging.asked).to.have.length(1);
    });
  });
});
