import { expect } from "chai";
import { createEdge } from "../../../../orchestrator/sandbox/edge";
import type { KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { GATEWAY, HOST, ref, useOperators } from "./fixture";

const CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller";
const TARGET = "slipway-test-1.elb.eu-central-1.amazonaws.com";
const parentRef = { name: "public", namespace: "demo" };
const route = (name: string, ...hostnames: string[]): KubeObject => ({
  apiVersion: GATEWAY,
  kind: "HTTPRoute",
  metadata: { name, namespace: "demo" },
  spec: { parentRefs: [parentRef], hostnames },
});

describe("external-dns of a rehearsal [A6.5]", () => {
  const world = useOperators("gateway-crds", "external-dns");
  const gateway: KubeObject = {
    apiVersion: GATEWAY,
    kind: "Gateway",
    metadata: { name: "public", namespace: "demo" },
    spec: { gatewayClassName: "slipway", listeners: [{ name: "http", protocol: "HTTP", port: 80 }] },
  };
  const { records } = world.cloud;
  /** What Envoy Gateway writes of a route that it took. */
  const accept = async (object: KubeObject, status: "True" | "False" = "True") => {
    await world.put(object);
    const time = "2026-01-02T03:04:05Z";
    const conditions = [{ type: "Accepted", status, reason: "Accepted", message: "", lastTransitionTime: time }];
    await world.fixture.api.merge(
      ref(object),
      { status: { parents: [{ parentRef, controllerName: CONTROLLER, conditions }] } },
      "status",
    );
  };
  before(async () => {
    await world.put(gateway);
    await world.fixture.api.merge(
      ref(gateway),
      { status: { addresses: [{ type: "Hostname", value: TARGET }] } },
      "status",
    );
  });

  it("writes nothing without a role, and says so of the route", async () => {
    await accept(route("demo", HOST));
    await world.nudge(async () => (await world.events("demo", "RecordFailed")).length > 0);
    expect((await world.events("demo", "RecordFailed"))[0]).to.match(
      /^records retrieval failed: operation error Route 53: ListHostedZones/,
    );
    expect([...records]).to.deep.equal([]);
  });
  it("writes the names of accepted routes with their owner beside them", async () => {
    world.grant("external-dns/external-dns");
    await world.nudge(() => records.has(`${HOST}/CNAME`) && records.has(`cname-${HOST}/TXT`));
    expect(records.get(`${HOST}/CNAME`)).to.deep.equal([TARGET]);
    expect(records.get(`cname-${HOST}/TXT`)).to.deep.equal([
      '"heritage=external-dns,external-dns/owner=slipway-test,external-dns/resource=httproute/demo/demo"',
    ]);
    const edge = createEdge({ clusters: () => [], dnsRecords: () => world.cloud.dnsRecords() });
    expect(await edge.resolve(HOST)).to.deep.equal([TARGET]);
    edge.close();
  });
  it("writes a wildcard, and marks it by a name that is none", async () => {
    await accept(route("wild", "*.dev.example.org"));
    await world.nudge(() => records.has("*.dev.example.org/CNAME"));
    expect(records.has("cname-any.dev.example.org/TXT")).to.equal(true);
    await world.fixture.api.delete(ref(route("wild")));
    await world.nudge(() => !records.has("*.dev.example.org/CNAME") && !records.has("cname-any.dev.example.org/TXT"));
  });
  it("stays out of other domains and away from routes nobody accepted", async () => {
    await accept(route("foreign", "demo.example.net"));
    await accept(route("refused", "refused.dev.example.org"), "False");
    await accept(route("last", "last.dev.example.org"));
    await world.nudge(() => records.has("last.dev.example.org/CNAME"));
    expect([...records.keys()].filter((name) => /example\.net|refused/.test(name))).to.deep.equal([]);
  });
  it("takes names away with their route", async () => {
    await world.fixture.api.delete(ref(route("demo")));
    await world.nudge(() => !records.has(`${HOST}/CNAME`) && !records.has(`cname-${HOST}/TXT`));
  });
  it("leaves a name alone that somebody else holds, and one that another external-dns owns", async () => {
    records.set(`${HOST}/CNAME`, ["elsewhere.example.net"]);
    records.set("owned.dev.example.org/CNAME", ["elsewhere.example.net"]);
    records.set("cname-owned.dev.example.org/TXT", ['"heritage=external-dns,external-dns/owner=other"']);
    await accept(route("demo", HOST, "owned.dev.example.org"));
    await world.nudge(async () => (await world.events("demo", "RecordConflict")).length === 2);
    expect((await world.events("demo", "RecordConflict")).sort()).to.deep.equal([
      `${HOST} is not owned by any external-dns; this external-dns is slipway-test and leaves it alone`,
      "owned.dev.example.org is owned by other; this external-dns is slipway-test and leaves it alone",
    ]);
    expect(records.get(`${HOST}/CNAME`)).to.deep.equal(["elsewhere.example.net"]);
    expect(records.get("owned.dev.example.org/CNAME")).to.deep.equal(["elsewhere.example.net"]);
  });
});
