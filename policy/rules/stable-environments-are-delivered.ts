import { platform } from "../framework";
import { together } from "../namespace";
import { stackRule, type Stack } from "../rule";
import type { Subject } from "../subject";
import { list } from "../setting";
import { at, items, text, UNKNOWN, type Value } from "../value";

const ROLE = "kubernetes:rbac.authorization.k8s.io/v1";
const READING: readonly Value[] = ["get", "list", "watch"];
/** Kubernetes' own roles that write (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles). */
const WRITERS: readonly string[] = ["admin", "cluster-admin", "edit"];
type Settings = { namespaces: readonly string[]; deliverers: readonly string[] };

/** What a person changes by hand is in no record, was tried nowhere before, and is gone with the next delivery. */
export const stableEnvironmentsAreDelivered = stackRule<Settings>({
  name: "stable-environments-are-delivered",
  description: "Staging and production are written by the delivery identity and by nobody else.",
  severity: "high",
  framework: platform("E4.3", "Staging and production are written by the delivery identity only; no manual kubectl."),
  requirement: "E4.3",
  remediation: "Bind a role that only reads; what has to change is promoted, or done under break-glass.",
  url: "https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
  levels: { dev: "disabled" },
  settings: {
    namespaces: list("namespaces that nobody writes by hand", ["staging", "production"]),
    deliverers: list("accounts that deliver, as namespace/name", ["argocd/argocd-application-controller"]),
  },
  judge(stack, verdict, settings) {
    for (const binding of [...stack.ofType(`${ROLE}:RoleBinding`), ...stack.ofType(`${ROLE}:ClusterRoleBinding`)]) {
      const everywhere = binding.type.endsWith(":ClusterRoleBinding");
      const { namespace } = binding;
      if (!everywhere && (namespace === UNKNOWN || !settings.namespaces.includes(namespace))) continue;
      const people = someoneElse(binding, settings);
      if (people === undefined) continue;
      const writes = writesOf(stack, binding);
      if (people === UNKNOWN || writes === UNKNOWN)
        verdict.undecided(`what ${binding.title} lets whom do`, binding.urn);
      else if (writes !== undefined)
        verdict.violation(
          `${binding.title} lets ${people} ${writes}${everywhere ? " in every namespace" : ""}`,
          binding.urn,
        );
    }
  },
});

/** The first subject that is neither a deliverer nor an account of the same namespace; controllers have rights of their own. */
function someoneElse(binding: Subject, { deliverers }: Settings): string | typeof UNKNOWN | undefined {
  const subjects = items(binding.properties["subjects"]);
  if (subjects === UNKNOWN) return UNKNOWN;
  for (const subject of subjects) {
    const [kind, name] = [at(subject, "kind"), at(subject, "name")];
    if (kind === UNKNOWN || name === UNKNOWN) return UNKNOWN;
    if (kind === "User" || kind === "Group") {
      if (!text(name).startsWith("system:")) return `${kind.toLowerCase()} ${text(name)}`;
    } else if (kind === "ServiceAccount" && binding.type.endsWith(":RoleBinding")) {
      const place = at(subject, "namespace") ?? binding.namespace;
      if (place === UNKNOWN) return UNKNOWN;
      const account = `${text(place)}/${text(name)}`;
      if (place !== binding.namespace && !deliverers.includes(account)) return `account ${account}`;
    }
  }
  return undefined;
}

/** The first verb beyond reading that the bound role has; undefined when it has none, or is of another stack. */
function writesOf(stack: Stack, binding: Subject): string | typeof UNKNOWN | undefined {
  const reference = binding.properties["roleRef"];
  const [kind, name] = [at(reference, "kind"), at(reference, "name")];
  if (kind === UNKNOWN || name === UNKNOWN) return UNKNOWN;
  const role = [...stack.ofType(`${ROLE}:${text(kind)}`)].find(
    (one) => one.objectName === name && (kind === "ClusterRole" || together(one, binding)),
  );
  if (role === undefined)
    return typeof name === "string" && WRITERS.includes(name) ? `do what ${text(name)} may` : undefined;
  const rules = items(role.properties["rules"]);
  if (rules === UNKNOWN) return UNKNOWN;
  for (const rule of rules) {
    const verbs = items(at(rule, "verbs"));
    if (verbs === UNKNOWN) return UNKNOWN;
    const writing = verbs.find((verb) => !READING.includes(verb));
    if (writing === UNKNOWN) return UNKNOWN;
    if (writing !== undefined) return `${text(writing)} ${nameOf(at(rule, "resources"))}`;
  }
  return undefined;
}

function nameOf(resources: Value): string {
  const list = items(resources);
  return list === UNKNOWN || list.length === 0 ? "something" : list.map(String).join(", ");
}
