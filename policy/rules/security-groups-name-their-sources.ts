import { fsbp } from "../framework";
import { eachIngress, portsOf, securityGroups } from "../ingress";
import { resourceRule } from "../rule";
import { list } from "../setting";
import { text } from "../value";

/** What is open to the world by design is a web server; all else has callers with names. */
export const securityGroupsNameTheirSources = resourceRule<{ publicPorts: readonly string[] }>({
  name: "security-groups-name-their-sources",
  description: "Security groups open nothing but web ports to the world.",
  severity: "high",
  framework: fsbp("EC2.18", "Security groups should only allow unrestricted incoming traffic for authorized ports."),
  requirement: "E5.1",
  remediation: "Name the network or the security group that calls in place of 0.0.0.0/0.",
  url: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-18",
  settings: { publicPorts: list("ports that may be open to the world", ["80", "443"]) },
  applies: (type) => securityGroups.has(type),
  judge(subject, verdict, { publicPorts }) {
    eachIngress(subject, verdict, (rule, where) => {
      const range = portsOf(rule, where, verdict);
      if (range === undefined) return;
      const single = range.from === range.to && publicPorts.includes(text(range.from));
      if (!single) verdict.violation(`${where} is open to the world on ports ${range.from} to ${range.to}`);
    });
  },
});
