import type { ResourceRule, Subject, Verdict } from "../rule";
import { at, items, UNKNOWN, type Value } from "../value";

/** SSH, RDP, etcd, the Kubernetes API and the kubelet: nothing the world should knock at. */
const ADMIN_PORTS = [22, 3389, 2379, 2380, 6443, 10250];
const WORLD = new Set<Value>(["0.0.0.0/0", "::/0"]);

const group = "aws:ec2/securityGroup:SecurityGroup";
const legacyRule = "aws:ec2/securityGroupRule:SecurityGroupRule";
const ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

/** A forgotten 0.0.0.0/0 on an administration port is found by scanners within minutes. */
export const adminPortsAreClosed: ResourceRule = {
  scope: "resource",
  name: "admin-ports-are-closed",
  description: "No security group lets the world reach an administration port.",
  severity: "critical",
  requirement: "E5.1",
  remediation: "Name the network that administers in place of 0.0.0.0/0, or use SSM sessions and close the port.",
  url: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19",
  applies: (type) => type === group || type === legacyRule || type === ingressRule,
  judge(subject, verdict) {
    if (subject.type === group) {
      const ingress = items(subject.properties["ingress"]);
      if (ingress === UNKNOWN) return verdict.undecided("ingress");
      ingress.forEach((rule, index) => judgeRule(rule, `ingress[${index}]`, verdict));
    } else if (subject.type === ingressRule || isIngress(subject)) judgeRule(subject.properties, "the rule", verdict);
  },
};

function isIngress(subject: Subject): boolean {
  return subject.properties["type"] !== "egress";
}

function judgeRule(rule: Value, where: string, verdict: Verdict): void {
  const sources: Value[] = [at(rule, "cidrIpv4"), at(rule, "cidrIpv6")];
  for (const key of ["cidrBlocks", "ipv6CidrBlocks"]) {
    const list = items(at(rule, key));
    if (list === UNKNOWN) sources.push(UNKNOWN);
    else sources.push(...list);
  }
  if (sources.includes(UNKNOWN)) return verdict.undecided(`the source of ${where}`);
  const open = sources.some((source) => WORLD.has(source));
  if (!open) return;
  const [from, to] = [at(rule, "fromPort"), at(rule, "toPort")];
  if (from === UNKNOWN || to === UNKNOWN) return verdict.undecided(`the ports of ${where}`);
  const protocol = at(rule, "protocol") ?? at(rule, "ipProtocol");
  const everything = protocol === "-1" || protocol === -1 || protocol === "all";
  const reached = ADMIN_PORTS.filter(
    (port) => everything || (Number(from ?? 0) <= port && port <= Number(to ?? 65535)),
  );
  if (reached.length > 0) verdict.violation(`${where} opens port ${reached.join(", ")} to the world`);
}
