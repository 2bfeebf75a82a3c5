import type { AddonName, PlatformConfig } from "./config";
import { platformTags } from "./naming";
import { bringsAddresses, ciliumOf } from "./network/cilium";

/** Add-ons that a node needs before it is Ready; Cilium takes the place of two of them where it is asked to (A4.4). */
export function addonsBeforeNodes(config: PlatformConfig): AddonName[] {
  return [
    ...(bringsAddresses(config) ? [] : (["vpc-cni"] as const)),
    ...(ciliumOf(config)?.kubeProxyReplacement === true ? [] : (["kube-proxy"] as const)),
    "eks-pod-identity-agent",
  ];
}

/** What the platform sets of each add-on, and why. */
export function addonValues(addon: string, config: PlatformConfig): object | undefined {
  const replicaCount = config.highAvailability ? 3 : 2;
  switch (addon) {
    case "vpc-cni":
      // Policy enforcement is off by default (A4.1); prefix delegation gives a node room for 110 pods.
      return {
        enableNetworkPolicy: config.networkPolicy.plugin === "vpc-cni" ? "true" : "false",
        env: {
          ENABLE_PREFIX_DELEGATION: "true",
          WARM_PREFIX_TARGET: "1",
          // Calico reads addresses from pods, and the kubelet writes them later than the VPC CNI can.
          ...(config.networkPolicy.plugin === "calico" && { ANNOTATE_POD_IP: "true" }),
        },
      };
    case "coredns":
      return { replicaCount };
    case "aws-ebs-csi-driver":
      // Volumes and snapshots are made by the driver: without this nobody is told whose they are (B2.3), and a sweep
      // would not see those that are kept (A21.4).
      return { controller: { extraVolumeTags: platformTags(config) } };
    default:
      return undefined;
  }
}
