import { at, listAt, selects, type Condition, type KubeObject } from "../kubernetes/object";

/** What reads objects of a cluster: the operators' cache, or a client. */
export interface Objects {
  list(apiVersion: string, kind: string, namespace?: string): KubeObject[];
  get(ref: { apiVersion: string; kind: string; name: string; namespace?: string | undefined }): KubeObject | undefined;
}

export const GATEWAY_API = "gateway.networking.k8s.io/v1";
export const CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller";
export const TRAEFIK = "traefik.io/gateway-controller";

export interface ParentRef {
  readonly name: string;
  readonly namespace?: string;
  readonly sectionName?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly port?: number;
}
export interface Listener {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly hostname?: string;
  readonly tls?: { mode?: string; certificateRefs?: { name: string; namespace?: string }[] };
  readonly allowedRoutes?: { namespaces?: { from?: string; selector?: { matchLabels?: Record<string, string> } } };
}

export const listenersOf = (gateway: KubeObject): Listener[] => listAt<Listener>(gateway, "spec", "listeners");
export const parentsOf = (route: KubeObject): ParentRef[] => listAt<ParentRef>(route, "spec", "parentRefs");

export function gatewayOf(objects: Objects, route: KubeObject, parent: ParentRef): KubeObject | undefined {
  const namespace = parent.namespace ?? route.metadata.namespace;
  return objects.get({ apiVersion: GATEWAY_API, kind: "Gateway", name: parent.name, namespace });
}
export function addressesOf(gateway: KubeObject | undefined): string[] {
  return listAt<{ value: string }>(gateway, "status", "addresses").map(({ value }) => value);
}

/** Parents that took the route, as a controller wrote into its status; as any did when none is named. */
export function acceptedParents(route: KubeObject, controller?: string): ParentRef[] {
  return listAt<{ parentRef: ParentRef; controllerName: string; conditions?: Condition[] }>(route, "status", "parents")
    .filter(({ controllerName }) => controller === undefined || controllerName === controller)
    .filter(({ conditions = [] }) => conditions.some(({ type, status }) => type === "Accepted" && status === "True"))
    .map(({ parentRef }) => parentRef);
}

/** `a.example.org` under `*.example.org`, or the same name; no name means every name. */
export function hostMatches(pattern: string | undefined, host: string): boolean {
  if (pattern === undefined || pattern === "") return true;
  if (pattern.startsWith("*.")) return host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1;
  return pattern === host;
}
function hostsMeet(listener: string | undefined, hosts: readonly string[]): boolean {
  return (
    hosts.length === 0 ||
    hosts.some((host) => hostMatches(listener, host) || (listener !== undefined && hostMatches(host, listener)))
  );
}

/** Listeners of a parent that take the route, or the reason none does (Gateway API, RouteConditionReason). */
export function attach(
  objects: Objects,
  route: KubeObject,
  parent: ParentRef,
  gateway: KubeObject,
): { listeners: Listener[] } | { reason: string; message: string } {
  const named = listenersOf(gateway).filter(
    ({ name, port }) =>
      (parent.sectionName === undefined || parent.sectionName === name) &&
      (parent.port === undefined || parent.port === port),
  );
  if (named.length === 0) return { reason: "NoMatchingParent", message: "No listeners match this parent ref" };
  const allowed = named.filter((listener) => allows(objects, listener, gateway, route));
  if (allowed.length === 0)
    return {
      reason: "NotAllowedByListeners",
      message: "No listeners included by this parent ref allowed this attachment.",
    };
  const hosts = listAt<string>(route, "spec", "hostnames");
  const meeting = allowed.filter(({ hostname }) => hostsMeet(hostname, hosts));
  if (meeting.length === 0)
    return {
      reason: "NoMatchingListenerHostname",
      message: "There were no hostname intersections between the HTTPRoute and this parent ref's Listener(s).",
    };
  return { listeners: meeting };
}

function allows(objects: Objects, { allowedRoutes }: Listener, gateway: KubeObject, route: KubeObject): boolean {
  const { from = "Same", selector } = allowedRoutes?.namespaces ?? {};
  switch (from) {
    case "All":
      return true;
    case "Selector": {
      const namespace = objects.get({ apiVersion: "v1", kind: "Namespace", name: route.metadata.namespace ?? "" });
      return namespace !== undefined && selects(selector?.matchLabels, namespace.metadata.labels);
    }
    case "None":
      return false;
    default:
      return gateway.metadata.namespace === route.metadata.namespace;
  }
}

export interface BackendRef {
  readonly name: string;
  readonly namespace?: string;
  readonly port?: number;
  readonly kind?: string;
  readonly weight?: number;
}
/** Why a route's backends do not resolve; undefined when all do (Gateway API, ResolvedRefs). */
export function unresolved(objects: Objects, route: KubeObject): { reason: string; message: string } | undefined {
  const rules = listAt(route, "spec", "rules");
  for (const [r, rule] of rules.entries()) {
    for (const [b, backend] of listAt<BackendRef>(rule, "backendRefs").entries()) {
      const where = `Failed to process route rule ${r} backendRef ${b}`;
      const namespace = backend.namespace ?? route.metadata.namespace ?? "";
      if (backend.kind !== undefined && backend.kind !== "Service")
        return { reason: "InvalidKind", message: `${where}: kind ${backend.kind} is not supported.` };
      if (namespace !== route.metadata.namespace && !granted(objects, route, backend.name, namespace))
        return {
          reason: "RefNotPermitted",
          message: `${where}: backend ref to Service ${namespace}/${backend.name} not permitted by any ReferenceGrant.`,
        };
      const service = objects.get({ apiVersion: "v1", kind: "Service", name: backend.name, namespace });
      if (service === undefined)
        return { reason: "BackendNotFound", message: `${where}: service ${namespace}/${backend.name} not found.` };
      if (!listAt<{ port: number }>(service, "spec", "ports").some(({ port }) => port === backend.port))
        return {
          reason: "UnsupportedValue",
          message: `${where}: TCP Port ${backend.port ?? 0} not found on Service ${namespace}/${backend.name}.`,
        };
    }
  }
  return undefined;
}

function granted(objects: Objects, route: KubeObject, name: string, namespace: string): boolean {
  return objects
    .list("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", namespace)
    .some(
      (grant) =>
        listAt(grant, "spec", "from").some(
          (from) => at(from, "kind") === "HTTPRoute" && at(from, "namespace") === route.metadata.namespace,
        ) &&
        listAt(grant, "spec", "to").some(
          (to) => at(to, "kind") === "Service" && (at(to, "name") === undefined || at(to, "name") === name),
        ),
    );
}
