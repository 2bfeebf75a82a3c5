import { cisEks } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { choice, list } from "../setting";
import { at, text, UNKNOWN } from "../value";

type Profile = "privileged" | "baseline" | "restricted";
type Settings = { profile: Profile; privileged: readonly string[] };
const LABEL = "pod-security.kubernetes.io/enforce";
const ORDER: readonly unknown[] = ["privileged", "baseline", "restricted"] satisfies Profile[];

/** Namespaces whose pods need the node: a fixed list, as A14.1 asks. */
export const PRIVILEGED = [
  "kube-system",
  "velero",
  "chaos-mesh",
  "gpu-operator",
  "logging",
  "monitoring-agents",
  "istio-system",
  "linkerd-cni",
  "tigera-operator",
  "calico-system",
];

/** The API server itself then refuses what the profile forbids, whoever sends it. */
export const namespacesEnforcePodSecurity = resourceRule<Settings>({
  name: "namespaces-enforce-pod-security",
  description: "Every namespace the program makes enforces the Pod Security profile of the environment.",
  severity: "high",
  framework: cisEks("4.2", "Pod Security Standards are enforced on every namespace."),
  requirement: "E2.5",
  remediation: "Label the namespace pod-security.kubernetes.io/enforce: restricted.",
  url: "https://kubernetes.io/docs/concepts/security/pod-security-admission/",
  levels: { dev: "advisory" },
  settings: {
    profile: choice("least profile of a namespace", "restricted", ["privileged", "baseline", "restricted"]),
    privileged: list(
      "namespaces whose pods need the node; they have to say which profile holds, and may choose it",
      PRIVILEGED,
    ),
  },
  applies: isKind("/Namespace"),
  judge(subject, verdict, { profile, privileged }) {
    if (subject.type.endsWith("Patch")) return;
    const level = at(subject.metadata["labels"], LABEL);
    if (subject.properties["metadata"] === UNKNOWN || level === UNKNOWN) return verdict.undecided(`label ${LABEL}`);
    const rank = ORDER.indexOf(level);
    const listed = typeof subject.objectName === "string" && privileged.includes(subject.objectName);
    if (rank < 0) verdict.violation(`label ${LABEL} is not set to a profile`);
    else if (rank < ORDER.indexOf(profile) && !listed)
      verdict.violation(`label ${LABEL} is ${text(level)}, not ${profile}`);
  },
});
