import { at, listAt, type Condition, type KubeObject } from "../kubernetes/object";
import { addressesFor, conditions, judgeRoute, listenerStatus } from "./gateway-status";
import { namespaceOf, type Operator, type OperatorContext } from "./operator";
import { GATEWAY_API, TRAEFIK, listenersOf, type Listener } from "./routing";

const argsOf = (self: KubeObject): string[] =>
  listAt<string>(self, "spec", "template", "spec", "containers", 0, "args");

/** Traefik's Gateway API provider: takes classes, listeners on its own entry points, and routes. */
export const traefik: Operator = {
  name: "traefik",
  deployment: { "app.kubernetes.io/name": "traefik" },
  kinds: [
    { apiVersion: GATEWAY_API, kind: "GatewayClass" },
    { apiVersion: GATEWAY_API, kind: "Gateway" },
    { apiVersion: GATEWAY_API, kind: "HTTPRoute" },
    { apiVersion: "gateway.networking.k8s.io/v1beta1", kind: "ReferenceGrant" },
    { apiVersion: "v1", kind: "Service" },
    { apiVersion: "v1", kind: "Secret" },
    { apiVersion: "v1", kind: "Namespace" },
  ],
  async reconcile(context) {
    const { world, self } = context;
    if (!argsOf(self).includes("--providers.kubernetesgateway")) return false;
    // Its watches start together: without the Gateway API's definitions it serves nothing and tries again.
    if (!this.kinds.every((kind) => world.knows(kind))) return true;
    const service = world.get({
      apiVersion: "v1",
      kind: "Service",
      name: self.metadata.name,
      namespace: namespaceOf(self),
    });
    const addresses = addressesFor(service);
    // It writes no status at all while the Service it publishes has no address (gatewayAddresses).
    if (addresses.length === 0) return false;
    const classes = world
      .list(GATEWAY_API, "GatewayClass")
      .filter((one) => at(one, "spec", "controllerName") === TRAEFIK);
    for (const one of classes) await accept(context, one);
    const names = new Set(classes.map(({ metadata }) => metadata.name));
    const gateways = world
      .list(GATEWAY_API, "Gateway")
      .filter(
        (gateway) =>
          names.has(String(at(gateway, "spec", "gatewayClassName"))) &&
          gateway.metadata.deletionTimestamp === undefined,
      );
    for (const route of world.list(GATEWAY_API, "HTTPRoute")) await judgeRoute(context, TRAEFIK, route, gateways);
    for (const gateway of gateways) await program(context, gateway, addresses);
    return false;
  },
};

async function accept(context: OperatorContext, gatewayClass: KubeObject): Promise<void> {
  const condition: Condition = {
    type: "Accepted",
    status: "True",
    reason: "Handled",
    message: "Handled by Traefik controller",
  };
  await context.world.status(gatewayClass, {
    conditions: conditions(context, gatewayClass["status"], gatewayClass, [condition]),
  });
}

/** Ports on which the pods listen, by the chart's arguments. */
function entryPoints(self: KubeObject): Set<number> {
  return new Set(
    argsOf(self).flatMap((argument) => {
      const found = /^--entryPoints\.[^.]+\.address=:(\d+)\/tcp$/.exec(argument);
      return found === null ? [] : [Number(found[1])];
    }),
  );
}

async function program(
  context: OperatorContext,
  gateway: KubeObject,
  addresses: readonly { type: string; value: string }[],
): Promise<void> {
  const ports = entryPoints(context.self);
  const listeners = listenersOf(gateway).map((listener) =>
    ports.has(listener.port) ? listenerStatus(context, gateway, listener) : unavailable(context, gateway, listener),
  );
  const broken = listeners.some(({ conditions: given }) => given.some(({ status }) => status === "False"));
  const given: Condition[] = broken
    ? [
        {
          type: "Accepted",
          status: "False",
          reason: "ListenersNotValid",
          message: "All Listeners must be valid",
        },
        { type: "Programmed", status: "False", reason: "Invalid", message: "All Listeners must be valid" },
      ]
    : [
        { type: "Accepted", status: "True", reason: "Accepted", message: "Gateway successfully scheduled" },
        { type: "Programmed", status: "True", reason: "Programmed", message: "Gateway successfully scheduled" },
      ];
  await context.world.status(gateway, {
    addresses,
    conditions: conditions(context, gateway["status"], gateway, given),
    listeners,
  });
}

function unavailable(context: OperatorContext, gateway: KubeObject, { name, port, protocol }: Listener) {
  const before = listAt<{ name: string }>(gateway, "status", "listeners").find((one) => one.name === name);
  return {
    name,
    attachedRoutes: 0,
    supportedKinds: [],
    conditions: conditions(context, before, gateway, [
      {
        type: "Accepted",
        status: "False",
        reason: "PortUnavailable",
        message: `Cannot find entryPoint for Gateway: no matching entryPoint for port ${port} and protocol "${protocol}"`,
      },
    ]),
  };
}
