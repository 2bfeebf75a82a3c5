import type { Edge, EdgeResponse } from "../checks/check";
import type { ClusterAccess } from "./cluster/host";
import { KubeApi } from "./kubernetes/api";
import { at, listAt, type KubeObject } from "./kubernetes/object";
import { readyEndpoints } from "./kubernetes/readiness";
import { namesIn } from "./operators/authority";
import type { DnsRecord } from "./operators/operator";
import {
  GATEWAY_API,
  TRAEFIK,
  acceptedParents,
  attach,
  gatewayOf,
  hostMatches,
  listenersOf,
  type BackendRef,
  type Listener,
  type Objects,
} from "./operators/routing";

export interface EdgeOptions {
  /** Clusters that run now; each may have load balancers. */
  readonly clusters: () => readonly ClusterAccess[];
  /** Records of the account's public zones. */
  readonly dnsRecords: () => Promise<readonly DnsRecord[]>;
}

/** How many names may lead to one another before a resolver gives up. */
const CHAIN = 8;

/**
 * The platform from outside, as far as a rehearsal can show it: names by the account's records, and a request on the
 * way a packet takes - load balancer, Service, Gateway listener, route, backend Service, ready endpoints. What is
 * missing on the way answers as it would answer a browser. Nothing is sent; the certificate is the real one.
 */
export function createEdge({ clusters, dnsRecords }: EdgeOptions): Edge & { close(): void } {
  const clients = new Map<string, KubeApi>();
  const clientFor = (access: ClusterAccess): KubeApi => {
    const key = `${access.endpoint} ${access.token}`;
    const client = clients.get(key) ?? new KubeApi(access);
    clients.set(key, client);
    return client;
  };
  const balancerAt = async (address: string): Promise<Balancer | undefined> => {
    for (const access of clusters()) {
      const view = await read(clientFor(access));
      const service = view
        .list("v1", "Service")
        .find((one) =>
          listAt(one, "status", "loadBalancer", "ingress").some(
            (entry) => at(entry, "hostname") === address || at(entry, "ip") === address,
          ),
        );
      if (service !== undefined) return { view, service };
    }
    return undefined;
  };

  return {
    async resolve(host) {
      const records = await dnsRecords();
      const found: string[] = [];
      let name = host;
      for (let step = 0; step < CHAIN; step++) {
        const record = lookUp(records, name);
        if (record === undefined) break;
        found.push(...record.values.map((value) => value.replace(/\.$/, "")));
        if (record.type !== "CNAME") break;
        name = found.at(-1) as string;
      }
      return found;
    },

    async get({ scheme, address, host, path }) {
      const target = address.replace(/:\d+$/, "");
      const port = Number(/:(\d+)$/.exec(address)?.[1] ?? (scheme === "https" ? 443 : 80));
      const balancer = await balancerAt(target);
      if (balancer === undefined) throw new Error(`getaddrinfo ENOTFOUND ${target}`);
      return answer(balancer, { scheme, target, port, host, path });
    },

    close() {
      for (const client of clients.values()) client.close();
      clients.clear();
    },
  };
}

interface Balancer {
  readonly view: Objects;
  readonly service: KubeObject;
}
interface Request {
  readonly scheme: "http" | "https";
  readonly target: string;
  readonly port: number;
  readonly host: string;
  readonly path: string;
}

/** The record of a name: exact before wildcard, as a name server answers. */
function lookUp(records: readonly DnsRecord[], name: string): DnsRecord | undefined {
  const addresses = records.filter(({ type }) => type === "A" || type === "AAAA" || type === "CNAME");
  const bare = (record: DnsRecord) => record.name.replace(/\.$/, "").replace("\\052", "*");
  return (
    addresses.find((record) => bare(record) === name) ??
    addresses.find((record) => bare(record).startsWith("*.") && hostMatches(bare(record), name))
  );
}

/** Everything a request may touch, read at once. */
async function read(api: KubeApi): Promise<Objects> {
  const kinds = [
    ["v1", "Service"],
    ["v1", "Namespace"],
    ["v1", "Secret"],
    ["discovery.k8s.io/v1", "EndpointSlice"],
    [GATEWAY_API, "GatewayClass"],
    [GATEWAY_API, "Gateway"],
    [GATEWAY_API, "HTTPRoute"],
  ] as const;
  const lists = await Promise.all(
    kinds.map(async ([apiVersion, kind]) => {
      const served = await api.serves(apiVersion, kind);
      return [`${apiVersion}/${kind}`, served === undefined ? [] : (await api.list(apiVersion, kind)).items] as const;
    }),
  );
  const all = new Map<string, KubeObject[]>(lists);
  const list: Objects["list"] = (apiVersion, kind, namespace) =>
    (all.get(`${apiVersion}/${kind}`) ?? []).filter(
      (object) => namespace === undefined || object.metadata.namespace === namespace,
    );
  return {
    list,
    get: ({ apiVersion, kind, name, namespace }) =>
      list(apiVersion, kind).find(
        (object) =>
          object.metadata.name === name && (namespace === undefined || object.metadata.namespace === namespace),
      ),
  };
}

