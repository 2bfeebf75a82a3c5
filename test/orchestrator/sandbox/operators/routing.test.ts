import { expect } from "chai";
import type { KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import {
  acceptedParents,
  addressesOf,
  attach,
  CONTROLLER,
  GATEWAY_API,
  gatewayOf,
  hostMatches,
  listenersOf,
  unresolved,
  type Objects,
} from "../../../../orchestrator/sandbox/operators/routing";

const objects = (...all: KubeObject[]): Objects => ({
  list: (apiVersion, kind, namespace) =>
    all.filter(
      (one) =>
        one.apiVersion === apiVersion &&
        one.kind === kind &&
        one.metadata.namespace === (namespace ?? one.metadata.namespace),
    ),
  get: ({ apiVersion, kind, name, namespace }) =>
    all.find(
      (one) =>
        one.apiVersion === apiVersion &&
        one.kind === kind &&
        one.metadata.name === name &&
        (namespace === undefined || one.metadata.namespace === namespace),
    ),
});
const object = (
  apiVersion: string,
  kind: string,
  name: string,
  namespace: string,
  spec: object = {},
  labels = {},
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace, labels },
  spec,
});
const gateway = (...listeners: object[]) => object(GATEWAY_API, "Gateway", "public", "edge", { listeners });
const route = (spec: object, namespace = "demo") => object(GATEWAY_API, "HTTPRoute", "web", namespace, spec);
const service = (name: string, namespace = "demo", port = 80) =>
  object("v1", "Service", name, namespace, { ports: [{ port }] });
const all = { namespaces: { from: "All" } };
const http = (more: object = {}) => ({ name: "http", port: 80, protocol: "HTTP", allowedRoutes: all, ...more });

