import { at, pathOf, refOf, type Condition, type KubeObject } from "../kubernetes/object";
import { isProxy, proxyName, proxyObjects } from "./envoy-proxy";
import { addressesFor, conditions, judgeRoute, listenerStatus } from "./gateway-status";
import { namespaceOf, type Operator, type OperatorContext } from "./operator";
import { CONTROLLER, GATEWAY_API, listenersOf } from "./routing";

const MANAGER = "envoy-gateway";
const ENVOY_API = "gateway.envoyproxy.io/v1alpha1";
/** As long as it is on a class, its gateways and what serves them are not all gone. */
const CLASS_FINALIZER = "gateway-exists-finalizer.gateway.networking.k8s.io";

/** Envoy Gateway: accepts classes, runs an Envoy for each Gateway and tells routes what becomes of them. */
export const envoyGateway: Operator = {
  name: "envoy-gateway",
  deployment: { "control-plane": "envoy-gateway" },
  kinds: [
    { apiVersion: GATEWAY_API, kind: "GatewayClass" },
    { apiVersion: GATEWAY_API, kind: "Gateway" },
    { apiVersion: GATEWAY_API, kind: "HTTPRoute" },
    { apiVersion: "gateway.networking.k8s.io/v1beta1", kind: "ReferenceGrant" },
    { apiVersion: ENVOY_API, kind: "EnvoyProxy" },
    { apiVersion: "v1", kind: "Service" },
    { apiVersion: "v1", kind: "ServiceAccount" },
    { apiVersion: "v1", kind: "Secret" },
    { apiVersion: "v1", kind: "Namespace" },
    { apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
  ],
  async reconcile(context) {
    // Judging with half of the picture would tell routes of missing services that are there.
    if (!this.kinds.every((kind) => context.world.knows(kind))) return true;
    const classes = context.world
      .list(GATEWAY_API, "GatewayClass")
      .filter((one) => at(one, "spec", "controllerName") === CONTROLLER);
    const accepted = new Set<string>();
    for (const one of classes) if (await acceptClass(context, one)) accepted.add(one.metadata.name);
    const gateways = context.world
      .list(GATEWAY_API, "Gateway")
      .filter(
        (gateway) =>
          accepted.has(String(at(gateway, "spec", "gatewayClassName"))) &&
          gateway.metadata.deletionTimestamp === undefined,
      );
    await removeOrphans(context, gateways);
    for (const route of context.world.list(GATEWAY_API, "HTTPRoute"))
      await judgeRoute(context, CONTROLLER, route, gateways);
    for (const gateway of gateways) await program(context, gateway);
    for (const one of classes) await holdClass(context, one);
    return false;
  },
};

function parametersOf(
  { world }: OperatorContext,
  gatewayClass: KubeObject,
): { proxy?: KubeObject | undefined; missing?: string } {
  const reference = at(gatewayClass, "spec", "parametersRef") as
    { kind: string; name: string; namespace?: string } | undefined;
  if (reference === undefined) return {};
  const proxy = world.get({
    apiVersion: ENVOY_API,
    kind: "EnvoyProxy",
    name: reference.name,
    namespace: reference.namespace,
  });
  if (reference.kind === "EnvoyProxy" && proxy !== undefined) return { proxy };
  return { missing: `failed to find ${reference.kind.toLowerCase()} ${pathOf(reference)}` };
}

async function acceptClass(context: OperatorContext, gatewayClass: KubeObject): Promise<boolean> {
  const { missing } = parametersOf(context, gatewayClass);
  const condition: Condition =
    missing === undefined
      ? { type: "Accepted", status: "True", reason: "Accepted", message: "Valid GatewayClass" }
      : {
          type: "Accepted",
          status: "False",
          reason: "InvalidParameters",
          message: `Invalid parametersRef: ${missing}`,
        };
  await context.world.status(gatewayClass, {
    conditions: conditions(context, gatewayClass["status"], gatewayClass, [condition]),
  });
  return missing === undefined;
}

/**
 * A class stays while it has a Gateway, and no longer: what serves one, and its load balancer, may still be going
 * (envoyproxy/gateway, internal/provider/kubernetes/controller.go).
 */
async function holdClass(context: OperatorContext, gatewayClass: KubeObject): Promise<void> {
  const used = context.world
    .list(GATEWAY_API, "Gateway")
    .some((gateway) => at(gateway, "spec", "gatewayClassName") === gatewayClass.metadata.name);
  const current = context.world.get(refOf(gatewayClass)) ?? gatewayClass;
  await context.world.guard(current, CLASS_FINALIZER, used);
}

async function removeOrphans({ world, self }: OperatorContext, gateways: readonly KubeObject[]): Promise<void> {
  const names = new Set(gateways.map(proxyName));
  const kinds = [
    ["apps/v1", "Deployment"],
    ["v1", "Service"],
    ["v1", "ServiceAccount"],
    ["policy/v1", "PodDisruptionBudget"],
  ] as const;
  for (const [apiVersion, kind] of kinds)
    for (const object of world.list(apiVersion, kind, namespaceOf(self)))
      if (isProxy(object) && !names.has(object.metadata.name)) await world.remove(object);
}

async function program(context: OperatorContext, gateway: KubeObject): Promise<void> {
  const { world, self } = context;
  const gatewayClass = world.get({
    apiVersion: GATEWAY_API,
    kind: "GatewayClass",
    name: String(at(gateway, "spec", "gatewayClassName")),
  });
  const { proxy } = gatewayClass === undefined ? {} : parametersOf(context, gatewayClass);
  for (const object of proxyObjects(gateway, proxy, namespaceOf(self))) await world.ensure(object, MANAGER);

  const name = proxyName(gateway);
  const namespace = namespaceOf(self);
  const deployment = world.get({ apiVersion: "apps/v1", kind: "Deployment", name, namespace });
  const service = world.get({ apiVersion: "v1", kind: "Service", name, namespace });
  const addresses = addressesFor(service);
  const available = Number(at(deployment, "status", "availableReplicas") ?? 0);
  const wanted = Number(at(deployment, "spec", "replicas") ?? 1);
  const given: Condition[] = [
    {
      type: "Accepted",
      status: "True",
      reason: "Accepted",
      message: "The Gateway has been scheduled by Envoy Gateway",
    },
    programmed(addresses.length, available, wanted),
  ];
  const listeners = listenersOf(gateway).map((listener) => listenerStatus(context, gateway, listener));
  await world.status(gateway, {
    addresses: addresses.length > 0 ? addresses : null,
    conditions: conditions(context, gateway["status"], gateway, given),
    listeners,
  });
}

function programmed(addresses: number, available: number, wanted: number): Condition {
  if (addresses === 0)
    return {
      type: "Programmed",
      status: "False",
      reason: "AddressNotAssigned",
      message: "No addresses have been assigned to the Gateway",
    };
  if (available === 0)
    return { type: "Programmed", status: "False", reason: "NoResources", message: "Deployment replicas unavailable" };
  const counted = `${available}/${wanted} envoy replicas available`;
  return {
    type: "Programmed",
    status: "True",
    reason: "Programmed",
    message: `Address assigned to the Gateway, ${counted}`,
  };
}
