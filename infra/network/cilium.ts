import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config";
import { ciliumSettings } from "../config/schema";
import { policyDocument } from "../iam";
import { accountOf, clusterName, type Tags } from "../naming";
import type { NetworkPolicyOutput } from "../outputs";
import { podIdentity } from "../pod-identity";
import { release, replicas } from "../release";

type Plugin = PlatformConfig["networkPolicy"]["plugin"];

/** Cilium gives pods their addresses by itself: no VPC CNI, and Cilium before the first node. */
export const bringsAddresses = ({ networkPolicy: { plugin } }: Pick<PlatformConfig, "networkPolicy">): boolean =>
  plugin === "cilium-eni";

/** What is chosen of Cilium (A4.4); undefined where another plugin runs. */
export function ciliumOf({ networkPolicy: { plugin, cilium } }: Pick<PlatformConfig, "networkPolicy">) {
  return isCilium(plugin) ? ciliumSettings.parse(cilium ?? {}) : undefined;
}
const isCilium = (plugin: Plugin): boolean => plugin === "cilium-chaining" || plugin === "cilium-eni";

/** The same as an output, for who verifies it. */
export function chosenOf(config: PlatformConfig): NetworkPolicyOutput["cilium"] {
  const chosen = ciliumOf(config);
  return (
    chosen && {
      kubeProxyReplacement: chosen.kubeProxyReplacement,
      layer7: chosen.layer7,
      hubble: chosen.hubble,
      clusterId: chosen.clusterMesh?.id ?? 0,
    }
  );
}

/**
 * A node that Cilium has not reached yet takes no pods: they would get addresses from nobody, or from somebody else. The agent
 * takes it away (https://docs.cilium.io/en/stable/installation/taints/).
 */
export function taintsBeforeCilium(config: PlatformConfig): { key: string; value: string; effect: "NoExecute" }[] {
  return bringsAddresses(config) ? [{ key: "node.cilium.io/agent-not-ready", value: "true", effect: "NoExecute" }] : [];
}
/** The same as a managed node group says it. */
export const groupTaintsBeforeCilium = (config: PlatformConfig) =>
  taintsBeforeCilium(config).map(({ key, value }) => ({ key, value, effect: "NO_EXECUTE" }));

export interface CiliumArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: pulumi.Input<string>;
  /** https://…, of the API server. */
  readonly endpoint: pulumi.Input<string>;
  readonly provider: k8s.Provider;
}

/**
 * Cilium in ENI mode, with its operator's right to make interfaces. Not waited for: its pods run on the first nodes, and those are
 * not Ready before them.
 */
export function ciliumBeforeNodes(
  name: string,
  { config, tags, cluster, endpoint, provider }: CiliumArgs,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const identity = podIdentity(
    `${name}-cilium`,
    {
      cluster,
      namespace: "kube-system",
      serviceAccount: "cilium-operator",
      roleName: `${clusterName(config)}-cilium`,
      policy: interfacePolicy(config),
      tags,
    },
    { parent },
  );
  const cilium = release(
    `${name}-cilium`,
    "cilium",
    config,
    pulumi.output(endpoint).apply((url: string | undefined) => ciliumValues(config, url)),
    { parent, provider, dependsOn: [identity] },
    undefined,
    { waits: false },
  );
  return [identity, cilium];
}

/** What the operator does with interfaces and addresses (https://docs.cilium.io/en/stable/network/concepts/ipam/eni/). */
export function interfacePolicy(config: PlatformConfig): string {
  const inRegion = { StringEquals: { "aws:RequestedRegion": config.region } };
  const of = (kind: string) => `arn:aws:ec2:${config.region}:${accountOf(config)}:${kind}/*`;
  return policyDocument([
    {
      // Describe actions know no resources (Service Authorization Reference).
      actions: [
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeTags",
        "ec2:DescribeVpcs",
      ],
      resources: ["*"],
      conditions: inRegion,
    },
    {
      actions: ["ec2:CreateNetworkInterface"],
      resources: [of("network-interface"), of("subnet"), of("security-group")],
    },
    {
      actions: ["ec2:AttachNetworkInterface", "ec2:ModifyNetworkInterfaceAttribute"],
      resources: [of("network-interface"), of("instance"), of("security-group")],
    },
    {
      actions: ["ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses", "ec2:DeleteNetworkInterface"],
      resources: [of("network-interface")],
    },
    {
      actions: ["ec2:CreateTags"],
      resources: [of("network-interface")],
      conditions: { StringEquals: { "ec2:CreateAction": "CreateNetworkInterface" } },
    },
  ]);
}

/** Who else may have a plugin in the node's CNI folder: Cilium alone renames those of others. */
function cniOf(config: PlatformConfig): { readonly cni?: Readonly<Record<string, string | boolean>> } {
  if (!bringsAddresses(config)) return { cni: { chainingMode: "aws-cni", exclusive: false } };
  return config.mesh.kind === "none" ? {} : { cni: { exclusive: false } };
}

/** What the platform sets of the Cilium chart, and why (versions.md, Cilium on EKS). */
export function ciliumValues(config: PlatformConfig, endpoint: string | undefined) {
  const { kubeProxyReplacement, layer7, hubble, clusterMesh } = ciliumSettings.parse(config.networkPolicy.cilium ?? {});
  const meshed = config.mesh.kind !== "none";
  return {
    ...(bringsAddresses(config)
      ? {
          // Addresses of the VPC, by prefix as many as a node may have pods. Only IPv4: ENI mode knows no other.
          eni: { enabled: true, awsEnablePrefixDelegation: true },
          ipam: { mode: "eni" },
        }
      : {}),
    // Chaining: the VPC CNI keeps addressing, Cilium enforces and shows flows.
    ...cniOf(config),
    // A connection that is led to a pod when the socket opens never comes by a mesh's proxy: Services of pods are served on the wire
    // (https://istio.io/latest/docs/ambient/install/platform-prerequisites/, https://linkerd.io/2/reference/cluster-configuration/).
    ...(meshed && { socketLB: { hostNamespaceOnly: true } }),
    // Pods have addresses of private subnets, which the NAT gateway knows.
    enableIPv4Masquerade: false,
    routingMode: "native",
    endpointRoutes: { enabled: true },
    operator: { replicas: replicas(config) },
    // Without kube-proxy nobody else makes the API server's Service address reachable.
    ...(kubeProxyReplacement && {
      kubeProxyReplacement: "true",
      // Not there yet while an earlier phase is built alone.
      k8sServiceHost: endpoint?.replace(/^https:\/\//, "") ?? "",
      k8sServicePort: "443",
    }),
    // Rules about HTTP need the proxy on each node; without such rules it is memory for nothing.
    l7Proxy: layer7,
    envoy: { enabled: layer7 },
    hubble: { enabled: hubble !== "off", ...(hubble === "relay" && { relay: { enabled: true } }) },
    ...(clusterMesh !== undefined && {
      cluster: { name: clusterName(config), id: clusterMesh.id },
      // Reached by node: a load balancer would have to exist before its controller does (phase 6).
      clustermesh: { useAPIServer: true, apiserver: { service: { type: "NodePort" } } },
    }),
  };
}
