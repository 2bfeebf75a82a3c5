import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as eks from "@pulumi/aws/eks";
import * as kms from "@pulumi/aws/kms";
import * as eksComponents from "@pulumi/eks";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { managedAddon } from "../addon";
import { addonsBeforeNodes, addonValues } from "../cluster-addons";
import { SERVICE_CIDR } from "../cidr";
import type { AddonName, PlatformConfig } from "../config";
import { clusterName, named, type Tags } from "../naming";
import { bringsAddresses, ciliumBeforeNodes, groupTaintsBeforeCilium } from "../network/cilium";
import { amiTypeOf } from "../node-pools";
import { nodeTemplate } from "../node-template";
import type { ClusterOutput } from "../outputs";
import { podIdentity } from "../pod-identity";
import type { NetworkOutputs } from "./01-network";

export interface ClusterArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly network: NetworkOutputs;
}
export type ClusterOutputs = { readonly [key in keyof ClusterOutput]: pulumi.Output<ClusterOutput[key]> } & {
  /** Secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** The provider through which every later phase talks to this cluster. */
  readonly provider: k8s.Provider;
  /** EKS's own group, which nodes and pods are in. */
  readonly nodeSecurityGroupId: pulumi.Output<string>;
  /** System nodes and add-ons: what runs pods has to wait for them. */
  readonly ready: pulumi.Resource[];
};

/** A2.6: all five. */
const LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/**
 * Phase 02: the EKS control plane over three zones, its managed add-ons and the small group of nodes that carries
 * them. Access by entries only, Secrets encrypted by a key of its own, private endpoint outside dev.
 *
 * The cluster and the key are protected: replacing either loses what the cluster holds. Costs: 73 USD a month for the
 * control plane, three system nodes, logs by volume.
 */
export class Cluster extends pulumi.ComponentResource {
  readonly outputs: ClusterOutputs;

