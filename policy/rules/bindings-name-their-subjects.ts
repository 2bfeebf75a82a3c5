import { cisEks } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { at, items, text, UNKNOWN } from "../value";

const EVERYBODY: readonly unknown[] = ["system:anonymous", "system:unauthenticated", "system:authenticated"];
/** What Kubernetes itself lets everybody do: ask for versions and for one's own rights. */
const HARMLESS: readonly unknown[] = ["system:discovery", "system:basic-user", "system:public-info-viewer"];

/** `system:authenticated` is everyone with any way in, service accounts of every namespace among them. */
export const bindingsNameTheirSubjects = resourceRule({
  name: "bindings-name-their-subjects",
  description: "No right is bound to everybody: anonymous, unauthenticated or all authenticated callers.",
  severity: "critical",
  framework: cisEks("4.1", "Anonymous and unauthenticated callers have no rights beyond discovery."),
  requirement: "E4.2",
  remediation: "Bind the role to the group or account that needs it.",
  url: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles",
  applies: isKind("rbac.authorization.k8s.io/ClusterRoleBinding", "rbac.authorization.k8s.io/RoleBinding"),
  judge({ properties }, verdict) {
    if (HARMLESS.includes(at(properties["roleRef"], "name"))) return;
    const subjects = items(properties["subjects"]);
    if (subjects === UNKNOWN) return verdict.undecided("subjects");
    subjects.forEach((subject, index) => {
      const name = at(subject, "name");
      if (name === UNKNOWN) verdict.undecided(`subjects[${index}].name`);
      else if (EVERYBODY.includes(name)) verdict.violation(`subjects[${index}] is ${text(name)}`);
    });
  },
});
