import { pss } from "../framework";
import { resourceRule } from "../rule";
import { at, items, text, UNKNOWN, type Value } from "../value";
import { eachContainer, isWorkload } from "../workload";

/** The baseline profile's list; anything beyond it reaches out of the container. */
export const SAFE_CAPABILITIES: ReadonlySet<Value> = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

/** SYS_ADMIN is root by another name; NET_ADMIN rewrites the node's firewall from a host network pod. */
export const containersAddOnlySafeCapabilities = resourceRule({
  name: "containers-add-only-safe-capabilities",
  description: "No container adds a capability beyond those of the baseline profile.",
  severity: "high",
  framework: pss(
    "baseline",
    "Capabilities",
    "Adding additional capabilities beyond those of the baseline list must be disallowed.",
  ),
  requirement: "E2.5",
  remediation: "Remove the capability from securityContext.capabilities.add.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  applies: isWorkload,
  judge(subject, verdict) {
    eachContainer(subject, verdict, (container) => {
      const add = items(at(container.fields["securityContext"], "capabilities", "add"));
      if (add === UNKNOWN) return verdict.undecided(`${container.place}.securityContext.capabilities.add`);
      for (const capability of add) {
        if (capability === UNKNOWN) verdict.undecided(`${container.place}.securityContext.capabilities.add`);
        else if (!SAFE_CAPABILITIES.has(capability))
          verdict.violation(`${container.title}: capabilities.add names ${text(capability)}`);
      }
    });
  },
});
