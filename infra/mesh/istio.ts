import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { charts } from "../charts";
import { PlatformNamespace, podMaximumOf } from "../environments/namespace";
import { release } from "../release";
import { baseValues, cniValues, istiodValues, ztunnelValues } from "./istio-values";
import { AMBIENT, CALLERS, MESH_POLICY } from "./names";
import type { MeshInstalled, MeshParts } from "./parts";

/** An agent and a proxy on each of up to 60 nodes, and the control plane. */
const QUOTA = {
  "requests.cpu": "8",
  "requests.memory": "24Gi",
  "limits.cpu": "100",
  "limits.memory": "64Gi",
};
/** Webhooks; configuration and certificates for the proxies. */
const WEBHOOK_PORT = 15017;
const DISCOVERY_PORT = 15012;

/** Istio without sidecars: a proxy on each node, and namespaces that join by their label (A10.1). */
export function istioAmbient(name: string, parts: MeshParts): MeshInstalled {
  const { config, provider, ready, parent } = parts;
  const child = { parent, provider };
  const home = new PlatformNamespace(
    `${name}-namespace`,
    {
      name: AMBIENT.namespace,
      // The proxy and the agent of each node change the network of other pods.
      podSecurity: charts.ztunnel.podSecurity,
      allow: {
        fromApiServer: [WEBHOOK_PORT],
        fromNamespaces: { [AMBIENT.namespace]: [DISCOVERY_PORT] },
        toNamespaces: [AMBIENT.namespace],
      },
      vpcCidr: config.network.cidr,
      quota: QUOTA,
      ...podMaximumOf(config),
      provider,
    },
    { parent },
  );
  const install = (
    chart: "istio-base" | "istiod" | "istio-cni" | "ztunnel",
    values: object,
    after: pulumi.Resource[],
  ) => release(`${name}-${chart}`, chart, config, { ...values }, { ...child, dependsOn: after }, home.name);
  const base = install("istio-base", baseValues(), [...ready]);
  const istiod = install("istiod", istiodValues(config), [base]);
  const cni = install("istio-cni", cniValues(), [istiod]);
  const ztunnel = install("ztunnel", ztunnelValues(), [cni]);

  const { namespaces } = config.mesh;
  const callers = namespaces.length === 0 ? [] : CALLERS;
  // Callers first, or a namespace that refuses plain text refuses them; then one namespace after the other (A10.2).
  const joined = callers.map((caller) => join(`${name}-${caller}`, caller, namespaces, parts, [ztunnel]));
  let last: pulumi.Resource[] = [ztunnel, ...joined];
  for (const namespace of namespaces) {
    const label = join(`${name}-${namespace}`, namespace, [], parts, last);
    last = [refusePlainText(`${name}-${namespace}-strict`, namespace, { ...child, dependsOn: [label] })];
  }
  return { namespace: home.name, agents: AMBIENT.agents.map((agent) => `${AMBIENT.namespace}/${agent}`), callers };
}

/** Lets the mesh's own port through, then leads the namespace's traffic into it: pods stay as they are. */
function join(
  name: string,
  namespace: string,
  calls: readonly string[],
  { provider, after, parent }: MeshParts,
  dependsOn: pulumi.Resource[],
): pulumi.Resource {
  const options = { parent, provider };
  const there = after.apply(() => namespace);
  const port = new k8s.networking.v1.NetworkPolicy(
    `${name}-port`,
    { metadata: { name: MESH_POLICY, namespace: there }, spec: meshPolicy(namespace, calls) },
    { ...options, dependsOn },
  );
  return new k8s.core.v1.NamespacePatch(
    `${name}-join`,
    { metadata: { name: there, labels: { [AMBIENT.label]: AMBIENT.joined } } },
    { ...options, dependsOn: [port] },
  );
}

/**
 * Traffic of the mesh has one port, so a policy knows callers alone: the namespace itself and those that every namespace
 * lets in. Whoever lets another in by its port names 15008 as well.
 */
export function meshPolicy(namespace: string, calls: readonly string[] = []) {
  const byName = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });
  const ports = [{ protocol: "TCP", port: AMBIENT.port }];
  const friends = [...new Set([namespace, ...CALLERS])].map(byName);
  return {
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: friends, ports }, { from: [{ ipBlock: { cidr: AMBIENT.probes } }] }],
    egress: [{ to: [namespace, ...calls].map(byName), ports }],
  };
}

function refusePlainText(name: string, namespace: string, opts: pulumi.CustomResourceOptions) {
  return new k8s.apiextensions.CustomResource(
    name,
    {
      apiVersion: AMBIENT.policyApi,
      kind: "PeerAuthentication",
      metadata: { name: "default", namespace },
      spec: { mtls: { mode: "STRICT" } },
    },
    opts,
  );
}
