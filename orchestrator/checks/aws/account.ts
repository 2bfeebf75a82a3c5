import { absentOn, pages } from "./paging";
import type { AwsReader } from "./reader";
import type { ClientSettings } from "./settings";
import { tagsOf } from "./tags";

/** Where roles, zones and all else without a region is listed (Resource Groups Tagging API, GetResources). */
const GLOBAL_REGION = "us-east-1";

/** Services with one region for the whole account (AWS Data Exports endpoints and quotas). */
const ONE_REGION = new Set(["bcm-data-exports"]);

function isGlobal(arn: string): boolean {
  const [, , service = "", region = ""] = arn.split(":");
  return region === "" || ONE_REGION.has(service);
}

/** What a real account says of itself: who asks, how much is allowed, what carries a tag. */
export function accountReader(settings: ClientSettings): Pick<AwsReader, "identity" | "quota" | "tagged"> {
  return {
    async identity() {
      const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
      const reply = await new STSClient(settings).send(new GetCallerIdentityCommand({}));
      return { account: reply.Account ?? "", arn: reply.Arn ?? "" };
    },
    async quota(service, code) {
      const { ServiceQuotasClient, GetServiceQuotaCommand } = await import("@aws-sdk/client-service-quotas");
      const client = new ServiceQuotasClient(settings);
      const reply = await absentOn("NoSuchResourceException", () =>
        client.send(new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code })),
      );
      return reply?.Quota?.Value;
    },
    async tagged(key, value) {
      const sdk = await import("@aws-sdk/client-resource-groups-tagging-api");
      const inRegion = async (region: string) => {
        const client = new sdk.ResourceGroupsTaggingAPIClient({ ...settings, region });
        const found = await pages(
          (PaginationToken) =>
            client.send(new sdk.GetResourcesCommand({ TagFilters: [{ Key: key, Values: [value] }], PaginationToken })),
          (page) => page.ResourceTagMappingList,
        );
        return found.map((one) => ({ arn: one.ResourceARN ?? "", tags: tagsOf(one.Tags) }));
      };
      const [own, elsewhere] = await Promise.all([
        inRegion(settings.region),
        settings.region === GLOBAL_REGION ? [] : inRegion(GLOBAL_REGION),
      ]);
      return [...own, ...elsewhere.filter(({ arn }) => isGlobal(arn))];
    },
  };
}
