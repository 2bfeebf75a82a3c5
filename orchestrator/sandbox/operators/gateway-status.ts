import { at, conditionOf, listAt, type Condition, type KubeObject } from "../kubernetes/object";
import type { OperatorContext } from "./operator";
import { GATEWAY_API, attach, gatewayOf, parentsOf, unresolved, type Listener } from "./routing";
import { withConditions } from "./world";

/** What every controller of the Gateway API writes into the status of classes, gateways and routes. */

/** Conditions with the generation they were seen at. */
export function conditions(
  { now }: OperatorContext,
  status: unknown,
  object: KubeObject,
  given: readonly Condition[],
): Condition[] {
  const generation = object.metadata.generation;
  return withConditions(
    status,
    given.map((condition) => ({ ...condition, ...(generation !== undefined && { observedGeneration: generation }) })),
    now,
  );
}

/** Tells a route what becomes of it at the gateways of one controller, and leaves alone what others told it. */
export async function judgeRoute(
  context: OperatorContext,
  controller: string,
  route: KubeObject,
  gateways: readonly KubeObject[],
): Promise<void> {
  const { world } = context;
  const old = listAt<{ parentRef: unknown; controllerName: string }>(route, "status", "parents");
  const parents = parentsOf(route).flatMap((parentRef) => {
    const gateway = gatewayOf(world, route, parentRef);
    if (gateway === undefined || !gateways.some((one) => one.metadata.uid === gateway.metadata.uid)) return [];
    const attached = attach(world, route, parentRef, gateway);
    const broken = unresolved(world, route);
    const before = old.find((parent) => JSON.stringify(parent.parentRef) === JSON.stringify(parentRef));
    const given: Condition[] = [
      "listeners" in attached
        ? { type: "Accepted", status: "True", reason: "Accepted", message: "Route is accepted" }
        : { type: "Accepted", status: "False", ...attached },
      broken === undefined
        ? {
            type: "ResolvedRefs",
            status: "True",
            reason: "ResolvedRefs",
            message: "Resolved all the Object references for the Route",
          }
        : { type: "ResolvedRefs", status: "False", ...broken },
    ];
    return [{ parentRef, controllerName: controller, conditions: conditions(context, before, route, given) }];
  });
  const others = old.filter(({ controllerName }) => controllerName !== controller);
  if (parents.length > 0 || old.length > others.length) await world.status(route, { parents: [...others, ...parents] });
}

/** Where a Service is reached from outside, or inside where it has no load balancer. */
export function addressesFor(service: KubeObject | undefined): { type: string; value: string }[] {
  if (service === undefined) return [];
  if (at(service, "spec", "type") !== "LoadBalancer") {
    const address = at(service, "spec", "clusterIP");
    return typeof address === "string" && address !== "None" ? [{ type: "IPAddress", value: address }] : [];
  }
  return listAt<{ hostname?: string; ip?: string }>(service, "status", "loadBalancer", "ingress").flatMap(
    ({ hostname, ip }) =>
      hostname !== undefined
        ? [{ type: "Hostname", value: hostname }]
        : ip !== undefined
          ? [{ type: "IPAddress", value: ip }]
          : [],
  );
}

/** A listener's status: its certificates and how many routes it has. */
export function listenerStatus(context: OperatorContext, gateway: KubeObject, listener: Listener) {
  const { world } = context;
  const before = listAt<{ name: string }>(gateway, "status", "listeners").find(({ name }) => name === listener.name);
  const problem = certificateProblem(context, gateway, listener);
  const attachedRoutes = world.list(GATEWAY_API, "HTTPRoute").filter((route) =>
    parentsOf(route).some((parent) => {
      if (gatewayOf(world, route, parent)?.metadata.uid !== gateway.metadata.uid) return false;
      const attached = attach(world, route, parent, gateway);
      return "listeners" in attached && attached.listeners.some(({ name }) => name === listener.name);
    }),
  ).length;
  const given: Condition[] = [
    { type: "Accepted", status: "True", reason: "Accepted", message: "Listener has been successfully translated" },
    problem === undefined
      ? {
          type: "Programmed",
          status: "True",
          reason: "Programmed",
          message: "Sending translated listener configuration to the data plane",
        }
      : {
          type: "Programmed",
          status: "False",
          reason: "Invalid",
          message: "Listener is invalid, see other Conditions for details.",
        },
    problem === undefined
      ? {
          type: "ResolvedRefs",
          status: "True",
          reason: "ResolvedRefs",
          message: "Listener references have been resolved",
        }
      : { type: "ResolvedRefs", status: "False", reason: "InvalidCertificateRef", message: problem },
  ];
  return {
    name: listener.name,
    attachedRoutes,
    supportedKinds: [
      { group: "gateway.networking.k8s.io", kind: "HTTPRoute" },
      { group: "gateway.networking.k8s.io", kind: "GRPCRoute" },
    ],
    conditions: conditions(context, before, gateway, given),
  };
}

function certificateProblem(
  { world }: OperatorContext,
  gateway: KubeObject,
  { protocol, tls }: Listener,
): string | undefined {
  if (protocol !== "HTTPS" || tls?.mode === "Passthrough") return undefined;
  const references = tls?.certificateRefs ?? [];
  if (references.length === 0) return "Listener must have at least 1 TLS certificate ref";
  for (const { name, namespace = gateway.metadata.namespace } of references) {
    const secret = world.get({ apiVersion: "v1", kind: "Secret", name, namespace });
    if (secret === undefined) return `Secret ${namespace ?? ""}/${name} does not exist.`;
    if (at(secret, "data", "tls.crt") === undefined || at(secret, "data", "tls.key") === undefined)
      return `Secret ${namespace ?? ""}/${name} must contain tls.crt and tls.key.`;
  }
  return undefined;
}

/** True when the controller says that traffic gets through. */
export const isProgrammed = (gateway: KubeObject): boolean => conditionOf(gateway, "Programmed")?.status === "True";
