/** Words of the meshes, as objects carry them: read by the program, the checks and the rehearsal alike. */
export const AMBIENT = {
  namespace: "istio-system",
  /** Label of a namespace or pod that joined; `none` on a pod keeps it out. */
  label: "istio.io/dataplane-mode",
  joined: "ambient",
  /** Pods of the mesh reach one another on this port, whatever port they ask for (HBONE). */
  port: 15008,
  /** Where the kubelet's probes seem to come from once a pod has joined. */
  probes: "169.254.7.127/32",
  proxy: "ztunnel",
  agents: ["istio-cni-node", "ztunnel"],
  policyApi: "security.istio.io/v1",
} as const;

/** Name of what the platform makes in a namespace that joins. */
export const MESH_POLICY = "allow-mesh";

/** Namespaces whose pods call those of applications: the entry point's and that of metrics. */
export const CALLERS = ["envoy-gateway-system", "monitoring"] as const;

/** Of Linkerd, whose proxies are in the pods. */
export const SIDECAR = {
  namespace: "linkerd",
  cniNamespace: "linkerd-cni",
  /** Annotation of a namespace or pod that joins: pods get a proxy when they are made. */
  inject: "linkerd.io/inject",
  joined: "enabled",
  /** Label that the injector gives to a pod with a proxy. */
  injected: "linkerd.io/control-plane-ns",
  injector: "linkerd-proxy-injector",
  /** Annotation of a pod: whom its proxy lets in. */
  inbound: "config.linkerd.io/default-inbound-policy",
  meshedOnly: "all-authenticated",
  container: "linkerd-proxy",
  /** Pods of the mesh reach one another on this port, whatever port they ask for (`outboundTransportMode`). */
  port: 4143,
  agents: ["linkerd-cni"],
} as const;
