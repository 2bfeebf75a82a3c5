import { bool, definition, fields, int, list, map, open, text } from "../schema";
import { issuerBounds } from "./bounds/issuer";
import { clusterIssuerBounds } from "./bounds/cluster-issuer";
import { certificateBounds } from "./bounds/certificate";

/** Kinds of cert-manager v1.21.1, with the fields the platform writes. */

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
  definition({ group: MANAGER, kind: "Certificate", versions: ["v1"], spec: certificate, bounds: certificateBounds }),
  definition({ group: MANAGER, kind: "CertificateRequest", versions: ["v1"] }),
  definition({ group: ACME, kind: "Challenge", versions: ["v1"] }),
  definition({
    group: MANAGER,
    kind: "ClusterIssuer",
    scope: "Cluster",
    versions: ["v1"],
    spec: issuer,
    bounds: clusterIssuerBounds,
  }),
  definition({ group: MANAGER, kind: "Issuer", versions: ["v1"], spec: issuer, bounds: issuerBounds }),
  definition({ group: ACME, kind: "Order", versions: ["v1"] }),
];
