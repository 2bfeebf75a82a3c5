import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { charts } from "../charts";
import { PlatformNamespace, podMaximumOf, type Allowances } from "../environments/namespace";
import { release } from "../release";
import { MESH_POLICY, SIDECAR } from "./names";
import type { MeshInstalled, MeshParts } from "./parts";
import { cniValues, controlPlaneValues, crdsValues, trustManagerValues, WEBHOOKS } from "./linkerd-values";

/** Webhooks of the control plane. */
const WEBHOOK_PORTS = [8443, 9443];
/** Where proxies ask for certificates, addresses and policies. */
const PROXY_PORTS = [8080, 8086, 8090];
/** An agent on each of up to 60 nodes. */
const AGENT_QUOTA = { "requests.cpu": "4", "requests.memory": "8Gi", "limits.cpu": "20", "limits.memory": "32Gi" };
const ANCHOR = "linkerd-trust-anchor";
const ISSUER = "linkerd-identity-issuer";

/** Linkerd: a proxy in each pod of the namespaces that join, by their annotation (A10.1). */
export function linkerd(name: string, parts: MeshParts): MeshInstalled {
  const { config, provider, ready, certificates, parent } = parts;
  const child = { parent, provider };
  const home = guarded(`${name}-namespace`, SIDECAR.namespace, "restricted", parts, {
    fromApiServer: WEBHOOK_PORTS,
    fromCluster: PROXY_PORTS,
    toNamespaces: [SIDECAR.namespace],
  });
  const agents = guarded(`${name}-agents`, SIDECAR.cniNamespace, "privileged", parts, {}, AGENT_QUOTA);
  const trust = release(`${name}-trust-manager`, "trust-manager", config, trustManagerValues(config), {
    ...child,
    dependsOn: [...certificates],
  });
  const identity = authority(name, home.name, { ...child, dependsOn: [trust] });
  const crds = release(
    `${name}-linkerd-crds`,
    "linkerd-crds",
    config,
    crdsValues(),
    { ...child, dependsOn: [...ready] },
    home.name,
  );
  const cni = release(
    `${name}-linkerd2-cni`,
    "linkerd2-cni",
    config,
    cniValues(),
    { ...child, dependsOn: [...ready] },
    agents.name,
  );
  const control = release(
    `${name}-linkerd-control-plane`,
    "linkerd-control-plane",
    config,
    controlPlaneValues(config),
    { ...child, dependsOn: [crds, cni, ...identity] },
    home.name,
  );
  let last: pulumi.Resource = control;
  for (const namespace of config.mesh.namespaces) last = join(`${name}-${namespace}`, namespace, parts, last);
  return {
    namespace: home.name,
    agents: SIDECAR.agents.map((agent) => `${SIDECAR.cniNamespace}/${agent}`),
    callers: [],
  };
}

function guarded(
  name: string,
  namespace: string,
  podSecurity: "restricted" | "privileged",
  { config, provider, parent }: MeshParts,
  allow: Allowances,
  quota?: Readonly<Record<string, string>>,
): PlatformNamespace {
  const { network } = config;
  return new PlatformNamespace(
    name,
    {
      name: namespace,
      podSecurity,
      allow,
      vpcCidr: network.cidr,
      ...(quota && { quota }),
      ...podMaximumOf(config),
      provider,
    },
    { parent },
  );
}

/**
 * The mesh's authority, all of it in cert-manager's hands: an anchor of ten years, an issuer of 90 days beneath it, and
 * the anchor's certificate, without its key, where proxies look for it. No private key passes through the program.
 */
