import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { expect } from "chai";
import { elbReader } from "../../../../orchestrator/checks/aws/elb";
import { settings, useClient } from "./fixture";

describe("the load balancers of a real account", () => {
  const aws = useClient(ElasticLoadBalancingV2Client);
  const balancer = (n: number) => ({
    LoadBalancerArn: `arn:${n}`,
    LoadBalancerName: `name-${n}`,
    DNSName: `name-${n}.elb.amazonaws.com`,
    Scheme: "internet-facing",
    State: { Code: "provisioning" },
    VpcId: "vpc-1",
  });
  const tagsOf = ({ ResourceArns }: { ResourceArns: string[] }) => ({
    TagDescriptions: ResourceArns.map((ResourceArn) => ({ ResourceArn, Tags: [{ Key: "of", Value: ResourceArn }] })),
  });

  it("come from all pages, each with its own tags and its state [A6.4]", async () => {
    aws.answer({
      DescribeLoadBalancersCommand: ({ Marker }: { Marker?: string }) =>
        Marker === undefined
          ? { LoadBalancers: [balancer(1)], NextMarker: "more" }
          : { LoadBalancers: [balancer(2)], NextMarker: "" },
      DescribeTagsCommand: tagsOf,
    });
    const found = await elbReader(settings).loadBalancers();
    expect(found[0]).to.deep.equal({
      arn: "arn:1",
      name: "name-1",
      dnsName: "name-1.elb.amazonaws.com",
      scheme: "internet-facing",
      state: "provisioning",
      vpcId: "vpc-1",
      tags: { of: "arn:1" },
    });
    expect(found[1]).to.deep.include({ arn: "arn:2", tags: { of: "arn:2" } });
    expect(aws.asked.map(({ input }) => input["Marker"])).to.deep.equal([undefined, "more", undefined]);
  });
  it("have their tags asked for twenty at a time, as AWS takes them", async () => {
    aws.answer({
      DescribeLoadBalancersCommand: () => ({ LoadBalancers: Array.from({ length: 41 }, (_, n) => balancer(n)) }),
      DescribeTagsCommand: tagsOf,
    });
    const found = await elbReader(settings).loadBalancers();
    const sizes = aws.asked.flatMap(({ input }) => (input["ResourceArns"] as string[] | undefined)?.length ?? []);
    expect(sizes).to.deep.equal([20, 20, 1]);
    expect(found[40]?.tags).to.deep.equal({ of: "arn:40" });
  });
  it("have no tags asked for when there are none", async () => {
    aws.answer({ DescribeLoadBalancersCommand: () => ({ LoadBalancers: [] }) });
    expect(await elbReader(settings).loadBalancers()).to.deep.equal([]);
  });
});
