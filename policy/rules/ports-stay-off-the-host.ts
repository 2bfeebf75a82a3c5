import { pss } from "../framework";
import { resourceRule } from "../rule";
import { at, items, UNKNOWN } from "../value";
import { eachContainer, isWorkload } from "../workload";

/** A host port is open on the node's own address, past every Service and NetworkPolicy, and takes the port from all others. */
export const portsStayOffTheHost = resourceRule({
  name: "ports-stay-off-the-host",
  description: "No container opens a port of its node.",
  severity: "medium",
  framework: pss("baseline", "Host Ports", "HostPorts should be disallowed entirely or restricted to a known list."),
  requirement: "E2.5",
  remediation: "Remove hostPort and put a Service in front of the pods.",
  url: "https://kubernetes.io/docs/concepts/configuration/overview/#services",
  applies: isWorkload,
  judge(subject, verdict) {
    eachContainer(subject, verdict, (container) => {
      const ports = items(container.fields["ports"]);
      if (ports === UNKNOWN) return verdict.undecided(`${container.place}.ports`);
      ports.forEach((port, index) => {
        const hostPort = at(port, "hostPort");
        if (hostPort === UNKNOWN) verdict.undecided(`${container.place}.ports[${index}].hostPort`);
        else if (typeof hostPort === "number" && hostPort !== 0)
          verdict.violation(`${container.title}: ports[${index}].hostPort is ${hostPort}`);
      });
    });
  },
});
