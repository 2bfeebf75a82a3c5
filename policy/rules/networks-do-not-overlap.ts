import { overlap, parseCidr } from "../cidr";
import { platform } from "../framework";
import { stackRule } from "../rule";
import type { Subject } from "../subject";
import { several } from "../value";

/** Two networks with one address range can never be joined, and a subnet within another is refused half way through. */
export const networksDoNotOverlap = stackRule({
  name: "networks-do-not-overlap",
  description: "No two VPCs of a stack, and no two subnets of a VPC, share addresses.",
  severity: "high",
  framework: platform("E5.3", "CIDR ranges do not overlap."),
  requirement: "E5.3",
  remediation: "Give each network, and each subnet within it, a range of its own.",
  url: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html",
  judge(stack, verdict) {
    const pairs = [
      ...pairsOf(stack.ofType("aws:ec2/vpc:Vpc"), () => true),
      ...pairsOf(stack.ofType("aws:ec2/subnet:Subnet"), sameVpc),
    ];
    for (const [one, other] of pairs) verdict.violation(`${other.name} shares addresses with ${one.name}`, other.urn);
  },
});

/** Sorted by address, each block is compared only with those that begin before it ends. */
function pairsOf(
  subjects: readonly Subject[],
  comparable: (one: Subject, other: Subject) => boolean,
): [Subject, Subject][] {
  const blocks = subjects
    .flatMap((subject) => {
      const cidr = subject.properties["cidrBlock"];
      const block = typeof cidr === "string" ? parseCidr(cidr) : undefined;
      return block === undefined ? [] : [{ subject, block }];
    })
    .sort((a, b) => a.block.first - b.block.first);
  const pairs: [Subject, Subject][] = [];
  blocks.forEach((one, index) => {
    for (let next = index + 1; next < blocks.length; next++) {
      const other = blocks[next];
      if (other === undefined || !overlap(one.block, other.block)) break;
      if (comparable(one.subject, other.subject)) pairs.push([one.subject, other.subject]);
    }
  });
  return pairs;
}

function sameVpc(one: Subject, other: Subject): boolean {
  const [a, b] = several(one.properties["vpcId"], other.properties["vpcId"]);
  if (typeof a === "string" && typeof b === "string") return a === b;
  const from = one.sources["vpcId"] ?? [];
  return (other.sources["vpcId"] ?? []).some((urn) => from.includes(urn));
}
