import { createHash } from "node:crypto";
import type { NodeSpec } from "../cluster/host";
import type { AwsObject } from "./account";
import { applyAddon, removeAddon } from "./addons";
import { hostAddress, parseNetwork } from "./address";
import { AwsError } from "./error";
import { trustedServices } from "./iam";
import { architectureOf, capacityOf } from "./instances";
import { fields, list, text, type Kind, type Surroundings } from "./kind";

/** Versions EKS offers for new clusters on 2026-11-21, newest first (EKS user guide, Kubernetes versions). */
export const offeredVersions = ["1.36", "1.35", "1.34"];
/** Newest upstream version of each managed add-on (versions.md 2.3); the build suffix is the rehearsal's own. */
export const addonVersions: Readonly<Record<string, string>> = {
  "vpc-cni": "v1.23.0-eksbuild.1",
  "kube-proxy": "v1.36.2-eksbuild.1",
  coredns: "v1.14.3-eksbuild.1",
  "aws-ebs-csi-driver": "v1.64.0-eksbuild.1",
  "eks-pod-identity-agent": "v1.3.10-eksbuild.1",
  "metrics-server": "v0.8.1-eksbuild.1",
  "snapshot-controller": "v8.3.0-eksbuild.1",
};
const NODE_POLICIES = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"];

function roleByArn(arn: string, { account }: Surroundings): AwsObject | undefined {
  return account.get(arn.slice(arn.lastIndexOf("/") + 1), "aws:iam/role:Role");
}
function attached(role: string, { account }: Surroundings): string[] {
  return account
    .all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    .filter((one) => one.inputs["role"] === role)
    .map((one) => text(one.inputs["policyArn"]).split("/").at(-1) ?? "");
}
function requireCluster(doing: string, operation: string, name: unknown, { account }: Surroundings): AwsObject {
  const cluster = account.get(text(name), "aws:eks/cluster:Cluster");
  if (cluster === undefined)
    throw new AwsError(doing, operation, "ResourceNotFoundException", `No cluster found for name: ${text(name)}.`, 404);
  return cluster;
}
const CLUSTER = "creating EKS Cluster";

