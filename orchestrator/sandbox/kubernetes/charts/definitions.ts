import { bool, definition, fields, int, intOrText, list, map, open, text } from "./schema";

/**
 * Kinds that the charts install, with the fields the platform writes. Names, scopes and versions are those of the
 * published releases: cert-manager v1.21.1, Gateway API of Envoy Gateway v1.9.0, Karpenter 1.14.1, AWS Load Balancer
 * Controller v3.5.0, external-dns 0.21.0.
 */

const reference = fields({ "name!": text(), kind: text(), group: text() });
const secretKey = fields({ "name!": text(), key: text() });

const solver = fields({
  selector: fields({ dnsZones: list(text()), dnsNames: list(text()), matchLabels: map }),
  dns01: fields({
    cnameStrategy: text("None", "Follow"),
    route53: fields({
      region: text(),
      hostedZoneID: text(),
      role: text(),
      accessKeyID: text(),
      secretAccessKeySecretRef: secretKey,
      auth: open,
    }),
    cloudflare: open,
    cloudDNS: open,
    azureDNS: open,
    rfc2136: open,
    webhook: open,
  }),
  http01: fields({
    ingress: fields({
      ingressClassName: text(),
      class: text(),
      name: text(),
      serviceType: text(),
      podTemplate: open,
      ingressTemplate: open,
    }),
    gatewayHTTPRoute: fields({ parentRefs: list(open), labels: map, serviceType: text(), podTemplate: open }),
  }),
});
const issuer = fields({
  acme: fields({
    "server!": text(),
    email: text(),
    profile: text(),
    preferredChain: text(),
    caBundle: text(),
    skipTLSVerify: bool,
    externalAccountBinding: open,
    disableAccountKeyGeneration: bool,
    enableDurationFeature: bool,
    "privateKeySecretRef!": secretKey,
    solvers: list(solver),
  }),
  ca: fields({
    "secretName!": text(),
    crlDistributionPoints: list(text()),
    ocspServers: list(text()),
    issuingCertificateURLs: list(text()),
  }),
  selfSigned: fields({ crlDistributionPoints: list(text()) }),
  vault: open,
  venafi: open,
});
const certificate = fields({
  "secretName!": text(),
  "issuerRef!": reference,
  dnsNames: list(text()),
  ipAddresses: list(text()),
  uris: list(text()),
  emailAddresses: list(text()),
  commonName: text(),
  subject: open,
  literalSubject: text(),
  isCA: bool,
  duration: text(),
  renewBefore: text(),
  renewBeforePercentage: int,
  usages: list(
    text(
      ...["signing", "digital signature", "content commitment", "key encipherment", "key agreement"],
      ...["data encipherment", "cert sign", "crl sign", "encipher only", "decipher only", "any", "server auth"],
      ...["client auth", "code signing", "email protection", "s/mime", "ipsec end system", "ipsec tunnel"],
      ...["ipsec user", "timestamping", "ocsp signing", "microsoft sgc", "netscape sgc"],
    ),
  ),
  privateKey: fields({
    algorithm: text("RSA", "ECDSA", "Ed25519"),
    size: int,
    encoding: text("PKCS1", "PKCS8"),
    rotationPolicy: text("Never", "Always"),
  }),
  secretTemplate: open,
  keystores: open,
  revisionHistoryLimit: int,
  additionalOutputFormats: list(open),
  nameConstraints: open,
  otherNames: list(open),
  encodeUsagesInRequest: bool,
  signatureAlgorithm: text(
    ...["SHA256WithRSA", "SHA384WithRSA", "SHA512WithRSA", "ECDSAWithSHA256", "ECDSAWithSHA384"],
    ...["ECDSAWithSHA512", "PureEd25519"],
  ),
});
const MANAGER = "cert-manager.io";
const ACME = "acme.cert-manager.io";
export const certManagerDefinitions = [
  definition({ group: MANAGER, kind: "Certificate", versions: ["v1"], spec: certificate }),
  definition({ group: MANAGER, kind: "CertificateRequest", versions: ["v1"] }),
  definition({ group: ACME, kind: "Challenge", versions: ["v1"] }),
  definition({ group: MANAGER, kind: "ClusterIssuer", scope: "Cluster", versions: ["v1"], spec: issuer }),
  definition({ group: MANAGER, kind: "Issuer", versions: ["v1"], spec: issuer }),
  definition({ group: ACME, kind: "Order", versions: ["v1"] }),
];

const parent = fields({
  "name!": text(),
  namespace: text(),
  group: text(),
  kind: text(),
  sectionName: text(),
  port: int,
});
const backend = fields({
  "name!": text(),
  namespace: text(),
  group: text(),
  kind: text(),
  port: int,
  weight: int,
  filters: list(open),
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
    path: open,
    port: int,
    // Gateway API v1: the codes every implementation has to know.
    statusCode: { type: "integer", enum: [301, 302, 303, 307, 308] },
  }),
  urlRewrite: open,
  requestHeaderModifier: open,
  responseHeaderModifier: open,
  requestMirror: open,
  extensionRef: open,
  cors: open,
});
const match = fields({
  path: fields({ type: text("Exact", "PathPrefix", "RegularExpression"), value: text() }),
  headers: list(open),
  queryParams: list(open),
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
    namespaces: fields({ from: text("All", "Selector", "Same"), selector: open }),
    kinds: list(open),
  }),
});
const gateway = fields({
  "gatewayClassName!": text(),
  "listeners!": list(listener),
  addresses: list(open),
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
  }),
  definition({ group: GATEWAY, kind: "Gateway", versions: ["v1", "v1beta1"], spec: gateway }),
  definition({ group: GATEWAY, kind: "GRPCRoute", versions: ["v1"] }),
  definition({ group: GATEWAY, kind: "HTTPRoute", versions: ["v1", "v1beta1"], spec: httpRoute }),
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
    resources: open,
    securityContext: open,
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
  definition({ group: ENVOY, kind: "EnvoyProxy", plural: "envoyproxies", versions: ["v1alpha1"], spec: envoyProxy }),
  definition({ group: ENVOY, kind: "HTTPRouteFilter", versions: ["v1alpha1"] }),
  definition({ group: ENVOY, kind: "SecurityPolicy", plural: "securitypolicies", versions: ["v1alpha1"] }),
];

