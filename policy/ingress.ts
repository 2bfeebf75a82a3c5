import type { Verdict } from "./rule";
import type { Subject } from "./subject";
import { at, isAbsent, items, UNKNOWN, type Value, several } from "./value";

const group = "aws:ec2/securityGroup:SecurityGroup";
const defaultGroup = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const legacyRule = "aws:ec2/securityGroupRule:SecurityGroupRule";
const ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

/** Every kind that lets traffic in. */
export const securityGroups: ReadonlySet<string> = new Set([group, defaultGroup, legacyRule, ingressRule]);

const WORLD: readonly Value[] = ["0.0.0.0/0", "::/0"];

/** Hands every rule that lets the world in to `judge`; a rule whose source is not known yet is left undecided. */
export function eachIngress(subject: Subject, verdict: Verdict, judge: (rule: Value, where: string) => void): void {
  if (subject.type !== group && subject.type !== defaultGroup) {
    if (subject.type === ingressRule || subject.properties["type"] !== "egress") open(subject.properties, "the rule");
    return;
  }
  const ingress = items(subject.properties["ingress"]);
  if (ingress === UNKNOWN) return verdict.undecided("ingress");
  ingress.forEach((rule, index) => open(rule, `ingress[${index}]`));

  function open(rule: Value, where: string): void {
    const sources: Value[] = [at(rule, "cidrIpv4"), at(rule, "cidrIpv6")];
    for (const key of ["cidrBlocks", "ipv6CidrBlocks"]) {
      const list = items(at(rule, key));
      if (list === UNKNOWN) sources.push(UNKNOWN);
      else sources.push(...list);
    }
    if (sources.some((source) => WORLD.includes(source))) judge(rule, where);
    else if (sources.includes(UNKNOWN)) verdict.undecided(`the source of ${where}`);
  }
}

/** The ports a rule opens; undefined, and undecided, while they are not known. */
export function portsOf(rule: Value, where: string, verdict: Verdict): { from: number; to: number } | undefined {
  const [from, to, protocol] = several(
    at(rule, "fromPort"),
    at(rule, "toPort"),
    at(rule, "protocol") ?? at(rule, "ipProtocol"),
  );
  if (protocol === "-1" || protocol === -1 || protocol === "all") return { from: 0, to: 65_535 };
  if (from === UNKNOWN || to === UNKNOWN) {
    verdict.undecided(`the ports of ${where}`);
    return undefined;
  }
  return { from: isAbsent(from) ? 0 : Number(from), to: isAbsent(to) ? 65_535 : Number(to) };
}
