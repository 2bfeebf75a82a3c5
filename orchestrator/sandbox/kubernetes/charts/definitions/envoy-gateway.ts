import {
  bool,
  definition,
  fields,
  int,
  intOrText,
  list,
  map,
  open,
  resources,
  securityContext,
  selector,
  text,
} from "../schema";
import { envoyProxyBounds } from "./bounds/envoy-proxy";

/** Kinds of Envoy Gateway v1.9.0, with the fields the platform writes. */

const pod = fields({
  annotations: map,
  labels: map,
  affinity: open,
  nodeSelector: map,
  tolerations: list(open),
  securityContext: open,
  topologySpreadConstraints: list(open),
  priorityClassName: text(),
  volumes: list(open),
  imagePullSecrets: list(open),
});
const proxyDeployment = fields({
  replicas: int,
  name: text(),
  pod,
  container: fields({
    image: text(),
    resources,
    securityContext,
    env: list(open),
    volumeMounts: list(open),
    imageRepository: text(),
  }),
  initContainers: list(open),
  strategy: open,
  patch: open,
});
const proxyService = fields({
  type: text("ClusterIP", "LoadBalancer", "NodePort"),
  name: text(),
  annotations: map,
  labels: map,
  loadBalancerClass: text(),
  loadBalancerIP: text(),
  loadBalancerSourceRanges: list(text()),
  allocateLoadBalancerNodePorts: bool,
  externalTrafficPolicy: text("Local", "Cluster"),
  patch: open,
});
const envoyProxy = fields({
  provider: fields({
    "type!": text("Kubernetes", "Host"),
    kubernetes: fields({
      envoyDeployment: proxyDeployment,
      envoyDaemonSet: open,
      envoyService: proxyService,
      envoyServiceAccount: open,
      envoyHpa: open,
      envoyPDB: fields({ name: text(), minAvailable: intOrText, maxUnavailable: intOrText, patch: open }),
      useListenerPortAsContainerPort: bool,
    }),
    host: open,
  }),
  logging: open,
  telemetry: open,
  bootstrap: open,
  concurrency: int,
  extraArgs: list(text()),
  mergeGateways: bool,
  mergeBackends: fields({ selector }),
  luaValidation: text("Strict", "InsecureSyntax", "Disabled"),
  lua: open,
  shutdown: open,
  filterOrder: list(open),
  backendTLS: open,
  ipFamily: text("IPv4", "IPv6", "DualStack"),
  routingType: text(),
  preserveRouteOrder: bool,
});
const ENVOY = "gateway.envoyproxy.io";
export const envoyGatewayDefinitions = [
  definition({ group: ENVOY, kind: "Backend", versions: ["v1alpha1"] }),
  definition({ group: ENVOY, kind: "BackendTrafficPolicy", plural: "backendtrafficpolicies", versions: ["v1alpha1"] }),
  definition({ group: ENVOY, kind: "ClientTrafficPolicy", plural: "clienttrafficpolicies", versions: ["v1alpha1"] }),
  definition({ group: ENVOY, kind: "EnvoyExtensionPolicy", plural: "envoyextensionpolicies", versions: ["v1alpha1"] }),
  definition({ group: ENVOY, kind: "EnvoyPatchPolicy", plural: "envoypatchpolicies", versions: ["v1alpha1"] }),
  definition({
    group: ENVOY,
    kind: "EnvoyProxy",
    plural: "envoyproxies",
    versions: ["v1alpha1"],
    spec: envoyProxy,
    bounds: envoyProxyBounds,
  }),
  definition({ group: ENVOY, kind: "HTTPRouteFilter", versions: ["v1alpha1"] }),
  definition({ group: ENVOY, kind: "SecurityPolicy", plural: "securitypolicies", versions: ["v1alpha1"] }),
];
