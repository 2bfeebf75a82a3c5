import { expect } from "chai";
import { createEdge } from "../../../../orchestrator/sandbox/edge";
import { at, conditionOf, listAt, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { acme, GATEWAY, HOST, is, issuer, ref, route53, useOperators } from "./fixture";

describe("Envoy Gateway of a rehearsal", () => {
  const world = useOperators("gateway-crds", "cert-manager");

  const gateway: KubeObject = {
    apiVersion: GATEWAY,
    kind: "Gateway",
    metadata: {
      name: "public",
      namespace: "envoy-gateway-system",
      annotations: { "cert-manager.io/cluster-issuer": "dns" },
    },
    spec: {
      gatewayClassName: "slipway",
      listeners: [
        { name: "http", protocol: "HTTP", port: 80, allowedRoutes: { namespaces: { from: "Same" } } },
        {
          name: "https",
          protocol: "HTTPS",
          port: 443,
          hostname: HOST,
          tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: "demo-tls" }] },
          allowedRoutes: {
            namespaces: { from: "Selector", selector: { matchLabels: { "kubernetes.io/metadata.name": "demo" } } },
          },
        },
      ],
    },
  };
  const route = (more: object = {}): KubeObject => ({
    apiVersion: GATEWAY,
    kind: "HTTPRoute",
    metadata: { name: "demo", namespace: "demo" },
    spec: {
      parentRefs: [{ name: "public", namespace: "envoy-gateway-system", sectionName: "https" }],
      hostnames: [HOST],
      rules: [
        { matches: [{ path: { type: "PathPrefix", value: "/" } }], backendRefs: [{ name: "demo-svc", port: 80 }] },
      ],
      ...more,
    },
  });
  const edge = () => createEdge({ clusters: () => [world.fixture.access], dnsRecords: () => world.cloud.dnsRecords() });
  const answer = async (scheme: "http" | "https", host = HOST, path = "/") => {
    const view = edge();
    try {
      return await view.get({ scheme, address: [...world.cloud.balancers.values()][0] ?? "", host, path });
    } finally {
      view.close();
    }
  };
  const refused = (attempt: Promise<unknown>) =>
    attempt.then(
      () => expect.fail("it answered"),
      (error: unknown) => (error as Error).message,
    );

  before(async () => {
    world.grant("cert-manager/cert-manager");
    await world.put(issuer("dns", acme(route53)));
  });

  it("waits for a class's parameters and says what is missing", async () => {
    await world.install("envoy-gateway");
    const gatewayClass: KubeObject = {
      apiVersion: GATEWAY,
      kind: "GatewayClass",
      metadata: { name: "slipway" },
      spec: {
        controllerName: "gateway.envoyproxy.io/gatewayclass-controller",
        parametersRef: {
          group: "gateway.envoyproxy.io",
          kind: "EnvoyProxy",
          name: "public",
          namespace: "envoy-gateway-system",
        },
      },
    };
    await world.put(gatewayClass);
    const waiting = await world.until(gatewayClass, is("Accepted", "False"));
    expect(conditionOf(waiting, "Accepted")?.message).to.contain(
      "failed to find envoyproxy envoy-gateway-system/public",
    );
    await world.put({
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind: "EnvoyProxy",
      metadata: { name: "public", namespace: "envoy-gateway-system" },
      spec: {
        provider: {
          type: "Kubernetes",
          kubernetes: {
            envoyDeployment: { replicas: 2 },
            envoyService: {
              loadBalancerClass: "service.k8s.aws/nlb",
              annotations: {
                "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
                "service.beta.kubernetes.io/aws-load-balancer-name": "slipway-test",
              },
            },
            envoyPDB: { maxUnavailable: 1 },
          },
        },
      },
    });
    await world.until(gatewayClass, is("Accepted", "True"));
  });

  it("leaves the address pending with the controller's own event while it has no role [A6.4]", async () => {
    await world.install("aws-load-balancer-controller");
    await world.put(gateway);
    const waiting = await world.until(gateway, is("Programmed", "False"));
    expect(conditionOf(waiting, "Programmed")?.reason).to.equal("AddressNotAssigned");
    const [service] = (await world.fixture.api.list("v1", "Service", "envoy-gateway-system")).items.filter(
      (one) => at(one, "spec", "type") === "LoadBalancer",
    );
    expect(service?.metadata.name).to.match(/^envoy-envoy-gateway-system-public-[0-9a-f]{8}$/);
    const event = (await world.fixture.api.list("v1", "Event", "envoy-gateway-system")).items.find(
      (one) => one["reason"] === "FailedBuildModel",
    );
    expect(event?.["message"]).to.contain("Failed build model due to operation error EC2: DescribeSubnets");
  });

  it("passes on what AWS refuses, and programs the Gateway once it has its address [A6.3]", async () => {
    world.cloud.balancerProblem =
      "unable to resolve at least one subnet (0 match VPC and tags: [kubernetes.io/role/elb])";
    world.grant("kube-system/aws-load-balancer-controller");
    const services = { apiVersion: "v1", kind: "Event" };
    const seen = async () =>
      (await world.fixture.api.list(services.apiVersion, services.kind, "envoy-gateway-system")).items.some((one) =>
        String(one["message"]).includes("unable to resolve at least one subnet"),
      );
    await world.nudge(seen);
    world.cloud.balancerProblem = undefined;
    const done = await world.until(gateway, is("Programmed", "True"));
    expect(listAt(done, "status", "addresses")).to.deep.equal([
      { type: "Hostname", value: "slipway-test-1.elb.eu-central-1.amazonaws.com" },
    ]);
  });

  it("gives a listener its certificate, asked for by the Gateway's annotation", async () => {
    const done = await world.until(
      gateway,
      (one) =>
        listAt<{ conditions: { type: string; status: string }[] }>(one, "status", "listeners")[1]?.conditions.every(
          ({ status }) => status === "True",
        ) === true,
    );
    expect(listAt(done, "status", "listeners")).to.have.length(2);
  });

  it("tells a route of the Service it misses", async () => {
    await world.put(route());
    const waiting = await world.until(route(), (one) => listAt(one, "status", "parents").length > 0);
    const conditions = listAt<{ type: string; status: string; reason: string }>(
      waiting,
      "status",
      "parents",
      0,
      "conditions",
    );
    expect(conditions.find(({ type }) => type === "ResolvedRefs")).to.include({
      status: "False",
      reason: "BackendNotFound",
    });
    expect((await answer("https")).status).to.equal(500);
  });

  it("answers 503 without endpoints, then 200 with the certificate of the host [A6.3]", async () => {
    const labels = { app: "demo" };
    await world.put({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "demo-svc", namespace: "demo" },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    });
    expect(await answer("https")).to.include({ status: 503, body: "no healthy upstream" });
    await world.fixture.make("kubernetes:apps/v1:Deployment", "demo", {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "demo", namespace: "demo" },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: "demo", image: "demo:1", ports: [{ containerPort: 8080 }] }] },
        },
      },
    });
    const page = await answer("https");
    expect(page.status).to.equal(200);
    expect(page.certificateNames).to.deep.equal([HOST]);
  });

  it("redirects plain HTTP by the route that says so, and knows no other host [E3.3]", async () => {
    expect((await answer("http")).status).to.equal(404);
    const redirect = route({
      parentRefs: [{ name: "public", sectionName: "http" }],
      hostnames: [],
      rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
    });
    const own = { ...redirect, metadata: { name: "redirect", namespace: "envoy-gateway-system" } };
    await world.put(own);
    await world.until(own, (one) => listAt(one, "status", "parents").length > 0);
    expect(await answer("http", HOST, "/a")).to.deep.include({
      status: 301,
      headers: { server: "envoy", location: `https://${HOST}/a` },
    });
    expect(await refused(answer("https", "other.example.org"))).to.contain(
      "Client network socket disconnected before secure TLS connection",
    );
  });

  it("refuses a route that a listener does not let in", async () => {
    const stranger = { ...route(), metadata: { name: "stranger", namespace: "other" } };
    await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
    await world.put(stranger);
    const told = await world.until(stranger, (one) => listAt(one, "status", "parents").length > 0);
    expect(listAt<{ reason: string }>(told, "status", "parents", 0, "conditions")[0]).to.include({
      status: "False",
      reason: "NotAllowedByListeners",
    });
    await world.fixture.api.delete(ref(stranger));
  });

  it("lets the class go with its last Gateway, and has what served it removed, the load balancer too", async () => {
    await world.fixture.api.delete(ref(gateway));
    await world.fixture.api.delete({ apiVersion: GATEWAY, kind: "GatewayClass", name: "slipway" });
    await world.until({ apiVersion: GATEWAY, kind: "GatewayClass", name: "slipway" }, (one) => one === undefined);
    const service = (await world.fixture.api.list("v1", "Service", "envoy-gateway-system")).items.find(
      ({ spec }) => (spec as { type?: string }).type === "LoadBalancer",
    );
    if (service !== undefined) await world.until(ref(service), (one) => one === undefined);
    expect(world.cloud.balancers.size).to.equal(0);
    const left = (await world.fixture.api.list("apps/v1", "Deployment", "envoy-gateway-system")).items.map(
      ({ metadata }) => metadata.name,
    );
    expect(left).to.deep.equal(["envoy-gateway"]);
  });
});