function answer({ view, service }: Balancer, request: Request): EdgeResponse {
  const { target, port, host, scheme } = request;
  const refused = (): never => {
    throw new Error(`connect ECONNREFUSED ${target}:${port}`);
  };
  if (!listAt<{ port: number }>(service, "spec", "ports").some((one) => one.port === port)) return refused();
  // Without a healthy target the balancer resets what it accepts.
  if (readyEndpoints(view.list("discovery.k8s.io/v1", "EndpointSlice"), service).length === 0)
    throw new Error(`read ECONNRESET ${target}:${port}`);

  const gateway = owner(view, service);
  if (gateway === undefined) return refused();
  const served = listenerPort(view, service, port);
  const listeners = listenersOf(gateway).filter((listener) => listener.port === served);
  const listener = listeners
    .filter(({ hostname }) => hostMatches(hostname, host))
    .sort((a, b) => (b.hostname?.length ?? 0) - (a.hostname?.length ?? 0))[0];
  if (scheme === "http") {
    if (listeners.some(({ protocol }) => protocol !== "HTTP")) throw new Error(`read ECONNRESET ${target}:${port}`);
    return routed(view, gateway, listener, request, []);
  }
  if (listeners.every(({ protocol }) => protocol === "HTTP"))
    throw new Error("write EPROTO: wrong version number: the port speaks plain HTTP");
  const names = listener === undefined ? undefined : certificate(view, gateway, listener);
  // Envoy has no filter chain for a name it has no certificate for, and hangs up.
  if (names === undefined)
    throw new Error(
      `Client network socket disconnected before secure TLS connection was established: ${target}:${port} serves no certificate for ${host}`,
    );
  return routed(view, gateway, listener, request, names);
}

function owner(view: Objects, service: KubeObject): KubeObject | undefined {
  const label = (key: string) => service.metadata.labels?.[`gateway.envoyproxy.io/owning-gateway-${key}`];
  const [name, namespace] = [label("name"), label("namespace")];
  if (isTraefik(service)) return ofTraefik(view);
  return name === undefined ? undefined : view.get({ apiVersion: GATEWAY_API, kind: "Gateway", name, namespace });
}

/** Traefik serves with pods of its own whatever Gateways there are; the platform has one. */
const isTraefik = (service: KubeObject): boolean => service.metadata.labels?.["app.kubernetes.io/name"] === "traefik";

function ofTraefik(view: Objects): KubeObject | undefined {
  const classes = view
    .list(GATEWAY_API, "GatewayClass")
    .filter((one) => at(one, "spec", "controllerName") === TRAEFIK)
    .map(({ metadata }) => metadata.name);
  return view
    .list(GATEWAY_API, "Gateway")
    .find((gateway) => classes.includes(String(at(gateway, "spec", "gatewayClassName"))));
}

/** Envoy Gateway's Service has the listeners' ports; Traefik's leads from 80 and 443 to those its pods listen on. */
function listenerPort(view: Objects, service: KubeObject, port: number): number | undefined {
  if (!isTraefik(service)) return port;
  const called = listAt<{ name?: string; port: number }>(service, "spec", "ports").find(
    (one) => one.port === port,
  )?.name;
  return view
    .list("discovery.k8s.io/v1", "EndpointSlice", service.metadata.namespace)
    .filter((slice) => slice.metadata.labels?.["kubernetes.io/service-name"] === service.metadata.name)
    .flatMap((slice) => listAt<{ name?: string; port?: number }>(slice, "ports"))
    .find(({ name }) => name === called)?.port;
}

function certificate(view: Objects, gateway: KubeObject, { tls }: Listener): string[] | undefined {
  for (const { name, namespace = gateway.metadata.namespace } of tls?.certificateRefs ?? []) {
    const data = at(view.get({ apiVersion: "v1", kind: "Secret", name, namespace }), "data", "tls.crt");
    const found = typeof data === "string" ? namesIn(Buffer.from(data, "base64").toString()) : undefined;
    if (found !== undefined) return found.names;
  }
  return undefined;
}