const requirement = fields({
  "key!": text(),
  "operator!": text("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"),
  values: list(text()),
  minValues: int,
});
const taint = fields({ "key!": text(), value: text(), "effect!": text("NoSchedule", "PreferNoSchedule", "NoExecute") });
const nodePool = fields({
  "template!": fields({
    metadata: fields({ labels: map, annotations: map }),
    "spec!": fields({
      "nodeClassRef!": fields({ "group!": text(), "kind!": text(), "name!": text() }),
      "requirements!": list(requirement),
      taints: list(taint),
      startupTaints: list(taint),
      expireAfter: text(),
      terminationGracePeriod: text(),
    }),
  }),
  limits: { type: "object", additionalProperties: intOrText },
  weight: int,
  replicas: int,
  disruption: fields({
    consolidationPolicy: text("WhenEmpty", "WhenEmptyOrUnderutilized"),
    "consolidateAfter!": text(),
    budgets: list(
      fields({
        "nodes!": text(),
        schedule: text(),
        duration: text(),
        reasons: list(text("Underutilized", "Empty", "Drifted")),
      }),
    ),
  }),
});
const selected = { id: text(), tags: map };
const nodeClass = fields({
  role: text(),
  instanceProfile: text(),
  amiFamily: text("AL2", "AL2023", "Bottlerocket", "Custom", "Windows2019", "Windows2022", "Windows2025"),
  "amiSelectorTerms!": list(fields({ ...selected, name: text(), alias: text(), owner: text(), ssmParameter: text() })),
  "subnetSelectorTerms!": list(fields(selected)),
  "securityGroupSelectorTerms!": list(fields({ ...selected, name: text() })),
  capacityReservationSelectorTerms: list(open),
  metadataOptions: fields({
    httpEndpoint: text("enabled", "disabled"),
    httpProtocolIPv6: text("enabled", "disabled"),
    httpPutResponseHopLimit: int,
    httpTokens: text("required", "optional"),
  }),
  blockDeviceMappings: list(fields({ deviceName: text(), rootVolume: bool, ebs: open })),
  kubelet: open,
  detailedMonitoring: bool,
  associatePublicIPAddress: bool,
  instanceStorePolicy: text("RAID0"),
  userData: text(),
  context: text(),
  tags: map,
});
export const karpenterDefinitions = [
  definition({ group: "autoscaling.x-k8s.io", kind: "CapacityBuffer", versions: ["v1beta1"] }),
  definition({
    group: "karpenter.k8s.aws",
    kind: "EC2NodeClass",
    plural: "ec2nodeclasses",
    scope: "Cluster",
    versions: ["v1"],
    spec: nodeClass,
  }),
  definition({ group: "karpenter.sh", kind: "NodeClaim", scope: "Cluster", versions: ["v1"] }),
  definition({ group: "karpenter.sh", kind: "NodeOverlay", scope: "Cluster", versions: ["v1alpha1"] }),
  definition({ group: "karpenter.sh", kind: "NodePool", scope: "Cluster", versions: ["v1"], spec: nodePool }),
];

const ELB = "elbv2.k8s.aws";
const AWS_GATEWAY = "gateway.k8s.aws";
export const loadBalancerDefinitions = [
  definition({ group: ELB, kind: "ALBTargetControlConfig", versions: ["v1beta1"] }),
  definition({ group: "aga.k8s.aws", kind: "GlobalAccelerator", versions: ["v1beta1"] }),
  definition({
    group: ELB,
    kind: "IngressClassParams",
    plural: "ingressclassparams",
    scope: "Cluster",
    versions: ["v1beta1"],
  }),
  definition({ group: ELB, kind: "TargetGroupBinding", versions: ["v1beta1", "v1alpha1"] }),
  definition({ group: AWS_GATEWAY, kind: "ListenerRuleConfiguration", versions: ["v1", "v1beta1"] }),
  definition({ group: AWS_GATEWAY, kind: "LoadBalancerConfiguration", versions: ["v1", "v1beta1"] }),
  definition({ group: AWS_GATEWAY, kind: "TargetGroupConfiguration", versions: ["v1", "v1beta1"] }),
];

export const externalDnsDefinitions = [
  definition({ group: "externaldns.k8s.io", kind: "DNSEndpoint", versions: ["v1alpha1"] }),
];

const entityRule = fields({ toEntities: list(text()), fromEntities: list(text()), toPorts: list(open) });
export const ciliumDefinitions = [
  definition({
    group: "cilium.io",
    kind: "CiliumClusterwideNetworkPolicy",
    plural: "ciliumclusterwidenetworkpolicies",
    scope: "Cluster",
    versions: ["v2"],
    spec: fields({
      endpointSelector: open,
      enableDefaultDeny: fields({ egress: bool, ingress: bool }),
      egress: list(entityRule),
      ingress: list(entityRule),
    }),
  }),
];