export const eks: Readonly<Record<string, Kind>> = {
  "aws:eks/cluster:Cluster": {
    id: (inputs) => text(inputs["name"]),
    unique: true,
    replaceOn: [
      "name",
      "roleArn",
      "accessConfig.bootstrapClusterCreatorAdminPermissions",
      "encryptionConfig",
      "bootstrapSelfManagedAddons",
      "kubernetesNetworkConfig",
    ],
    onCreate: (inputs, surroundings) => {
      const operation = "EKS: CreateCluster";
      const doing = `${CLUSTER} (${text(inputs["name"])})`;
      if (surroundings.account.get(text(inputs["name"]), "aws:eks/cluster:Cluster") !== undefined)
        throw new AwsError(
          doing,
          operation,
          "ResourceInUseException",
          `Cluster already exists with name: ${text(inputs["name"])}`,
          409,
        );
      const version = text(inputs["version"]);
      if (!offeredVersions.includes(version))
        throw new AwsError(doing, operation, "InvalidParameterException", `unsupported Kubernetes version ${version}`);
      const role = roleByArn(text(inputs["roleArn"]), surroundings);
      if (role === undefined || !trustedServices(text(role.inputs["assumeRolePolicy"])).includes("eks.amazonaws.com")) {
        throw new AwsError(
          doing,
          operation,
          "InvalidParameterException",
          `Role with arn: ${text(inputs["roleArn"])}, could not be assumed because it does not exist or the trusted entity is not correct`,
        );
      }
      if (!attached(role.id, surroundings).includes("AmazonEKSClusterPolicy"))
        throw new AwsError(
          doing,
          operation,
          "InvalidParameterException",
          "The provided role doesn't have the Amazon EKS Managed Policies associated with it. Please ensure the following policies [arn:aws:iam::aws:policy/AmazonEKSClusterPolicy] are attached",
        );
      const subnets = list(fields(inputs["vpcConfig"])["subnetIds"]).map((id) =>
        surroundings.account.get(text(id), "aws:ec2/subnet:Subnet"),
      );
      const missing = subnets.findIndex((subnet) => subnet === undefined);
      if (missing >= 0)
        throw new AwsError(
          doing,
          operation,
          "InvalidParameterException",
          `The subnet ID '${text(list(fields(inputs["vpcConfig"])["subnetIds"])[missing])}' does not exist`,
        );
      if (new Set(subnets.map((subnet) => subnet?.inputs["availabilityZone"])).size < 2)
        throw new AwsError(
          doing,
          operation,
          "InvalidParameterException",
          "Subnets specified must be in at least two different AZs",
        );
    },
    onUpdate: (old, inputs) => {
      const [before = 0, after = 0] = [old["version"], inputs["version"]].map((version) =>
        Number(text(version).split(".")[1]),
      );
      if (after > before + 1)
        throw new AwsError(
          "updating EKS Cluster version",
          "EKS: UpdateClusterVersion",
          "InvalidParameterException",
          `Unsupported Kubernetes minor version update from 1.${before} to 1.${after}`,
        );
    },
    onDelete: (object, { account }) => {
      if (object.inputs["deletionProtection"] === true)
        throw new AwsError(
          `deleting EKS Cluster (${object.id})`,
          "EKS: DeleteCluster",
          "InvalidRequestException",
          "Cluster cannot be deleted because deletion protection is enabled.",
        );
      const group = account.all("aws:eks/nodeGroup:NodeGroup").find((one) => one.inputs["clusterName"] === object.id);
      if (group !== undefined)
        throw new AwsError(
          `deleting EKS Cluster (${object.id})`,
          "EKS: DeleteCluster",
          "ResourceInUseException",
          "Cluster has nodegroups attached",
          409,
        );
    },
    effect: async (object, { account, clusters }) => {
      const access = await clusters.ensure(object.id, text(object.inputs["version"]));
      const vpcId =
        account.get(text(list(fields(object.inputs["vpcConfig"])["subnetIds"])[0]), "aws:ec2/subnet:Subnet")?.inputs[
          "vpcId"
        ] ?? "";
      const issuer = `https://oidc.eks.${account.region}.amazonaws.com/id/${account.hex(object.id, 32).toUpperCase()}`;
      const known = object.outputs["identities"];
      return {
        arn: account.arn("eks", `cluster/${object.id}`),
        endpoint: access.endpoint,
        status: "ACTIVE",
        platformVersion: "eks.1",
        certificateAuthority: { data: Buffer.from(access.certificateAuthority).toString("base64") },
        identities: known ?? [{ oidcs: [{ issuer }] }],
        vpcConfig: {
          ...fields(object.inputs["vpcConfig"]),
          vpcId,
          clusterSecurityGroupId: `sg-${text(vpcId).slice(4, 12)}cluster`,
        },
      };
    },
    undo: (object, { clusters }) => clusters.remove(object.id),
  },
  "aws:eks/nodeGroup:NodeGroup": {
    id: (inputs) => `${text(inputs["clusterName"])}:${text(inputs["nodeGroupName"])}`,
    unique: true,
    replaceOn: [
      "clusterName",
      "nodeGroupName",
      "nodeRoleArn",
      "subnetIds",
      "amiType",
      "capacityType",
      "instanceTypes",
      "diskSize",
    ],
    computed: (inputs, _id, account) => ({
      ...(inputs["version"] === undefined ? { version: "" } : {}),
      arn: account.arn(
        "eks",
        `nodegroup/${text(inputs["clusterName"])}/${text(inputs["nodeGroupName"])}/${account.hex("group", 8)}`,
      ),
      status: "ACTIVE",
      resources: [],
    }),
    onCreate: (inputs, surroundings) => {
      const doing = `creating EKS Node Group (${text(inputs["clusterName"])}:${text(inputs["nodeGroupName"])})`;
      const operation = "EKS: CreateNodegroup";
      requireCluster(doing, operation, inputs["clusterName"], surroundings);
      const role = roleByArn(text(inputs["nodeRoleArn"]), surroundings);
      const lacking =
        role === undefined
          ? NODE_POLICIES
          : NODE_POLICIES.filter((policy) => !attached(role.id, surroundings).includes(policy));
      if (lacking.length > 0)
        throw new AwsError(
          doing,
          operation,
          "InvalidParameterException",
          `The role ${text(inputs["nodeRoleArn"])} lacks required policies: ${lacking.join(", ")}`,
        );
      if (text(inputs["amiType"]).startsWith("AL2_"))
        throw new AwsError(
          doing,
          operation,
          "InvalidParameterException",
          `Requested AMI type ${text(inputs["amiType"])} is not supported for this Kubernetes version`,
        );
      for (const type of list(inputs["instanceTypes"]))
        if (capacityOf(text(type), 1) === undefined)
          throw new AwsError(
            doing,
            operation,
            "InvalidParameterException",
            `The following supplied instance types do not exist: [${text(type)}]`,
          );
      const subnets = list(inputs["subnetIds"]).map(text);
      const missing = subnets.find((id) => surroundings.account.get(id, "aws:ec2/subnet:Subnet") === undefined);
      if (missing !== undefined || subnets.length === 0)
        throw new AwsError(
          doing,
          operation,
          "InvalidParameterException",
          missing === undefined ? "Subnets are not specified: subnets" : `The subnet ID '${missing}' does not exist`,
        );
    },
    effect: async (object, surroundings) =>
      surroundings.clusters.setNodes(
        text(object.inputs["clusterName"]),
        text(object.inputs["nodeGroupName"]),
        nodesOf(object, surroundings),
      ),
    undo: (object, { clusters }) =>
      clusters.setNodes(text(object.inputs["clusterName"]), text(object.inputs["nodeGroupName"]), []),
  },
  "aws:eks/addon:Addon": {
    id: (inputs) => `${text(inputs["clusterName"])}:${text(inputs["addonName"])}`,
    unique: true,
    replaceOn: ["clusterName", "addonName"],
    computed: (inputs, _id, account) => ({
      arn: account.arn(
        "eks",
        `addon/${text(inputs["clusterName"])}/${text(inputs["addonName"])}/${account.hex("addon", 8)}`,
      ),
    }),
    onCreate: (inputs, surroundings) => {
      const doing = `creating EKS Add-On (${text(inputs["clusterName"])}:${text(inputs["addonName"])})`;
      requireCluster(doing, "EKS: CreateAddon", inputs["clusterName"], surroundings);
      if (!(text(inputs["addonName"]) in addonVersions))
        throw new AwsError(
          doing,
          "EKS: CreateAddon",
          "InvalidParameterException",
          `Addon ${text(inputs["addonName"])} specified is not supported`,
        );
    },
    effect: async (object, { clusters }) =>
      applyAddon(
        clusters,
        text(object.inputs["clusterName"]),
        text(object.inputs["addonName"]),
        fields(parse(object.inputs["configurationValues"])),
      ),
    undo: (object, { clusters }) =>
      removeAddon(clusters, text(object.inputs["clusterName"]), text(object.inputs["addonName"])),
  },
  "aws:eks/accessEntry:AccessEntry": {
    id: (inputs) => `${text(inputs["clusterName"])}:${text(inputs["principalArn"])}`,
    replaceOn: ["clusterName", "principalArn", "type"],
    computed: (inputs, _id, account) => ({
      accessEntryArn: account.arn("eks", `access-entry/${text(inputs["clusterName"])}/role/${account.hex("entry", 8)}`),
    }),
    onCreate: (inputs, surroundings) => {
      const doing = "creating EKS Access Entry";
      const operation = "EKS: CreateAccessEntry";
      const cluster = requireCluster(doing, operation, inputs["clusterName"], surroundings);
      const { bootstrapClusterCreatorAdminPermissions: creator } = fields(cluster.inputs["accessConfig"]);
      if (creator !== false && inputs["principalArn"] === surroundings.account.callerArn)
        throw new AwsError(
          doing,
          operation,
          "ResourceInUseException",
          "The specified access entry resource is already in use on this cluster.",
          409,
        );
    },
  },
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
    id: (inputs) => `${text(inputs["clusterName"])}#${text(inputs["principalArn"])}#${text(inputs["policyArn"])}`,
    replaceOn: ["clusterName", "principalArn", "policyArn", "accessScope"],
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    id: (_inputs, account) => `a-${account.hex("association", 17)}`,
    replaceOn: ["clusterName", "namespace", "serviceAccount"],
    computed: (inputs, id, account) => ({
      associationId: id,
      associationArn: account.arn("eks", `podidentityassociation/${text(inputs["clusterName"])}/${id}`),
    }),
    onCreate: (inputs, surroundings) => {
      const doing = "creating EKS Pod Identity Association";
      requireCluster(doing, "EKS: CreatePodIdentityAssociation", inputs["clusterName"], surroundings);
      const role = roleByArn(text(inputs["roleArn"]), surroundings);
      if (
        role === undefined ||
        !trustedServices(text(role.inputs["assumeRolePolicy"])).includes("pods.eks.amazonaws.com")
      )
        throw new AwsError(
          doing,
          "EKS: CreatePodIdentityAssociation",
          "InvalidParameterException",
          "Trust policy of role provided is not valid for EKS Pod Identity",
        );
      const same = surroundings.account
        .all("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        .find((one) => ["clusterName", "namespace", "serviceAccount"].every((key) => one.inputs[key] === inputs[key]));
      if (same !== undefined)
        throw new AwsError(
          doing,
          "EKS: CreatePodIdentityAssociation",
          "ResourceInUseException",
          `Association already exists: ${same.id}`,
          409,
        );
    },
  },
};

