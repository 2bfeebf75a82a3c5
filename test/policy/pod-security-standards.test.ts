import { expect } from "chai";
import { Evaluator } from "../../policy/evaluate";
import { rules } from "../../policy/rules";
import { Subject } from "../../policy/subject";
import { plain, type Fields } from "../../policy/value";
import { BASELINE, podSecurityRows, RESTRICTED, type Row } from "./cases/pod-security";

/** Control of the standards → the rule that holds it. */
const ruleOf: Readonly<Record<string, string>> = {
  "k8s-apparmor": "apparmor-profiles-are-kept",
  "k8s-capabilities-baseline": "containers-add-only-safe-capabilities",
  "k8s-capabilities-restricted": "containers-drop-capabilities",
  "k8s-no-host-namespaces": "pods-stay-off-the-host",
  "k8s-no-host-path": "volumes-stay-off-the-host",
  "k8s-no-host-ports": "ports-stay-off-the-host",
  "k8s-no-privilege-escalation": "containers-do-not-escalate",
  "k8s-no-privileged": "containers-are-unprivileged",
  "k8s-no-probe-host": "probes-stay-in-the-pod",
  "k8s-no-root-user": "containers-run-as-non-root",
  "k8s-no-windows-host-process": "containers-are-unprivileged",
  "k8s-proc-mount-baseline": "containers-keep-proc-masked",
  "k8s-proc-mount-restricted": "containers-keep-proc-masked",
  "k8s-restricted-volumes": "volumes-are-of-safe-types",
  "k8s-run-as-non-root": "containers-run-as-non-root",
  "k8s-seccomp-baseline": "containers-use-seccomp",
  "k8s-seccomp-restricted": "containers-use-seccomp",
  "k8s-selinux": "selinux-options-are-safe",
  "k8s-sysctls": "sysctls-are-safe",
};
/** Names of the rules broken, read as the standards read them: user namespaces relax root, and in baseline /proc. */
function broken({ manifest, level, id }: Pick<Row, "manifest" | "level" | "id">, exact = true): string[] {
  const config = exact
    ? {
        "containers-run-as-non-root": { honourUserNamespaces: true },
        "containers-keep-proc-masked": { honourUserNamespaces: level === "baseline" },
      }
    : {};
  const evaluator = new Evaluator({ rules, environment: "production", config });
  const findings = evaluator.resource(new Subject(id, "kubernetes:core/v1:Pod", id, plain(manifest) as Fields));
  const profile = level === "baseline" ? BASELINE : RESTRICTED;
  return [...new Set(findings.map(({ rule }) => rule.name).filter((name) => profile.includes(name)))];
}

describe("the rules against the Pod Security Standards' own cases [E2.5]", function () {
  if (podSecurityRows().length === 0) {
    it("are not at hand: the cases of kubernetes/pod-security-admission do not ship with the project", function () {
      this.skip();
    });
    return;
  }
  const rows = podSecurityRows();

  it("knows the rule of every control", () => {
    const controls = new Set(rows.map(({ rule }) => rule).filter((rule) => !rule.startsWith("k8s-pss-")));
    expect([...controls].filter((control) => !(control in ruleOf))).to.deep.equal([]);
  });
  for (const row of rows.filter(({ expect: verdict }) => verdict === "fail"))
    it(`refuses ${row.id}`, () => {
      // Baseline demands less of seccomp than the one rule does; what it refuses, the rule refuses too.
      expect(broken({ ...row, level: "restricted" }).concat(broken(row))).to.include(ruleOf[row.rule]);
    });
  for (const row of rows.filter(({ expect: verdict }) => verdict === "pass"))
    it(`accepts ${row.id}`, () => {
      expect(broken(row)).to.deep.equal([]);
    });
  it("is stricter by default where a user namespace waives root", () => {
    const waived = rows.filter((row) => row.expect === "pass" && broken(row, false).length > 0);
    expect(waived.length).to.be.greaterThan(0);
    expect(waived.every(({ manifest }) => (manifest["spec"] as { hostUsers?: boolean }).hostUsers === false)).to.equal(
      true,
    );
  });
});
