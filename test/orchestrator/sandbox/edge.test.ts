import { expect } from "chai";
import { createEdge } from "../../../orchestrator/sandbox/edge";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { issue } from "../../../orchestrator/sandbox/operators/authority";
import type { DnsRecord } from "../../../orchestrator/sandbox/operators/operator";
import { open, type Fixture } from "./kubernetes/fixture";
import { GATEWAY, RELEASE, ref } from "./operators/fixture";

const HOST = "demo.dev.example.org";
const BALANCER = "lb.example.net";
const CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller";
const at = "2026-01-02T03:04:05Z";

describe("names from outside", () => {
  const resolve = async (host: string, ...records: DnsRecord[]) => {
    const edge = createEdge({ clusters: () => [], dnsRecords: () => Promise.resolve(records) });
    try {
      return await edge.resolve(host);
    } finally {
      edge.close();
    }
  };
  const record = (name: string, type: string, ...values: string[]): DnsRecord => ({ name, type, values });

  it("lead to addresses, over as many names as it takes", async () => {
    const chain = [
      record("a.org", "CNAME", "b.org."),
      record("b.org", "CNAME", "c.org"),
      record("c.org", "A", "192.0.2.1"),
    ];
    expect(await resolve("a.org", ...chain)).to.deep.equal(["b.org", "c.org", "192.0.2.1"]);
  });
  it("lead nowhere without a record, and a TXT record is no address", async () => {
    expect(await resolve("a.org")).to.deep.equal([]);
    expect(await resolve("a.org", record("a.org", "TXT", "x"))).to.deep.equal([]);
  });
  it("are answered by a wildcard only where there is no name of their own", async () => {
    const records = [record("*.a.org", "A", "192.0.2.9"), record("x.a.org.", "A", "192.0.2.1")];
    expect(await resolve("x.a.org", ...records)).to.deep.equal(["192.0.2.1"]);
    expect(await resolve("y.a.org", ...records)).to.deep.equal(["192.0.2.9"]);
    expect(await resolve("a.org", ...records)).to.deep.equal([]);
  });
  it("that lead in a circle end", async () =>
    expect(await resolve("a.org", record("a.org", "CNAME", "b.org"), record("b.org", "CNAME", "a.org"))).to.have.length(
      8,
    ));
});

