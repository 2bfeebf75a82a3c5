import { pss } from "../framework";
import { resourceRule, type Verdict } from "../rule";
import { at, isAbsent, UNKNOWN, type Value } from "../value";
import { eachContainer, isWorkload, withWorkload } from "../workload";

export const SAFE_TYPES: ReadonlySet<Value> = new Set([
  "container_t",
  "container_init_t",
  "container_kvm_t",
  "container_engine_t",
]);

/** A custom SELinux user, role or type can take a container out of the policy that confines it. */
export const selinuxOptionsAreSafe = resourceRule({
  name: "selinux-options-are-safe",
  description: "SELinux types are those made for containers; user and role are left alone.",
  severity: "medium",
  framework: pss(
    "baseline",
    "SELinux",
    "Setting the SELinux type is restricted, and setting a custom SELinux user or role option is forbidden.",
  ),
  requirement: "E2.5",
  remediation: "Remove seLinuxOptions.user and role, and use the type container_t.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",
  applies: isWorkload,
  judge(subject, verdict) {
    withWorkload(subject, verdict, ({ spec, place }) =>
      judgeOptions(at(spec["securityContext"], "seLinuxOptions"), { title: place }, verdict),
    );
    eachContainer(subject, verdict, (container) =>
      judgeOptions(at(container.fields["securityContext"], "seLinuxOptions"), container, verdict),
    );
  },
});

function judgeOptions(options: Value, where: { readonly title: string }, verdict: Verdict): void {
  if (options === undefined || options === null) return;
  if (options === UNKNOWN) return verdict.undecided(`seLinuxOptions of ${where.title}`);
  const type = at(options, "type");
  if (type === UNKNOWN) verdict.undecided(`seLinuxOptions.type of ${where.title}`);
  else if (!isAbsent(type) && !SAFE_TYPES.has(type))
    verdict.violation(`${where.title}: seLinuxOptions.type is not one made for containers`);
  for (const field of ["user", "role"]) {
    const value = at(options, field);
    if (value === UNKNOWN) verdict.undecided(`seLinuxOptions.${field} of ${where.title}`);
    else if (!isAbsent(value)) verdict.violation(`${where.title}: seLinuxOptions.${field} is set`);
  }
}
