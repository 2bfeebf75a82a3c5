import { pages } from "./paging";
import type { AwsReader, Tags } from "./reader";
import type { ClientSettings } from "./settings";
import { tagsOf } from "./tags";

/** Load balancers of a real account. */
export function elbReader(settings: ClientSettings): Pick<AwsReader, "loadBalancers"> {
  return {
    async loadBalancers() {
      const sdk = await import("@aws-sdk/client-elastic-load-balancing-v2");
      const client = new sdk.ElasticLoadBalancingV2Client(settings);
      const found = await pages(
        (Marker) => client.send(new sdk.DescribeLoadBalancersCommand({ Marker })),
        (page) => page.LoadBalancers,
      );
      const tags = new Map<string, Tags>();
      // DescribeTags takes twenty resources at a time.
      for (let start = 0; start < found.length; start += 20) {
        const reply = await client.send(
          new sdk.DescribeTagsCommand({
            ResourceArns: found.slice(start, start + 20).map((one) => one.LoadBalancerArn ?? ""),
          }),
        );
        for (const described of reply.TagDescriptions ?? [])
          tags.set(described.ResourceArn ?? "", tagsOf(described.Tags));
      }
      return found.map((one) => ({
        arn: one.LoadBalancerArn ?? "",
        name: one.LoadBalancerName ?? "",
        dnsName: one.DNSName ?? "",
        scheme: one.Scheme ?? "",
        state: one.State?.Code ?? "",
        vpcId: one.VpcId ?? "",
        tags: tags.get(one.LoadBalancerArn ?? "") ?? {},
      }));
    },
  };
}
