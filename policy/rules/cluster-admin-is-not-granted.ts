import { cisEks } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { list } from "../setting";
import { at, items, text, UNKNOWN } from "../value";
import { matches } from "../waiver";

type Settings = { administrators: readonly string[] };
const binding = isKind("rbac.authorization.k8s.io/ClusterRoleBinding", "rbac.authorization.k8s.io/RoleBinding");
const association = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation";

/** The platform's one administrator role, kept apart and audited (C6.6). */
const ADMINISTRATORS = ["arn:aws:iam::*:role/platform-admin"];

/** Whoever is cluster-admin is the cluster: no other rule holds for them. */
export const clusterAdminIsNotGranted = resourceRule<Settings>({
  name: "cluster-admin-is-not-granted",
  description: "No user, group or service account is bound to cluster-admin, by RBAC or by an EKS access policy.",
  severity: "critical",
  framework: cisEks("4.1.1", "Ensure that the cluster-admin role is only used where required."),
  requirement: "E4.1",
  remediation:
    "Bind a role that names what is needed; list the platform's one administrator role under administrators.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
  settings: {
    administrators: list(
      "subjects that may be: name of a group or account, or ARN of a role; * stands for any text",
      ADMINISTRATORS,
    ),
  },
  applies: (type) => binding(type) || type === association,
  judge({ type, properties }, verdict, { administrators }) {
    const known = (name: unknown) =>
      typeof name === "string" && administrators.some((pattern) => matches(pattern, name));
    if (type === association) {
      const policy = properties["policyArn"];
      if (policy === UNKNOWN) verdict.undecided("policyArn");
      else if (text(policy).endsWith("/AmazonEKSClusterAdminPolicy") && !known(properties["principalArn"]))
        verdict.violation("the access policy makes its principal cluster-admin");
      return;
    }
    const role = at(properties["roleRef"], "name");
    if (role === UNKNOWN) return verdict.undecided("roleRef.name");
    if (role !== "cluster-admin") return;
    const subjects = items(properties["subjects"]);
    if (subjects === UNKNOWN) return verdict.undecided("subjects");
    subjects.forEach((subject, index) => {
      const name = at(subject, "name");
      if (!known(name)) verdict.violation(`subjects[${index}] (${text(at(subject, "kind"))}) becomes cluster-admin`);
    });
  },
});
