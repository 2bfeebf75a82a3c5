import { platform } from "../framework";
import { stackRule } from "../rule";
import type { Subject } from "../subject";
import { together } from "../namespace";
import { at, isAbsent, items, text, UNKNOWN, type Value } from "../value";

const KINDS = ["HTTPRoute", "GRPCRoute"].map((kind) => `kubernetes:gateway.networking.k8s.io/v1:${kind}`);

/** A route that names no listener is served on all of them, the plain one among them. */
export const routesAttachToTls = stackRule({
  name: "routes-attach-to-tls",
  description: "A route that carries traffic attaches to HTTPS listeners only; plain HTTP redirects.",
  severity: "high",
  framework: platform("E3.3", "TLS on every entry point."),
  requirement: "E3.3",
  remediation:
    "Name the HTTPS listener in parentRefs.sectionName; leave the plain one to a route of RequestRedirect filters.",
  url: "https://gateway-api.sigs.k8s.io/guides/http-redirect-rewrite/",
  levels: { dev: "advisory" },
  judge(stack, verdict) {
    const gateways = stack.ofType("kubernetes:gateway.networking.k8s.io/v1:Gateway");
    for (const route of KINDS.flatMap((kind) => stack.ofType(kind))) {
      if (onlyRedirects(route.properties["spec"])) continue;
      const parents = items(at(route.properties["spec"], "parentRefs"));
      if (parents === UNKNOWN) {
        verdict.undecided(`parentRefs of ${route.title}`, route.urn);
        continue;
      }
      for (const parent of parents) {
        const gateway = gateways.find((candidate) => isParent(parent, candidate, route));
        const plain =
          gateway === undefined
            ? undefined
            : plainListener(gateway, at(parent, "sectionName"), together(gateway, route));
        if (plain !== undefined)
          verdict.violation(`${route.title} is served in the clear by listener ${plain}`, route.urn);
      }
    }
  },
});

function onlyRedirects(spec: Value): boolean {
  const rules = items(at(spec, "rules"));
  if (rules === UNKNOWN || rules.length === 0) return false;
  return rules.every((rule) => {
    const filters = items(at(rule, "filters"));
    return filters !== UNKNOWN && filters.some((filter) => at(filter, "type") === "RequestRedirect");
  });
}

function isParent(parent: Value, gateway: Subject, route: Subject): boolean {
  if ((at(parent, "kind") ?? "Gateway") !== "Gateway" || at(parent, "name") !== gateway.objectName) return false;
  const namespace = at(parent, "namespace");
  return isAbsent(namespace)
    ? together(gateway, route)
    : namespace === UNKNOWN || gateway.namespace === UNKNOWN || namespace === gateway.namespace;
}

/** The plain listener that takes the route: of its own namespace by default, of others where it says so. */
function plainListener(gateway: Subject, section: Value, same: boolean): string | undefined {
  const listeners = items(at(gateway.properties["spec"], "listeners"));
  if (listeners === UNKNOWN) return undefined;
  const taken = listeners.find((listener) => {
    const from = at(listener, "allowedRoutes", "namespaces", "from") ?? "Same";
    const open = from !== "None" && (from !== "Same" || same);
    return at(listener, "protocol") === "HTTP" && open && (isAbsent(section) || section === at(listener, "name"));
  });
  return taken === undefined ? undefined : text(at(taken, "name"));
}