  constructor(name: string, { config, tags, network }: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:Cluster", name, {}, opts);
    const child = { parent: this };
    const cluster = clusterName(config);
    const privateSubnetIds = network.privateSubnets.apply((subnets) => subnets.map((subnet) => subnet.id));

    const key = new kms.Key(
      `${name}-secrets`,
      {
        description: `Kubernetes Secrets of ${cluster}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags: named(tags, `${name}-secrets`),
      },
      { ...child, protect: true },
    );
    new kms.Alias(`${name}-secrets`, { name: `alias/${cluster}-secrets`, targetKeyId: key.keyId }, child);

    // Made before the cluster: EKS would make it itself, without an end to what it keeps (B6.1).
    const logs = new cloudwatch.LogGroup(
      `${name}-logs`,
      {
        name: `/aws/eks/${cluster}/cluster`,
        retentionInDays: config.monitoring.logRetentionDays,
        kmsKeyId: network.logKeyArn,
        tags: named(tags, `${name}-logs`),
      },
      { ...child, protect: config.environment === "production" },
    );
    const control = new eksComponents.Cluster(
      name,
      {
        name: cluster,
        version: config.cluster.version,
        vpcId: network.vpcId,
        privateSubnetIds,
        serviceRole: network.clusterRole,
        authenticationMode: eksComponents.AuthenticationMode.Api,
        accessEntries: { ...adminEntries(config.cluster.adminRoleArns), ...groupEntries(config.security) },
        createInstanceRole: false,
        createOidcProvider: true,
        skipDefaultNodeGroup: true,
        skipDefaultSecurityGroups: true,
        endpointPrivateAccess: true,
        endpointPublicAccess: config.cluster.publicAccess.enabled,
        // The component refuses even an empty list where the endpoint is private.
        ...(config.cluster.publicAccess.enabled && { publicAccessCidrs: config.cluster.publicAccess.cidrs }),
        encryptionConfigKeyArn: key.arn,
        enabledClusterLogTypes: LOG_TYPES,
        upgradePolicy: { supportType: "STANDARD" },
        deletionProtection: true,
        bootstrapSelfManagedAddons: false,
        kubernetesServiceIpAddressRange: SERVICE_CIDR,
        // The add-ons are declared below, all in the same way.
        useDefaultVpcCni: true,
        corednsAddonOptions: { enabled: false },
        kubeProxyAddonOptions: { enabled: false },
        tags: named(tags, cluster),
      },
      {
        ...child,
        protect: true,
        dependsOn: [logs, ...network.clusterRights],
        // The component says true and offers no way to say otherwise (https://github.com/pulumi/pulumi-eks/issues/2373).
        transforms: [withoutCreatorAdmin],
      },
    );
    const name$ = control.eksCluster.name;
    const kubeconfig = pulumi.secret(control.kubeconfigJson);
    const provider = new k8s.Provider(`${name}-kubernetes`, { kubeconfig, enableServerSideApply: true }, child);

    // Networking and identity before nodes, so that the first node comes up whole; the rest needs nodes to run on.
    const early = addonsBeforeNodes(config).map((addon) => this.addon(name, addon, config, tags, name$));
    const networking = bringsAddresses(config)
      ? ciliumBeforeNodes(name, { config, tags, cluster: name$, endpoint: control.eksCluster.endpoint, provider }, this)
      : [
          podIdentity(
            `${name}-vpc-cni`,
            {
              cluster: name$,
              namespace: "kube-system",
              serviceAccount: "aws-node",
              roleName: `${cluster}-vpc-cni`,
              managedPolicies: ["AmazonEKS_CNI_Policy"],
              tags,
            },
            child,
          ),
        ];
    const storage = podIdentity(
      `${name}-ebs-csi`,
      {
        cluster: name$,
        namespace: "kube-system",
        serviceAccount: "ebs-csi-controller-sa",
        roleName: `${cluster}-ebs-csi`,
        managedPolicies: ["AmazonEBSCSIDriverPolicyV2"],
        tags,
      },
      child,
    );

    const template = nodeTemplate(`${name}-system`, { config, tags, diskGib: SYSTEM_DISK_GIB }, child);
    const { instanceType, count } = config.cluster.system;
    const system = new eks.NodeGroup(
      `${name}-system`,
      {
        clusterName: name$,
        nodeGroupName: "system",
        nodeRoleArn: network.nodeRoleArn,
        subnetIds: privateSubnetIds,
        amiType: amiTypeOf(instanceType),
        capacityType: "ON_DEMAND",
        instanceTypes: [instanceType],
        version: config.cluster.nodeVersion ?? config.cluster.version,
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        scalingConfig: { minSize: count, maxSize: count + 3, desiredSize: count },
        updateConfig: { maxUnavailable: 1 },
        labels: { "node-role": "system" },
        ...(bringsAddresses(config) && { taints: groupTaintsBeforeCilium(config) }),
        tags: named(tags, `${name}-system`),
      },
      { ...child, dependsOn: [...early, ...networking, ...network.nodeRights] },
    );
    const late = [
      this.addon(name, "coredns", config, tags, name$, [system]),
      this.addon(name, "aws-ebs-csi-driver", config, tags, name$, [system, storage]),
    ];
    this.storageClass(name, config, provider, late);

    this.outputs = {
      name: name$,
      arn: control.eksCluster.arn,
      version: control.eksCluster.version,
      endpoint: control.eksCluster.endpoint,
      publicEndpoint: pulumi.output(config.cluster.publicAccess.enabled),
      publicAccessCidrs: pulumi.output(config.cluster.publicAccess.cidrs),
      oidcProviderArn: control.oidcProviderArn,
      secretsKeyArn: key.arn,
      addons: pulumi
        .all([...early, ...late].map((addon) => pulumi.all([addon.addonName, addon.addonVersion])))
        .apply((pairs) => Object.fromEntries(pairs)),
      systemNodeGroup: system.nodeGroupName,
      kubeconfig,
      provider,
      nodeSecurityGroupId: control.clusterSecurityGroupId,
      ready: [system, ...late],
    };
    this.registerOutputs({ name: name$ });
  }

  private addon(
    name: string,
    addonName: AddonName,
    config: PlatformConfig,
    tags: Tags,
    cluster: pulumi.Output<string>,
    dependsOn: pulumi.Resource[] = [],
  ): eks.Addon {
    const values = addonValues(addonName, config);
    return managedAddon(
      name,
      { addon: addonName, config, tags, cluster, ...(values && { values }) },
      { parent: this, dependsOn },
    );
  }

  /** The default class: encrypted gp3, bound where the pod is; gp2 is not made by EKS any more. */
  private storageClass(
    name: string,
    config: PlatformConfig,
    provider: k8s.Provider,
    dependsOn: pulumi.Resource[],
  ): void {
    new k8s.storage.v1.StorageClass(
      `${name}-gp3`,
      {
        metadata: { name: "gp3", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
        provisioner: "ebs.csi.aws.com",
        parameters: {
          type: "gp3",
          encrypted: "true",
          ...(config.backup.enabled ? { tagSpecification_1: `backup=${config.environment}` } : {}),
        },
        reclaimPolicy: config.environment === "dev" ? "Delete" : "Retain",
        allowVolumeExpansion: true,
        volumeBindingMode: "WaitForFirstConsumer",
      },
      { parent: this, provider, dependsOn },
    );
  }
}

/** System pods keep little on disk: images and logs. */
const SYSTEM_DISK_GIB = 50;

/** Who administers the cluster is declared; whoever happened to create it gets nothing (A2.2). */
const withoutCreatorAdmin: pulumi.ResourceTransform = ({ type, props, opts }) =>
  type === "aws:eks/cluster:Cluster"
    ? {
        props: {
          ...props,
          accessConfig: pulumi
            .output(props["accessConfig"] as object)
            .apply((access) => ({ ...access, bootstrapClusterCreatorAdminPermissions: false })),
        },
        opts,
      }
    : undefined;

function adminEntries(roles: readonly string[]) {
  const policy = {
    policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
    accessScope: { type: "cluster" },
  };
  return Object.fromEntries(
    roles.map((principalArn) => [entryOf(principalArn), { principalArn, accessPolicies: { admin: policy } }]),
  );
}

/** The identity provider's groups (C6.6): in the cluster they have what RBAC binds to them, and no policy of EKS. */
function groupEntries({ groups, members }: PlatformConfig["security"]) {
  return Object.fromEntries(
    Object.entries(members).flatMap(([group, roles]) =>
      roles.map((principalArn) => [
        entryOf(principalArn),
        { principalArn, kubernetesGroups: [groups[group as keyof typeof members]] },
      ]),
    ),
  );
}

const entryOf = (arn: string) => arn.slice(arn.indexOf("/") + 1).replaceAll("/", "-");
