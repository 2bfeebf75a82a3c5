import { cisEks } from "../framework";
import { stackRule } from "../rule";
import type { Subject } from "../subject";
import { at, UNKNOWN } from "../value";

/** Property of each kind that names the subnets its machines or its control plane live in. */
const placed: Readonly<Record<string, string>> = {
  "aws:eks/nodeGroup:NodeGroup": "subnetIds",
  "aws:eks/cluster:Cluster": "vpcConfig",
  "eks:index:Cluster": "privateSubnetIds",
};
const SUBNET = "aws:ec2/subnet:Subnet";

/**
 * A node with a public address is one mistake in a security group away from the Internet. Subnet ids are unknown in a
 * first preview, so subnets are found by what the property was made from.
 */
export const nodesArePrivate = stackRule({
  name: "nodes-are-private",
  description: "Nodes and control planes live in subnets that hand out no public addresses.",
  severity: "high",
  framework: cisEks("5.4.3", "Ensure clusters are created with Private Nodes."),
  requirement: "E5.1",
  remediation:
    "Place node groups and clusters in private subnets: mapPublicIpOnLaunch false, default route through NAT.",
  url: "https://docs.aws.amazon.com/eks/latest/best-practices/subnets.html",
  judge(stack, verdict) {
    const subnets = new Map(stack.ofType(SUBNET).map((subnet) => [subnet.urn, subnet]));
    for (const [type, property] of Object.entries(placed)) {
      for (const subject of stack.ofType(type)) {
        for (const subnet of subnetsOf(subject, property, subnets)) {
          const open = at(subnet.properties, "mapPublicIpOnLaunch");
          if (open === UNKNOWN) verdict.undecided(`mapPublicIpOnLaunch of ${subnet.name}`, subject.urn);
          else if (open === true)
            verdict.violation(`${subject.name} lives in ${subnet.name}, which hands out public addresses`, subject.urn);
        }
      }
    }
  },
});

function subnetsOf(subject: Subject, property: string, subnets: ReadonlyMap<string, Subject>): Subject[] {
  return (subject.sources[property] ?? []).map((urn) => subnets.get(urn)).filter((subnet) => subnet !== undefined);
}
