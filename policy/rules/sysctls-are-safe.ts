import { pss } from "../framework";
import { resourceRule } from "../rule";
import { at, items, text, UNKNOWN, type Value } from "../value";
import { isWorkload, withWorkload } from "../workload";

/** Namespaced and isolated from other pods; the last two from 1.37 on. */
export const SAFE_SYSCTLS: ReadonlySet<Value> = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
  "net.ipv4.tcp_slow_start_after_idle",
  "net.ipv4.tcp_notsent_lowat",
]);

/** Any other kernel parameter can weaken, or stop, the whole node. */
export const sysctlsAreSafe = resourceRule({
  name: "sysctls-are-safe",
  description: "Pods set only kernel parameters that stay within the pod.",
  severity: "medium",
  framework: pss(
    "baseline",
    "Sysctls",
    "Sysctls can disable security mechanisms or affect all containers on a host, and should be disallowed except for an allowed safe subset.",
  ),
  requirement: "E2.5",
  remediation: "Remove the sysctl, or set it for the nodes of one pool in their launch template.",
  url: "https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/",
  applies: isWorkload,
  judge(subject, verdict) {
    withWorkload(subject, verdict, ({ spec, place }) => {
      const sysctls = items(at(spec["securityContext"], "sysctls"));
      if (sysctls === UNKNOWN) return verdict.undecided(`${place}.securityContext.sysctls`);
      sysctls.forEach((sysctl, index) => {
        const name = at(sysctl, "name");
        if (name === UNKNOWN) verdict.undecided(`${place}.securityContext.sysctls[${index}].name`);
        else if (!SAFE_SYSCTLS.has(name))
          verdict.violation(`${place}.securityContext.sysctls[${index}] sets ${text(name)}`);
      });
    });
  },
});