interface Rule {
  readonly matches?: {
    path?: { type?: string; value?: string };
    method?: string;
    headers?: unknown[];
    queryParams?: unknown[];
  }[];
  readonly filters?: {
    type: string;
    requestRedirect?: {
      scheme?: string;
      hostname?: string;
      port?: number;
      statusCode?: number;
      path?: { type: string; replaceFullPath?: string };
    };
  }[];
  readonly backendRefs?: BackendRef[];
}

function routed(
  view: Objects,
  gateway: KubeObject,
  listener: Listener | undefined,
  request: Request,
  certificateNames: readonly string[],
): EdgeResponse {
  const reply = (status: number, body = "", headers: Record<string, string> = {}): EdgeResponse => ({
    status,
    headers: { server: "envoy", ...headers },
    body,
    certificateNames: [...certificateNames],
  });
  const found = listener === undefined ? undefined : best(view, gateway, listener, request);
  if (found === undefined) return reply(404);
  const redirect = found.rule.filters?.find(({ type }) => type === "RequestRedirect")?.requestRedirect;
  if (redirect !== undefined) {
    const port = redirect.port === undefined ? "" : `:${redirect.port}`;
    const path = redirect.path?.replaceFullPath ?? request.path;
    return reply(redirect.statusCode ?? 302, "", {
      location: `${redirect.scheme ?? request.scheme}://${redirect.hostname ?? request.host}${port}${path}`,
    });
  }
  const backends = found.rule.backendRefs ?? [];
  const services = backends.flatMap(({ name, namespace = found.route.metadata.namespace, port }) => {
    const service = view.get({ apiVersion: "v1", kind: "Service", name, namespace });
    return service !== undefined && listAt<{ port: number }>(service, "spec", "ports").some((one) => one.port === port)
      ? [service]
      : [];
  });
  // A backend that does not resolve is a 500 (Gateway API, HTTPBackendRef); one without endpoints a 503.
  if (services.length === 0) return reply(500);
  const slices = view.list("discovery.k8s.io/v1", "EndpointSlice");
  if (services.every((service) => readyEndpoints(slices, service).length === 0))
    return reply(503, "no healthy upstream");
  return reply(200, `${found.route.metadata.namespace ?? ""}/${services[0]?.metadata.name ?? ""}`, {
    "content-type": "text/plain",
  });
}

/** The rule that takes the request: the most particular host first, then the longest path (Gateway API, HTTPRouteRule). */
function best(
  view: Objects,
  gateway: KubeObject,
  listener: Listener,
  { host, path }: Request,
): { route: KubeObject; rule: Rule } | undefined {
  const candidates = view.list(GATEWAY_API, "HTTPRoute").flatMap((route) => {
    const mine = acceptedParents(route).some((parent) => {
      if (gatewayOf(view, route, parent)?.metadata.uid !== gateway.metadata.uid) return false;
      const attached = attach(view, route, parent, gateway);
      return "listeners" in attached && attached.listeners.some(({ name }) => name === listener.name);
    });
    if (!mine) return [];
    const hosts = listAt<string>(route, "spec", "hostnames");
    const hostname =
      hosts.length === 0 ? "" : hosts.filter((one) => hostMatches(one, host)).sort((a, b) => b.length - a.length)[0];
    if (hostname === undefined) return [];
    return listAt<Rule>(route, "spec", "rules").flatMap((rule) => {
      const lengths = (rule.matches ?? [{}])
        .map((match) => pathLength(match, path))
        .filter((length) => length !== undefined);
      return lengths.length === 0 ? [] : [{ route, rule, hostname, length: Math.max(...lengths) }];
    });
  });
  return candidates.sort((a, b) => b.hostname.length - a.hostname.length || b.length - a.length)[0];
}

/** How much of the path a match covers; undefined when it does not match. A plain GET carries no headers to match. */
function pathLength(
  { path: wanted, method, headers = [], queryParams = [] }: NonNullable<Rule["matches"]>[number],
  path: string,
): number | undefined {
  if ((method !== undefined && method !== "GET") || headers.length > 0 || queryParams.length > 0) return undefined;
  const { type = "PathPrefix", value = "/" } = wanted ?? {};
  const bare = path.replace(/\?.*$/, "");
  if (type === "Exact") return bare === value ? value.length + 1 : undefined;
  if (type === "RegularExpression") return new RegExp(`^(?:${value})$`).test(bare) ? value.length : undefined;
  const prefix = value.replace(/\/$/, "");
  return bare === prefix || bare.startsWith(`${prefix}/`) ? value.length : undefined;
}
