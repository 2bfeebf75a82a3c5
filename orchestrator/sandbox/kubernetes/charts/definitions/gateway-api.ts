import { definition, fields, int, list, map, open, selector, text } from "../schema";
import { httpRouteBounds } from "./bounds/http-route";
import { gatewayBounds } from "./bounds/gateway";
import { gatewayClassBounds } from "./bounds/gateway-class";

/** Kinds of the Gateway API as Envoy Gateway v1.9.0 brings them, with the fields the platform writes. */

const parent = fields({
  "name!": text(),
  namespace: text(),
  group: text(),
  kind: text(),
  sectionName: text(),
  port: int,
});
const rewritten = fields({
  "type!": text("ReplaceFullPath", "ReplacePrefixMatch"),
  replaceFullPath: text(),
  replacePrefixMatch: text(),
});
const filter = fields({
  "type!": text(
    "RequestHeaderModifier",
    "ResponseHeaderModifier",
    "RequestMirror",
    "RequestRedirect",
    "URLRewrite",
    "ExtensionRef",
    "CORS",
  ),
  requestRedirect: fields({
    scheme: text("http", "https"),
    hostname: text(),
    path: rewritten,
    port: int,
    // Gateway API v1: the codes every implementation has to know.
    statusCode: { type: "integer", enum: [301, 302, 303, 307, 308] },
  }),
  urlRewrite: fields({ hostname: text(), path: rewritten }),
  requestHeaderModifier: open,
  responseHeaderModifier: open,
  requestMirror: open,
  extensionRef: open,
  cors: open,
});
const backend = fields({
  "name!": text(),
  namespace: text(),
  group: text(),
  kind: text(),
  port: int,
  weight: int,
  filters: list(filter),
});
const valued = fields({ "name!": text(), "value!": text(), type: text("Exact", "RegularExpression") });
const match = fields({
  path: fields({ type: text("Exact", "PathPrefix", "RegularExpression"), value: text() }),
  headers: list(valued),
  queryParams: list(valued),
  method: text("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"),
});
const httpRoute = fields({
  parentRefs: list(parent),
  hostnames: list(text()),
  rules: list(
    fields({
      name: text(),
      matches: list(match),
      filters: list(filter),
      backendRefs: list(backend),
      timeouts: open,
    }),
  ),
});
const listener = fields({
  "name!": text(),
  "port!": int,
  "protocol!": text("HTTP", "HTTPS", "TLS", "TCP", "UDP"),
  hostname: text(),
  tls: fields({
    mode: text("Terminate", "Passthrough"),
    certificateRefs: list(fields({ "name!": text(), namespace: text(), group: text(), kind: text() })),
    options: map,
  }),
  allowedRoutes: fields({
    namespaces: fields({ from: text("All", "Selector", "Same"), selector }),
    kinds: list(open),
  }),
});
const gateway = fields({
  "gatewayClassName!": text(),
  "listeners!": list(listener),
  addresses: list(fields({ type: text(), value: text() })),
  infrastructure: open,
  tls: open,
  allowedListeners: open,
});
const gatewayClass = fields({
  "controllerName!": text(),
  description: text(),
  parametersRef: fields({ "group!": text(), "kind!": text(), "name!": text(), namespace: text() }),
});

const GATEWAY = "gateway.networking.k8s.io";
const GATEWAY_X = "gateway.networking.x-k8s.io";
export const gatewayDefinitions = [
  definition({ group: GATEWAY, kind: "BackendTLSPolicy", plural: "backendtlspolicies", versions: ["v1", "v1alpha3"] }),
  definition({
    group: GATEWAY,
    kind: "GatewayClass",
    plural: "gatewayclasses",
    scope: "Cluster",
    versions: ["v1", "v1beta1"],
    spec: gatewayClass,
    bounds: gatewayClassBounds,
  }),
  definition({ group: GATEWAY, kind: "Gateway", versions: ["v1", "v1beta1"], spec: gateway, bounds: gatewayBounds }),
  definition({ group: GATEWAY, kind: "GRPCRoute", versions: ["v1"] }),
  definition({
    group: GATEWAY,
    kind: "HTTPRoute",
    versions: ["v1", "v1beta1"],
    spec: httpRoute,
    bounds: httpRouteBounds,
  }),
  definition({ group: GATEWAY, kind: "ListenerSet", versions: ["v1"] }),
  definition({ group: GATEWAY, kind: "ReferenceGrant", versions: ["v1beta1", "v1"] }),
  definition({ group: GATEWAY, kind: "TCPRoute", versions: ["v1", "v1alpha2"] }),
  definition({ group: GATEWAY, kind: "TLSRoute", versions: ["v1", "v1alpha2", "v1alpha3"] }),
  definition({ group: GATEWAY, kind: "UDPRoute", versions: ["v1", "v1alpha2"] }),
  definition({ group: GATEWAY_X, kind: "XBackend", versions: ["v1alpha1"] }),
  definition({
    group: GATEWAY_X,
    kind: "XBackendTrafficPolicy",
    plural: "xbackendtrafficpolicies",
    versions: ["v1alpha1"],
  }),
  definition({ group: GATEWAY_X, kind: "XMesh", plural: "xmeshes", scope: "Cluster", versions: ["v1alpha1"] }),
];
