import { createHash } from "node:crypto";
import { at, conditionOf, listAt, pathOf, type KubeObject } from "../kubernetes/object";
import { denied, message, noCredentials, rightsOf, type OperatorContext } from "./operator";
import { GATEWAY_API } from "./routing";

const API = "acme.cert-manager.io/v1";
const MANAGER = "cert-manager";
const CHANGE = ["Route 53: ChangeResourceRecordSets", "route53:ChangeResourceRecordSets"] as const;

interface Solver {
  readonly selector?: { dnsZones?: string[]; dnsNames?: string[] };
  readonly dns01?: { route53?: { hostedZoneID?: string } };
  readonly http01?: {
    ingress?: { ingressClassName?: string };
    gatewayHTTPRoute?: { parentRefs?: { name: string; namespace?: string }[] };
  };
}
export type Proof = true | { readonly failed: boolean; readonly message: string };

const short = (text: string): string => String(createHash("sha256").update(text).digest().readUInt32BE(0));

/** Proves every name to the authority: an Order, and a Challenge for each name that is not proven yet. */
export async function prove(
  context: OperatorContext,
  request: KubeObject,
  issuer: KubeObject,
  names: readonly string[],
): Promise<Proof> {
  const { world } = context;
  const { namespace = "", uid = "", name: requestName } = request.metadata;
  const name = `${requestName}-${short(names.join(","))}`;
  const server = String(at(issuer, "spec", "acme", "server"));
  const issuerRef = { group: "cert-manager.io", kind: issuer.kind, name: issuer.metadata.name };
  const order = await world.ensure(
    {
      apiVersion: API,
      kind: "Order",
      metadata: {
        name,
        namespace,
        ownerReferences: [
          {
            apiVersion: request.apiVersion,
            kind: request.kind,
            name: requestName,
            uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: { issuerRef, dnsNames: [...names] },
    },
    MANAGER,
  );
  const path = pathOf(order.metadata);
  if (at(order, "status", "state") === "valid") return true;

  const refusal = decisionOn(context, order, server, names);
  if (refusal !== undefined) {
    await world.status(order, { state: "errored", reason: `Failed to create Order: ${refusal}` });
    return {
      failed: true,
      message: `Failed to wait for order resource "${name}" to become ready: order is in "errored" state: Failed to create Order: ${refusal}`,
    };
  }
  const pending: string[] = [];
  for (const host of names) {
    const problem = await challenge(context, order, issuer, host);
    if (problem !== undefined) pending.push(problem);
  }
  if (pending.length > 0) {
    await world.status(order, { state: "pending", reason: null });
    return { failed: false, message: `Waiting on certificate issuance from order ${path}: "pending"` };
  }
  await world.status(order, {
    state: "valid",
    reason: null,
    url: `${server.replace(/\/directory$/, "")}/acme/order/1/${short(path)}`,
  });
  return true;
}

/** Orders that the authority refused, by cluster. */
const refused = new WeakMap<OperatorContext["world"], Map<string, string>>();

/**
 * The authority decides on an order once, when it is placed. cert-manager leaves a refused one alone for an hour at
 * least (https://cert-manager.io/docs/faq/#what-happens-if-issuance-fails-will-it-be-retried), which is longer than a
 * rehearsal lives: the next one asks again.
 */
function decisionOn(
  { world, acmeRefusal }: OperatorContext,
  order: KubeObject,
  server: string,
  names: readonly string[],
): string | undefined {
  const known = refused.get(world) ?? new Map<string, string>();
  refused.set(world, known);
  const uid = order.metadata.uid ?? "";
  const before = known.get(uid);
  if (before !== undefined || at(order, "status", "state") === "pending") return before;
  const refusal = acmeRefusal(server, names);
  if (refusal !== undefined) known.set(uid, refusal);
  return refusal;
}

/** One name: undefined when it is proven (its Challenge is gone then), else what keeps it. */
async function challenge(
  context: OperatorContext,
  order: KubeObject,
  issuer: KubeObject,
  host: string,
): Promise<string | undefined> {
  const { world } = context;
  const { namespace = "", uid = "", name: orderName } = order.metadata;
  const solver = solverFor(listAt<Solver>(issuer, "spec", "acme", "solvers"), host);
  if (solver === undefined) {
    const reason = "no configured challenge solvers can be used for this challenge";
    await world.status(order, {
      state: "errored",
      reason: `Failed to determine a valid solver configuration for the set of domains on the Order: ${reason}`,
    });
    return reason;
  }
  const type = solver.dns01 === undefined ? "HTTP-01" : "DNS-01";
  const made = await world.ensure(
    {
      apiVersion: API,
      kind: "Challenge",
      metadata: {
        name: `${orderName}-${short(host)}`,
        namespace,
        ownerReferences: [
          { apiVersion: API, kind: "Order", name: orderName, uid, controller: true, blockOwnerDeletion: true },
        ],
      },
      spec: {
        type,
        dnsName: host.replace(/^\*\./, ""),
        wildcard: host.startsWith("*."),
        solver,
        issuerRef: at(order, "spec", "issuerRef") as object,
      },
    },
    MANAGER,
  );
  const problem =
    solver.dns01 === undefined
      ? overHttp(context, namespace, solver)
      : await overDns(context, host.replace(/^\*\./, ""), solver);
  if (problem !== undefined) {
    await world.status(made, { presented: false, processing: true, state: "pending", reason: problem });
    return problem;
  }
  await world.status(made, {
    presented: true,
    processing: false,
    state: "valid",
    reason: "Successfully authorized domain",
  });
  await world.remove(made);
  return undefined;
}

/** The most particular selector wins: a name before a zone, the longest zone before a shorter one, none last. */
function solverFor(solvers: readonly Solver[], host: string): Solver | undefined {
  const bare = host.replace(/^\*\./, "");
  const weight = ({ selector }: Solver): number => {
    const { dnsNames = [], dnsZones = [] } = selector ?? {};
    if (dnsNames.length > 0) return dnsNames.includes(host) ? 1000 : -1;
    if (dnsZones.length === 0) return 0;
    const zones = dnsZones.filter((zone) => bare === zone || bare.endsWith(`.${zone}`));
    return zones.length === 0 ? -1 : Math.max(...zones.map((zone) => zone.length));
  };
  return [...solvers].filter((solver) => weight(solver) >= 0).sort((a, b) => weight(b) - weight(a))[0];
}

/** Writes and removes the record, as the account lets the controller's role. */
async function overDns(context: OperatorContext, host: string, { dns01 }: Solver): Promise<string | undefined> {
  if (dns01?.route53 === undefined) return "the rehearsal plays DNS-01 on Route 53 only";
  const rights = rightsOf(context);
  const failed = "failed to change Route 53 record set";
  if (rights === undefined) return `${failed}: ${noCredentials(CHANGE[0])}`;
  if (!rights.allowed(CHANGE[1]))
    return `${failed}: ${denied(CHANGE[0], CHANGE[1], rights.roleArn, `arn:aws:route53:::hostedzone/${dns01.route53.hostedZoneID ?? "*"}`)}`;
  const record = { name: `_acme-challenge.${host}`, type: "TXT" } as const;
  try {
    const value = createHash("sha256").update(host).digest("base64url");
    await context.cloud.putRecord({ ...record, values: [`"${value}"`] });
    await context.cloud.deleteRecord(record);
    return undefined;
  } catch (error) {
    return `${failed}: ${message(error)}`;
  }
}

/** The token has to be served under the name: there has to be something that serves. */
function overHttp({ world }: OperatorContext, own: string, { http01 }: Solver): string | undefined {
  const parents = http01?.gatewayHTTPRoute?.parentRefs;
  if (parents === undefined) {
    const name = http01?.ingress?.ingressClassName ?? "";
    const known = world.get({ apiVersion: "networking.k8s.io/v1", kind: "IngressClass", name });
    return known === undefined
      ? `Waiting for HTTP-01 challenge propagation: no ingress controller serves class "${name}"`
      : undefined;
  }
  for (const { name, namespace = own } of parents) {
    const gateway = world.get({ apiVersion: GATEWAY_API, kind: "Gateway", name, namespace });
    if (gateway === undefined)
      return `Waiting for HTTP-01 challenge propagation: Gateway ${namespace}/${name} does not exist`;
    if (conditionOf(gateway, "Programmed")?.status !== "True")
      return `Waiting for HTTP-01 challenge propagation: Gateway ${namespace}/${name} is not programmed`;
  }
  return undefined;
}