function authority(name: string, home: pulumi.Output<string>, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const object = (
    what: string,
    apiVersion: string,
    kind: string,
    metadata: { name: string; namespace?: pulumi.Input<string> },
    spec: object,
    after: pulumi.Resource[] = [],
  ) =>
    new k8s.apiextensions.CustomResource(
      `${name}-${what}`,
      { apiVersion, kind, metadata, spec },
      { ...opts, dependsOn: [...(opts.dependsOn as pulumi.Resource[]), ...after] },
    );
  const api = "cert-manager.io/v1";
  const privateKey = { algorithm: "ECDSA", size: 256 };
  const anchor = object(
    "anchor",
    api,
    "Certificate",
    { name: ANCHOR, namespace: charts["cert-manager"].namespace },
    {
      isCA: true,
      commonName: "root.linkerd.cluster.local",
      secretName: ANCHOR,
      duration: "87600h",
      privateKey: { ...privateKey, rotationPolicy: "Never" },
      issuerRef: { kind: "ClusterIssuer", name: "internal-bootstrap" },
    },
  );
  const issuer = object("issuer", api, "ClusterIssuer", { name: ANCHOR }, { ca: { secretName: ANCHOR } }, [anchor]);
  const intermediate = object(
    "identity",
    api,
    "Certificate",
    { name: ISSUER, namespace: home },
    {
      isCA: true,
      commonName: "identity.linkerd.cluster.local",
      dnsNames: ["identity.linkerd.cluster.local"],
      secretName: ISSUER,
      // Renewed a month before it ends: nothing on the platform comes within 14 days of its end (H1.2).
      duration: "2160h",
      renewBefore: "720h",
      privateKey: { ...privateKey, rotationPolicy: "Always" },
      usages: ["cert sign", "crl sign", "server auth", "client auth"],
      issuerRef: { kind: "ClusterIssuer", name: ANCHOR },
    },
    [issuer],
  );
  const roots = object(
    "roots",
    "trust.cert-manager.io/v1alpha1",
    "Bundle",
    { name: "linkerd-identity-trust-roots" },
    {
      sources: [{ secret: { name: ANCHOR, key: "tls.crt" } }],
      target: {
        configMap: { key: "ca-bundle.crt" },
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": SIDECAR.namespace } },
      },
    },
    [anchor],
  );
  const webhooks = WEBHOOKS.map((webhook) =>
    object(
      webhook,
      api,
      "Certificate",
      { name: webhook, namespace: home },
      {
        dnsNames: [`${webhook}.${SIDECAR.namespace}.svc`],
        secretName: `${webhook}-k8s-tls`,
        duration: "2160h",
        privateKey: { ...privateKey, rotationPolicy: "Always" },
        usages: ["server auth"],
        issuerRef: { kind: "ClusterIssuer", name: "internal-ca" },
      },
    ),
  );
  return [intermediate, roots, ...webhooks];
}

/** Lets the proxies' port through and marks the namespace; pods get a proxy when they are made, the example's at once. */
function join(
  name: string,
  namespace: string,
  { provider, after, demo, parent }: MeshParts,
  last: pulumi.Resource,
): pulumi.Resource {
  const options = { parent, provider };
  const there = after.apply(() => namespace);
  const port = new k8s.networking.v1.NetworkPolicy(
    `${name}-port`,
    { metadata: { name: MESH_POLICY, namespace: there }, spec: proxyPolicy(namespace) },
    { ...options, dependsOn: [last] },
  );
  const annotations = { [SIDECAR.inject]: SIDECAR.joined };
  const mark = new k8s.core.v1.NamespacePatch(
    `${name}-join`,
    { metadata: { name: there, annotations } },
    { ...options, dependsOn: [port] },
  );
  if (namespace !== demo.namespace) return mark;
  return new k8s.apps.v1.DeploymentPatch(
    `${name}-restart`,
    {
      metadata: { name: after.apply(() => demo.deployment), namespace: there },
      spec: { template: { metadata: { annotations } } },
    },
    { ...options, dependsOn: [mark] },
  );
}

/** Proxies speak to one another on their own port, and to the control plane. */
export function proxyPolicy(namespace: string) {
  const byName = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });
  const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: "TCP", port }));
  return {
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [byName(namespace)], ports: tcp(SIDECAR.port) }],
    egress: [
      { to: [byName(namespace)], ports: tcp(SIDECAR.port) },
      { to: [byName(SIDECAR.namespace)], ports: tcp(...PROXY_PORTS) },
    ],
  };
}
