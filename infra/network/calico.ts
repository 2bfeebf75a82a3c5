import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { charts } from "../charts";
import type { PlatformConfig } from "../config";
import { PlatformNamespace, podMaximumOf } from "../environments/namespace";
import { CALICO } from "./names";
import { release } from "../release";

/** An agent on each of up to 60 nodes, three copies of what stands between them and the API server, one controller. */
const QUOTA = { "requests.cpu": "12", "requests.memory": "16Gi", "limits.cpu": "70", "limits.memory": "48Gi" };

/**
 * Calico for policy alone (A4.1): the VPC CNI gives pods their addresses, Calico enforces. Its operator keeps agents, and the
 * VPC CNI writes each pod's address on the pod, since Calico would wait for the kubelet to tell it
 * (https://docs.tigera.io/calico/latest/getting-started/kubernetes/managed-public-cloud/eks).
 *
 * Holds no state: rules are the platform's own NetworkPolicies, which stay when it goes.
 */
export function calicoPolicy(
  name: string,
  config: PlatformConfig,
  provider: k8s.Provider,
  ready: readonly pulumi.Resource[],
  parent: pulumi.Resource,
): pulumi.Resource {
  const onCluster = { parent, provider };
  const guarded = (namespace: string) =>
    new PlatformNamespace(
      `${name}-${namespace}`,
      {
        name: namespace,
        // Operator and agents are in the network of the node, and agents program its kernel.
        podSecurity: "privileged",
        vpcCidr: config.network.cidr,
        quota: QUOTA,
        ...podMaximumOf(config),
        provider,
      },
      { parent },
    );
  const home = guarded(charts["tigera-operator"].namespace);
  const agents = guarded(CALICO.namespace);
  const annotates = new k8s.rbac.v1.ClusterRole(
    `${name}-pod-addresses`,
    {
      metadata: { name: "aws-node-pod-addresses" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["patch"] }],
    },
    onCluster,
  );
  const bound = new k8s.rbac.v1.ClusterRoleBinding(
    `${name}-pod-addresses`,
    {
      metadata: { name: "aws-node-pod-addresses" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "aws-node-pod-addresses" },
      subjects: [{ kind: "ServiceAccount", name: "aws-node", namespace: "kube-system" }],
    },
    { ...onCluster, dependsOn: [annotates] },
  );
  const kinds = release(
    `${name}-calico-crds`,
    "calico-crds",
    config,
    {},
    { ...onCluster, dependsOn: [...ready] },
    home.name,
  );
  return release(
    `${name}-calico`,
    "tigera-operator",
    config,
    { ...calicoValues() },
    { ...onCluster, dependsOn: [kinds, bound, agents] },
    home.name,
  );
}

/** What the platform sets of the chart tigera-operator, and why (versions.md, Calico policy-only). */
export function calicoValues() {
  const sized = (container: string, requests: object, limits: object) => ({
    spec: { template: { spec: { containers: [{ name: container, resources: { requests, limits } }] } } },
  });
  return {
    installation: {
      enabled: true,
      kubernetesProvider: "EKS",
      // Addresses stay the VPC CNI's.
      cni: { type: "AmazonVPC" },
      // Routes are the VPC's; there is nobody to speak BGP with.
      calicoNetwork: { bgp: "Disabled" },
      // Nothing of it has a limit by default.
      calicoNodeDaemonSet: sized("calico-node", { cpu: "100m", memory: "128Mi" }, { cpu: "1", memory: "512Mi" }),
      typhaDeployment: sized("calico-typha", { cpu: "50m", memory: "64Mi" }, { cpu: "500m", memory: "256Mi" }),
      calicoKubeControllersDeployment: sized(
        "calico-kube-controllers",
        { cpu: "25m", memory: "64Mi" },
        { cpu: "250m", memory: "256Mi" },
      ),
    },
    // Its own kinds of policy, its flow view and its page of it: the platform's rules are Kubernetes' own (A4.2).
    apiServer: { enabled: false },
    goldmane: { enabled: false },
    whisker: { enabled: false },
    // No pod asks for its CSI driver.
    kubeletVolumePluginPath: "None",
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
  };
}
