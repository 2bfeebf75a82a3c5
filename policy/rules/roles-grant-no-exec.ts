import { nsa } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { list } from "../setting";
import { at, items, several, text, UNKNOWN } from "../value";
import { matches } from "../waiver";

const SESSIONS = ["pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers", "pods/*", "*"];
const ACTING = ["create", "get", "patch", "update", "*"];

/** A shell in a pod is everything the pod may do, unlogged; it is for previews, and for a broken glass (E4.4). */
export const rolesGrantNoExec = resourceRule<{ previewNamespaces: readonly string[] }>({
  name: "roles-grant-no-exec",
  description: "Roles open no session into pods outside preview namespaces.",
  severity: "high",
  framework: nsa(
    "Authentication and authorization: Role-based access control",
    "Separate privileges; interactive access to containers is limited.",
  ),
  requirement: "E4.4",
  remediation:
    "Remove pods/exec, pods/attach, pods/portforward and pods/ephemeralcontainers; break-glass access is granted for the hour.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
  levels: { dev: "advisory" },
  settings: {
    previewNamespaces: list("namespaces where a session is allowed; * stands for any text", [
      "preview-*",
      "pr-*",
      "feature-*",
    ]),
  },
  applies: isKind("rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/ClusterRole"),
  judge(subject, verdict, { previewNamespaces }) {
    const namespace = subject.metadata["namespace"];
    if (typeof namespace === "string" && previewNamespaces.some((pattern) => matches(pattern, namespace))) return;
    const rules = items(subject.properties["rules"]);
    if (rules === UNKNOWN) return verdict.undecided("rules");
    rules.forEach((rule, index) => {
      const [verbs, resources] = several(items(at(rule, "verbs")), items(at(rule, "resources")));
      if (verbs === UNKNOWN || resources === UNKNOWN) return verdict.undecided(`rules[${index}]`);
      if (!verbs.some((verb) => ACTING.includes(text(verb)))) return;
      const sessions = resources.filter((resource) => SESSIONS.includes(text(resource)));
      for (const resource of sessions)
        if (resource !== "*" || verbs.some((verb) => verb === "create" || verb === "*"))
          verdict.violation(`rules[${index}] opens sessions by ${text(resource)}`);
    });
  },
});
