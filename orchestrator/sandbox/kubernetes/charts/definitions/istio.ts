import { definition, fields, map, text } from "../schema";
import { peerAuthenticationBounds } from "./bounds/peer-authentication";

/** Kinds of Istio, of its chart base: the one that the platform writes, and the others open. */
const mode = { mode: text("UNSET", "DISABLE", "PERMISSIVE", "STRICT") };
const peerAuthentication = fields({
  selector: fields({ matchLabels: map }),
  mtls: fields(mode),
  portLevelMtls: { type: "object", additionalProperties: fields(mode) },
});

const NETWORKING = "networking.istio.io";
const SECURITY = "security.istio.io";
const EXTENSIONS = "extensions.istio.io";
const LONG = ["v1", "v1beta1", "v1alpha3"];

export const istioDefinitions = [
  definition({ group: EXTENSIONS, kind: "TrafficExtension", versions: ["v1alpha1"] }),
  definition({ group: EXTENSIONS, kind: "WasmPlugin", versions: ["v1alpha1"] }),
  ...["DestinationRule", "Gateway", "Sidecar", "VirtualService", "WorkloadGroup"].map((kind) =>
    definition({ group: NETWORKING, kind, versions: LONG }),
  ),
  definition({ group: NETWORKING, kind: "ServiceEntry", plural: "serviceentries", versions: LONG }),
  definition({ group: NETWORKING, kind: "WorkloadEntry", plural: "workloadentries", versions: LONG }),
  definition({ group: NETWORKING, kind: "EnvoyFilter", versions: ["v1alpha3"] }),
  definition({ group: NETWORKING, kind: "ProxyConfig", versions: ["v1beta1"] }),
  definition({
    group: SECURITY,
    kind: "AuthorizationPolicy",
    plural: "authorizationpolicies",
    versions: ["v1", "v1beta1"],
  }),
  definition({
    group: SECURITY,
    kind: "PeerAuthentication",
    versions: ["v1", "v1beta1"],
    spec: peerAuthentication,
    bounds: peerAuthenticationBounds,
  }),
  definition({ group: SECURITY, kind: "RequestAuthentication", versions: ["v1", "v1beta1"] }),
  definition({
    group: "telemetry.istio.io",
    kind: "Telemetry",
    plural: "telemetries",
    versions: ["v1alpha1", "v1"],
  }),
];
