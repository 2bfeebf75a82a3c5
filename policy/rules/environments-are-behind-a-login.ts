import { platform } from "../framework";
import { together } from "../namespace";
import { stackRule } from "../rule";
import type { Subject } from "../subject";
import { list } from "../setting";
import { at, isFields, items, UNKNOWN, type Value } from "../value";
import { matches } from "../waiver";

/** Ways of Envoy Gateway to ask who somebody is (https://gateway.envoyproxy.io/docs/api/extension_types/#securitypolicyspec). */
const LOGINS = ["apiKeyAuth", "basicAuth", "extAuth", "jwt", "oidc"];

/** What is not ready for the public is not shown to it, whoever knows the address. */
export const environmentsAreBehindALogin = stackRule<{ namespaces: readonly string[] }>({
  name: "environments-are-behind-a-login",
  description: "Every route of QA and of a preview is behind a login or an allow list.",
  severity: "high",
  framework: platform("E3.7", "QA is never public; previews sit behind login or allow list by default."),
  requirement: "E3.7",
  remediation:
    "Add a SecurityPolicy to the namespace that targets the HTTPRoute, with oidc, or with authorization whose defaultAction is Deny.",
  url: "https://gateway.envoyproxy.io/docs/tasks/security/oidc/",
  settings: {
    namespaces: list("namespaces of environments that are not public; * stands for any text", ["qa", "feature-pr-*"]),
  },
  judge(stack, verdict, { namespaces }) {
    const policies = stack.ofType("kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy");
    for (const route of stack.ofType("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute")) {
      const { namespace } = route;
      if (namespace === UNKNOWN || !namespaces.some((one) => matches(one, namespace))) continue;
      const targeting = policies.filter((policy) => together(policy, route) && targets(policy, route));
      if (targeting.some(asks)) continue;
      if (targeting.some((policy) => policy.properties["spec"] === UNKNOWN))
        verdict.undecided(`who may open ${route.title}`, route.urn);
      else verdict.violation(`${route.title} is open to whoever knows its address`, route.urn);
    }
  },
});

function targets({ properties }: Subject, { objectName }: Subject): boolean {
  const { spec } = properties;
  if (spec === UNKNOWN) return true;
  const several = items(at(spec, "targetRefs"));
  const references: readonly Value[] = [at(spec, "targetRef"), ...(several === UNKNOWN ? [] : several)];
  return references.some((one) => at(one, "kind") === "HTTPRoute" && at(one, "name") === objectName);
}

function asks({ properties }: Subject): boolean {
  const { spec } = properties;
  if (LOGINS.some((login) => isFields(at(spec, login)))) return true;
  return at(spec, "authorization", "defaultAction") === "Deny";
}
