import { platform } from "../framework";
import { stackRule } from "../rule";
import { count } from "../setting";
import { UNKNOWN, type Value } from "../value";

/** Two zones lose half of everything with one; three lose a third, and keep every quorum. */
export const networksSpanZones = stackRule<{ minimum: number }>({
  name: "networks-span-zones",
  description: "The subnets of every VPC lie in at least 3 availability zones.",
  severity: "medium",
  framework: platform("E5.1", "At least 3 zones; nodes private, load balancers public."),
  requirement: "E5.1",
  remediation: "Make a private and a public subnet in each of 3 availability zones.",
  url: "https://docs.aws.amazon.com/eks/latest/best-practices/reliability.html",
  levels: { dev: "advisory" },
  settings: { minimum: count("zones of one network", 3) },
  judge(stack, verdict, { minimum }) {
    const subnets = stack.ofType("aws:ec2/subnet:Subnet");
    for (const vpc of stack.ofType("aws:ec2/vpc:Vpc")) {
      const mine = subnets.filter(({ sources }) => (sources["vpcId"] ?? []).includes(vpc.urn));
      if (mine.length === 0) continue;
      const zones = new Set<Value>(
        mine.map(({ properties }) => properties["availabilityZone"] ?? properties["availabilityZoneId"]),
      );
      if (zones.has(UNKNOWN)) verdict.undecided(`the zones of ${vpc.name}`, vpc.urn);
      else if (zones.size < minimum)
        verdict.violation(`the subnets of ${vpc.name} lie in ${zones.size} of ${minimum} zones`, vpc.urn);
    }
  },
});
