import { expect } from "chai";
import { createEdge } from "../../../../orchestrator/sandbox/edge";
import { at, conditionOf, listAt, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { GATEWAY, HOST, is, useOperators } from "./fixture";

describe("Traefik of a rehearsal", () => {
  const world = useOperators("gateway-crds");
  const ref = (kind: string, name: string, namespace?: string) => ({ apiVersion: GATEWAY, kind, name, namespace });
  const gatewayRef = ref("Gateway", "public", "traefik");
  const gateway = (port: number): KubeObject => ({
    apiVersion: GATEWAY,
    kind: "Gateway",
    metadata: { name: "public", namespace: "traefik" },
    spec: {
      gatewayClassName: "slipway",
      listeners: [{ name: "http", protocol: "HTTP", port, allowedRoutes: { namespaces: { from: "All" } } }],
    },
  });

  before(async () => {
    world.grant("kube-system/aws-load-balancer-controller");
    await world.install("aws-load-balancer-controller");
    await world.install("traefik");
    await world.put({
      apiVersion: GATEWAY,
      kind: "GatewayClass",
      metadata: { name: "slipway" },
      spec: { controllerName: "traefik.io/gateway-controller" },
    });
  });

  it("takes its class and no listener on a port where its pods do not listen [A6.1]", async () => {
    await world.put(gateway(80));
    await world.until(ref("GatewayClass", "slipway"), is("Accepted", "True"));
    const refused = await world.until(gatewayRef, is("Programmed", "False"));
    const [listener] = listAt<KubeObject>(refused, "status", "listeners");
    expect(JSON.stringify(listener)).to.include("PortUnavailable").and.include("port 80");
  });
  it("gives the Gateway the address of its own Service, and serves what the route says at 80 [A6.3]", async () => {
    await world.put(gateway(8000));
    const taken = await world.until(gatewayRef, is("Programmed", "True"));
    const [address] = [...world.cloud.balancers.values()];
    expect(at(taken, "status", "addresses", 0, "value")).to.equal(address);
    await world.put({
      apiVersion: GATEWAY,
      kind: "HTTPRoute",
      metadata: { name: "https-redirect", namespace: "traefik" },
      spec: {
        parentRefs: [{ name: "public", sectionName: "http" }],
        rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
      },
    });
    await world.until(ref("HTTPRoute", "https-redirect", "traefik"), (route) => {
      const [parent] = listAt<KubeObject>(route, "status", "parents");
      return parent !== undefined && JSON.stringify(parent).includes("traefik.io/gateway-controller");
    });
    const edge = createEdge({ clusters: () => [world.fixture.access], dnsRecords: () => world.cloud.dnsRecords() });
    try {
      const answer = await edge.get({ scheme: "http", address: address ?? "", host: HOST, path: "/" });
      expect(answer).to.deep.include({ status: 301 });
      expect(answer.headers["location"]).to.equal(`https://${HOST}/`);
    } finally {
      edge.close();
    }
    expect(conditionOf(taken, "Accepted")?.message).to.equal("Gateway successfully scheduled");
  });
});