function parse(value: unknown): unknown {
  return typeof value === "string" && value !== "" ? JSON.parse(value) : {};
}

/** The nodes of a managed group, spread over its subnets as EC2 Auto Scaling does. */
function nodesOf(group: AwsObject, { account }: Surroundings): NodeSpec[] {
  const subnets = list(group.inputs["subnetIds"]).flatMap((id) => account.get(text(id), "aws:ec2/subnet:Subnet") ?? []);
  const type = text(list(group.inputs["instanceTypes"])[0]);
  const desired = Number(fields(group.inputs["scalingConfig"])["desiredSize"] ?? 0);
  // Addresses of groups do not meet: each has a range of its own in the subnet.
  const range = 16 + 256 * (1 + account.all("aws:eks/nodeGroup:NodeGroup").findIndex((one) => one.id === group.id));
  return Array.from({ length: desired }, (_, index): NodeSpec => {
    const subnet = subnets[index % subnets.length] as AwsObject;
    const zone = text(subnet.inputs["availabilityZone"]);
    const ip = hostAddress(parseNetwork(text(subnet.inputs["cidrBlock"])) ?? { address: 0, prefix: 0 }, range + index);
    const labels = Object.fromEntries(
      Object.entries(fields(group.inputs["labels"])).map(([key, value]) => [key, text(value)]),
    );
    const effects: Readonly<Record<string, string>> = {
      NO_SCHEDULE: "NoSchedule",
      NO_EXECUTE: "NoExecute",
      PREFER_NO_SCHEDULE: "PreferNoSchedule",
    };
    const version = text(group.inputs["version"]);
    const spec = nodeSpec({
      region: account.region,
      zone,
      ip,
      type,
      capacityType: text(group.inputs["capacityType"]) === "SPOT" ? "SPOT" : "ON_DEMAND",
      labels: { ...labels, "eks.amazonaws.com/nodegroup": text(group.inputs["nodeGroupName"]) },
      taints: list(group.inputs["taints"]).map((taint) => ({
        key: text(fields(taint)["key"]),
        value: text(fields(taint)["value"]),
        effect: effects[text(fields(taint)["effect"])] ?? "NoSchedule",
      })),
    });
    return version === "" ? spec : { ...spec, kubernetes: version };
  });
}

/** A node as its kubelet and the cloud describe it. */
export function nodeSpec(node: {
  region: string;
  zone: string;
  ip: string;
  type: string;
  capacityType: string;
  labels: Readonly<Record<string, string>>;
  taints: NodeSpec["taints"];
}): NodeSpec {
  const name = `ip-${node.ip.replaceAll(".", "-")}.${node.region}.compute.internal`;
  return {
    name,
    zone: node.zone,
    instanceType: node.type,
    labels: {
      ...node.labels,
      "eks.amazonaws.com/capacityType": node.capacityType,
      "kubernetes.io/arch": architectureOf(node.type),
      "kubernetes.io/hostname": name,
      "kubernetes.io/os": "linux",
      "node.kubernetes.io/instance-type": node.type,
      "topology.kubernetes.io/region": node.region,
      "topology.kubernetes.io/zone": node.zone,
    },
    taints: node.taints,
    capacity: capacityOf(node.type, 110) ?? {},
    internalIp: node.ip,
    providerId: `aws:///${node.zone}/i-0${createHash("sha256").update(name).digest("hex").slice(0, 16)}`,
  };
}
