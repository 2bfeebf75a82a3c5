import { fsbp } from "../framework";
import { eachIngress, portsOf, securityGroups } from "../ingress";
import { resourceRule } from "../rule";

/** SSH, RDP, etcd, the Kubernetes API and the kubelet: nothing the world should knock at. */
const ADMIN_PORTS = [22, 3389, 2379, 2380, 6443, 10250];
/** A forgotten 0.0.0.0/0 on an administration port is found by scanners within minutes. */
export const adminPortsAreClosed = resourceRule({
  name: "admin-ports-are-closed",
  description: "No security group lets the world reach an administration port.",
  severity: "critical",
  framework: fsbp("EC2.19", "Security groups should not allow unrestricted access to ports with high risk."),
  requirement: "E5.1",
  remediation: "Name the network that administers in place of 0.0.0.0/0, or use SSM sessions and close the port.",
  url: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19",
  applies: (type) => securityGroups.has(type),
  judge(subject, verdict) {
    eachIngress(subject, verdict, (rule, where) => {
      const range = portsOf(rule, where, verdict);
      if (range === undefined) return;
      const reached = ADMIN_PORTS.filter((port) => range.from <= port && port <= range.to);
      if (reached.length > 0) verdict.violation(`${where} opens port ${reached.join(", ")} to the world`);
    });
  },
});