describe("a request from outside", () => {
  let world: Fixture;
  const edge = () => createEdge({ clusters: () => [world.access], dnsRecords: () => Promise.resolve([]) });
  const put = (object: KubeObject) => world.api.apply(object, { manager: "test", force: true });
  const status = (object: KubeObject, given: object) => world.api.merge(ref(object), { status: given }, "status");
  const service = (name: string, spec: object, labels = {}): KubeObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default", labels },
    spec,
  });
  const endpoints = (name: string, ready: boolean) =>
    put({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: `${name}-1`, namespace: "default", labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready } }],
      ports: [{ port: 8080 }],
    });
  const route = async (name: string, rules: object[], hostnames: string[] = [HOST]) => {
    const parentRef = { name: "public" };
    const object: KubeObject = {
      apiVersion: GATEWAY,
      kind: "HTTPRoute",
      metadata: { name, namespace: "default" },
      spec: { parentRefs: [parentRef], hostnames, rules },
    };
    await put(object);
    const accepted = { type: "Accepted", status: "True", reason: "Accepted", message: "", lastTransitionTime: at };
    await status(object, { parents: [{ parentRef, controllerName: CONTROLLER, conditions: [accepted] }] });
    return () => world.api.delete(ref(object));
  };
  const get = async (path = "/", host = HOST, scheme: "http" | "https" = "https", address = BALANCER) => {
    const view = edge();
    try {
      return await view.get({ scheme, address, host, path });
    } finally {
      view.close();
    }
  };
  const failure = (attempt: Promise<unknown>) =>
    attempt.then(
      () => expect.fail("it answered"),
      (error: unknown) => (error as Error).message,
    );
  const backend = (name: string, port = 80) => [{ name, port }];
  const path = (value: string, type = "PathPrefix") => [{ path: { type, value } }];

  before(async () => {
    world = await open();
    await world.make(RELEASE, "crds", {
      name: "crds",
      namespace: "default",
      chart: "gateway-crds-helm",
      values: { crds: { gatewayAPI: { enabled: true, channel: "standard" }, envoyGateway: { enabled: false } } },
    });
    const { chain, key } = await issue({
      commonName: HOST,
      dnsNames: [HOST],
      isCa: false,
      lifetime: 3600,
      algorithm: "ECDSA",
      size: 256,
      notBefore: new Date(),
    });
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    await put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "tls", namespace: "default" },
      type: "kubernetes.io/tls",
      data: { "tls.crt": base64(chain), "tls.key": base64(key) },
    });
    await put({
      apiVersion: GATEWAY,
      kind: "Gateway",
      metadata: { name: "public", namespace: "default" },
      spec: {
        gatewayClassName: "slipway",
        listeners: [
          { name: "http", protocol: "HTTP", port: 80 },
          {
            name: "https",
            protocol: "HTTPS",
            port: 443,
            hostname: HOST,
            tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: "tls" }] },
          },
        ],
      },
    });
    const owner = "gateway.envoyproxy.io/owning-gateway-";
    const proxy = service(
      "proxy",
      {
        type: "LoadBalancer",
        ports: [
          { name: "http", port: 80 },
          { name: "https", port: 443 },
        ],
      },
      { [`${owner}name`]: "public", [`${owner}namespace`]: "default" },
    );
    await put(proxy);
    await status(proxy, { loadBalancer: { ingress: [{ hostname: BALANCER }] } });
    for (const name of ["web", "api"]) {
      await put(service(name, { ports: [{ port: 80 }] }));
      await endpoints(name, true);
    }
    await route("web", [
      { matches: path("/"), backendRefs: backend("web") },
      { matches: path("/api"), backendRefs: backend("api") },
      { matches: path("/exact", "Exact"), backendRefs: backend("api") },
    ]);
  });
  after(() => world.close());

  it("finds no way to a balancer that is not there, and none in while the proxy is down", async () => {
    expect(await failure(get("/", HOST, "https", "other.example.net"))).to.equal(
      "getaddrinfo ENOTFOUND other.example.net",
    );
    expect(await failure(get())).to.include("ECONNRESET");
    await endpoints("proxy", false);
    expect(await failure(get())).to.include("ECONNRESET");
    await endpoints("proxy", true);
    expect((await get()).status).to.equal(200);
  });
  it("is refused on a port nobody opened", async () =>
    expect(await failure(get("/", HOST, "https", `${BALANCER}:8443`))).to.include("ECONNREFUSED"));
  it("is answered with the host's certificate, and hung up on for another host [E3.3]", async () => {
    expect((await get()).certificateNames).to.deep.equal([HOST]);
    expect(await failure(get("/", "other.example.org"))).to.include("serves no certificate for other.example.org");
  });
  it("fails when it speaks the wrong language to a port", async () => {
    expect(await failure(get("/", HOST, "http", `${BALANCER}:443`))).to.include("ECONNRESET");
    expect(await failure(get("/", HOST, "https", `${BALANCER}:80`))).to.include("plain HTTP");
  });
  it("takes the longest path that covers it, whole segments only", async () => {
    const by = async (given: string) => (await get(given)).body;
    expect(await by("/")).to.equal("default/web");
    expect(await by("/api")).to.equal("default/api");
    expect(await by("/api/v1?x=1")).to.equal("default/api");
    expect(await by("/apiary")).to.equal("default/web");
    expect(await by("/exact")).to.equal("default/api");
    expect(await by("/exact/more")).to.equal("default/web");
  });
  it("takes the route with the closest host before the one with the longest path", async () => {
    const remove = await route(
      "wide",
      [{ matches: path("/api/v1"), backendRefs: backend("web") }],
      ["*.dev.example.org"],
    );
    expect((await get("/api/v1")).body).to.equal("default/api");
    await remove();
  });
  it("is redirected where the route says so, with the path kept [E3.3]", async () => {
    const filter = { type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } };
    const remove = await route("redirect", [{ matches: path("/moved"), filters: [filter] }]);
    const { status: code, headers } = await get("/moved/a?b=c", HOST, "http");
    expect(code).to.equal(301);
    expect(headers["location"]).to.equal(`https://${HOST}/moved/a?b=c`);
    await remove();
  });
  it("gets 500 for a backend that is none, and 503 for one without endpoints", async () => {
    await put(service("empty", { ports: [{ port: 80 }] }));
    const remove = await route("broken", [
      { matches: path("/none"), backendRefs: backend("nothing") },
      { matches: path("/port"), backendRefs: backend("web", 81) },
      { matches: path("/empty"), backendRefs: backend("empty") },
    ]);
    expect((await get("/none")).status).to.equal(500);
    expect((await get("/port")).status).to.equal(500);
    expect(await get("/empty")).to.include({ status: 503, body: "no healthy upstream" });
    await remove();
  });
  it("gets 404 where no route takes it: another host, or a route that nobody accepted", async () => {
    expect((await get("/", "other.example.org", "http")).status).to.equal(404);
    await put({
      apiVersion: GATEWAY,
      kind: "HTTPRoute",
      metadata: { name: "lonely", namespace: "default" },
      spec: {
        parentRefs: [{ name: "public" }],
        hostnames: ["lonely.example.org"],
        rules: [{ backendRefs: backend("web") }],
      },
    });
    expect((await get("/", "lonely.example.org", "http")).status).to.equal(404);
  });
});
