import { at, listAt, pathOf, type KubeObject } from "../kubernetes/object";
import {
  denied,
  flags,
  message,
  noCredentials,
  rightsOf,
  tell,
  type DnsRecord,
  type Operator,
  type OperatorContext,
} from "./operator";
import { GATEWAY_API, acceptedParents, addressesOf, gatewayOf } from "./routing";

const CHANGE = ["Route 53: ChangeResourceRecordSets", "route53:ChangeResourceRecordSets"] as const;
const HOSTNAME = "external-dns.alpha.kubernetes.io/hostname";

interface Endpoint {
  readonly host: string;
  readonly target: string;
  /** `httproute/demo/demo`, as the registry records it. */
  readonly resource: string;
  readonly source: KubeObject;
}

/** external-dns: names of routes and services in the account's zones, each with its owner beside it. */
export const externalDns: Operator = {
  name: "external-dns",
  deployment: { "app.kubernetes.io/name": "external-dns" },
  kinds: [
    { apiVersion: GATEWAY_API, kind: "HTTPRoute" },
    { apiVersion: GATEWAY_API, kind: "Gateway" },
    { apiVersion: "v1", kind: "Service" },
    { apiVersion: "v1", kind: "Event" },
  ],
  async reconcile(context) {
    const settings = settingsOf(context.self);
    const wanted = endpoints(context, settings).filter(({ host }) => covered(host, settings.domains));
    const records = await context.dnsRecords();
    const mine = records.filter((record) => isOwn(records, record, settings.owner));
    const missing = wanted.filter(
      ({ host, target }) =>
        !records.some((record) => nameOf(record) === host && record.type === "CNAME" && record.values.includes(target)),
    );
    const stale =
      settings.policy === "sync" ? mine.filter((record) => !wanted.some(({ host }) => host === nameOf(record))) : [];
    if (missing.length === 0 && stale.length === 0) return false;

    const refusal = refused(context);
    if (refusal !== undefined) {
      for (const { source } of missing) await tell(context, source, "Warning", "RecordFailed", refusal);
      return true;
    }
    let blocked = false;
    for (const endpoint of missing) blocked = !(await write(context, endpoint, records, settings)) || blocked;
    for (const record of stale) {
      await context.cloud.deleteRecord({ name: nameOf(record), type: "CNAME" });
      await context.cloud.deleteRecord({ name: registryName(nameOf(record), settings.prefix), type: "TXT" });
    }
    return blocked;
  },
};

interface Settings {
  readonly sources: readonly string[];
  readonly domains: readonly string[];
  readonly owner: string;
  readonly policy: string;
  readonly prefix: string;
}
function settingsOf(self: KubeObject): Settings {
  return {
    sources: flags(self, "source"),
    domains: flags(self, "domain-filter"),
    // The program's own default.
    owner: flags(self, "txt-owner-id")[0] ?? "default",
    policy: flags(self, "policy")[0] ?? "sync",
    prefix: flags(self, "txt-prefix")[0] ?? "",
  };
}

function endpoints({ world }: OperatorContext, { sources }: Settings): Endpoint[] {
  const routes = sources.includes("gateway-httproute")
    ? world.list(GATEWAY_API, "HTTPRoute").flatMap((route) => {
        if (route.metadata.deletionTimestamp !== undefined) return [];
        const targets = acceptedParents(route).flatMap((parent) => addressesOf(gatewayOf(world, route, parent)));
        const hosts = listAt<string>(route, "spec", "hostnames");
        return hosts.flatMap((host) => targets.slice(0, 1).map((target) => entry("httproute", route, host, target)));
      })
    : [];
  const services = sources.includes("service")
    ? world.list("v1", "Service").flatMap((service) => {
        const host = service.metadata.annotations?.[HOSTNAME];
        const target = at(service, "status", "loadBalancer", "ingress", 0, "hostname");
        return host === undefined || typeof target !== "string" ? [] : [entry("service", service, host, target)];
      })
    : [];
  return [...routes, ...services];
}

function entry(kind: string, source: KubeObject, host: string, target: string): Endpoint {
  return { host: host.replace(/\.$/, ""), target, resource: `${kind}/${pathOf(source.metadata)}`, source };
}

const covered = (host: string, domains: readonly string[]): boolean =>
  domains.length === 0 || domains.some((domain) => host === domain || host.endsWith(`.${domain}`));

const nameOf = (record: DnsRecord): string => record.name.replace(/\.$/, "");
/** `cname-` in front of the first label, after the prefix (registry format since 0.16). */
const registryName = (host: string, prefix: string): string => `${prefix}cname-${host.replace(/^\*/, "any")}`;

function ownerOf(records: readonly DnsRecord[], host: string): string | undefined {
  const note = records.find(
    (record) => record.type === "TXT" && nameOf(record).endsWith(`cname-${host.replace(/^\*/, "any")}`),
  );
  return note === undefined ? undefined : /external-dns\/owner=([^,"]+)/.exec(note.values.join(""))?.[1];
}
function isOwn(records: readonly DnsRecord[], record: DnsRecord, owner: string): boolean {
  return record.type === "CNAME" && ownerOf(records, nameOf(record)) === owner;
}

/** A name that somebody else holds is left alone: the registry exists for this. */
async function write(
  context: OperatorContext,
  { host, target, resource, source }: Endpoint,
  records: readonly DnsRecord[],
  { owner, prefix, policy }: Settings,
): Promise<boolean> {
  const taken = records.find((record) => nameOf(record) === host && (record.type === "CNAME" || record.type === "A"));
  const holder = ownerOf(records, host);
  if (taken !== undefined && holder !== owner) {
    const held = holder === undefined ? "not owned by any external-dns" : `owned by ${holder}`;
    await tell(
      context,
      source,
      "Warning",
      "RecordConflict",
      `${host} is ${held}; this external-dns is ${owner} and leaves it alone`,
    );
    return false;
  }
  if (taken !== undefined && policy === "create-only") return true;
  try {
    await context.cloud.putRecord({ name: host, type: "CNAME", values: [target] });
    const note = `"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=${resource}"`;
    await context.cloud.putRecord({ name: registryName(host, prefix), type: "TXT", values: [note] });
    return true;
  } catch (error) {
    await tell(context, source, "Warning", "RecordFailed", message(error));
    return false;
  }
}

function refused(context: OperatorContext): string | undefined {
  const rights = rightsOf(context);
  if (rights === undefined) return `records retrieval failed: ${noCredentials("Route 53: ListHostedZones")}`;
  return rights.allowed(CHANGE[1])
    ? undefined
    : denied(CHANGE[0], CHANGE[1], rights.roleArn, "arn:aws:route53:::hostedzone/*");
}