describe("routing by the Gateway API", () => {
  describe("a host", () => {
    it("matches itself, a wildcard above it, and no name at all", () => {
      expect(hostMatches("a.example.org", "a.example.org")).to.equal(true);
      expect(hostMatches("*.example.org", "a.b.example.org")).to.equal(true);
      expect([hostMatches(undefined, "a"), hostMatches("", "a")]).to.deep.equal([true, true]);
    });
    it("does not match its neighbours, nor a wildcard the name it stands on", () => {
      expect(hostMatches("a.example.org", "b.example.org")).to.equal(false);
      expect(hostMatches("*.example.org", "example.org")).to.equal(false);
      expect(hostMatches("*.example.org", "a.badexample.org")).to.equal(false);
    });
  });

  describe("a route", () => {
    const attached = (gate: KubeObject, spec: object, parent: object = {}, ...more: KubeObject[]) => {
      const result = attach(objects(...more), route(spec), { name: "public", ...parent }, gate);
      return "listeners" in result ? result.listeners.map(({ name }) => name) : result.reason;
    };
    it("goes to the listeners that its parent reference names", () => {
      const two = gateway(http(), http({ name: "alt", port: 8080 }));
      expect(attached(two, {})).to.deep.equal(["http", "alt"]);
      expect(attached(two, {}, { sectionName: "alt" })).to.deep.equal(["alt"]);
      expect(attached(two, {}, { port: 80 })).to.deep.equal(["http"]);
      expect(attached(two, {}, { sectionName: "none" })).to.equal("NoMatchingParent");
    });
    it("is let in from the listener's own namespace only, unless the listener says otherwise", () => {
      const from = (namespaces?: object) => gateway(http({ allowedRoutes: namespaces && { namespaces } }));
      expect(attached(from(), {})).to.equal("NotAllowedByListeners");
      expect(attached(from({ from: "All" }), {})).to.deep.equal(["http"]);
      expect(attached(from({ from: "None" }), {})).to.equal("NotAllowedByListeners");
      const selector = { from: "Selector", selector: { matchLabels: { team: "a" } } };
      const namespace = (team: string) => ({
        ...object("v1", "Namespace", "demo", "", {}, { team }),
        metadata: { name: "demo", labels: { team } },
      });
      expect(attached(from(selector), {}, {}, namespace("a"))).to.deep.equal(["http"]);
      expect(attached(from(selector), {}, {}, namespace("b"))).to.equal("NotAllowedByListeners");
      expect(attached(from(selector), {}), "a namespace nobody knows").to.equal("NotAllowedByListeners");
    });
    it("meets a listener in their hosts, whichever of the two is the wildcard", () => {
      const named = (hostname: string) => gateway(http({ hostname }));
      expect(attached(named("*.example.org"), { hostnames: ["a.example.org"] })).to.deep.equal(["http"]);
      expect(attached(named("a.example.org"), { hostnames: ["*.example.org"] })).to.deep.equal(["http"]);
      expect(attached(named("a.example.org"), {})).to.deep.equal(["http"]);
      expect(attached(named("a.example.org"), { hostnames: ["b.example.org"] })).to.equal("NoMatchingListenerHostname");
    });
    it("finds its Gateway in its own namespace unless it names another", () => {
      const known = objects(gateway());
      expect(gatewayOf(known, route({}), { name: "public" })).to.equal(undefined);
      expect(gatewayOf(known, route({}), { name: "public", namespace: "edge" })?.metadata.name).to.equal("public");
    });
    it("counts as accepted by what its own controller wrote", () => {
      const parent = (controllerName: string, status: string, name: string) => ({
        controllerName,
        parentRef: { name },
        conditions: [{ type: "Accepted", status }],
      });
      const told = {
        ...route({}),
        status: {
          parents: [
            parent(CONTROLLER, "True", "mine"),
            parent(CONTROLLER, "False", "refused"),
            parent("example.org/other", "True", "foreign"),
          ],
        },
      };
      expect(acceptedParents(told, CONTROLLER)).to.deep.equal([{ name: "mine" }]);
    });
  });

  describe("a backend", () => {
    const problem = (backend: object, ...known: KubeObject[]) =>
      unresolved(objects(...known), route({ rules: [{ backendRefs: [backend] }] }))?.reason;
    it("is a Service that is there, with the port", () => {
      expect(problem({ name: "web", port: 80 }, service("web"))).to.equal(undefined);
      expect(problem({ name: "web", port: 80 })).to.equal("BackendNotFound");
      expect(problem({ name: "web", port: 81 }, service("web"))).to.equal("UnsupportedValue");
      expect(problem({ name: "web", kind: "Bucket" })).to.equal("InvalidKind");
    });
    it("is in another namespace only where that one grants it", () => {
      const far = { name: "web", namespace: "other", port: 80 };
      const grant = (from: string, to: object = { kind: "Service" }) =>
        object("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", "g", "other", {
          from: [{ kind: "HTTPRoute", namespace: from }],
          to: [to],
        });
      expect(problem(far, service("web", "other"))).to.equal("RefNotPermitted");
      expect(problem(far, service("web", "other"), grant("demo"))).to.equal(undefined);
      expect(problem(far, service("web", "other"), grant("stranger"))).to.equal("RefNotPermitted");
      const another = grant("demo", { kind: "Service", name: "api" });
      expect(problem(far, service("web", "other"), another)).to.equal("RefNotPermitted");
    });
    it("is named by rule and place when it is missing", () => {
      const rules = [
        { backendRefs: [{ name: "web", port: 80 }] },
        {
          backendRefs: [
            { name: "web", port: 80 },
            { name: "api", port: 80 },
          ],
        },
      ];
      expect(unresolved(objects(service("web")), route({ rules }))?.message).to.equal(
        "Failed to process route rule 1 backendRef 1: service demo/api not found.",
      );
    });
  });
  it("knows a Gateway's listeners and addresses, none where there are none", () => {
    expect(listenersOf(gateway(http())).map(({ name }) => name)).to.deep.equal(["http"]);
    expect(addressesOf({ ...gateway(), status: { addresses: [{ value: "a" }] } })).to.deep.equal(["a"]);
    expect(addressesOf(undefined)).to.deep.equal([]);
  });
});
