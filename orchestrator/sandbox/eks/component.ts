import { SECRET, SIGNATURE, UNKNOWN, type Json, type Properties } from "../../engine/builtin/model";
import { containsUnknown, isReference } from "../../engine/builtin/values";
import { fields, list, text } from "../aws/kind";
import type { ClusterHost } from "../cluster/host";
import { Construction, referenceTo, type Child } from "../provider/construction";
import type { StandIn } from "../provider/serve";

const CLUSTER = "eks:index:Cluster";

/**
 * The stand-in for the eks package: constructs `eks:index:Cluster` out of the same kinds of children, with the same
 * names and parents, as the real component at 4.3.0 does for the options the platform uses. Options it does not know
 * are refused: the real component would have done something for them.
 */
export function eksStandIn(clusters: ClusterHost): StandIn {
  return {
    create: (call) => Promise.reject(new Error(`${call.type} is a component and is constructed, not created`)),
    delete: () => Promise.resolve(),
    async construct(request) {
      const construction = new Construction(request, "aws");
      try {
        if (construction.type !== CLUSTER)
          throw new Error(`the rehearsal's eks has no ${construction.type}: it offers ${CLUSTER}`);
        return await constructCluster(construction, clusters);
      } finally {
        construction.close();
      }
    },
  };
}

/** Options the construction honours, or that say what the stand-in does anyway. */
const known = new Set([
  "name",
  "version",
  "vpcId",
  "privateSubnetIds",
  "serviceRole",
  "authenticationMode",
  "accessEntries",
  "createInstanceRole",
  "createOidcProvider",
  "skipDefaultNodeGroup",
  "skipDefaultSecurityGroups",
  "endpointPrivateAccess",
  "endpointPublicAccess",
  "publicAccessCidrs",
  "encryptionConfigKeyArn",
  "enabledClusterLogTypes",
  "upgradePolicy",
  "deletionProtection",
  "bootstrapSelfManagedAddons",
  "kubernetesServiceIpAddressRange",
  "useDefaultVpcCni",
  "corednsAddonOptions",
  "kubeProxyAddonOptions",
  "tags",
]);

/** Inputs of the component behind inputs of its children that are named differently. */
const sources = {
  vpcConfig: "privateSubnetIds",
  roleArn: "serviceRole",
  encryptionConfig: "encryptionConfigKeyArn",
  kubernetesNetworkConfig: "kubernetesServiceIpAddressRange",
};

async function constructCluster(construction: Construction, clusters: ClusterHost): Promise<unknown> {
  const { inputs, name } = construction;
  const strange = Object.keys(inputs).filter((key) => !known.has(key));
  if (strange.length > 0)
    throw new Error(
      `the rehearsal's eks:index:Cluster does not know ${strange.join(", ")}: add it to orchestrator/sandbox/eks, or leave it out`,
    );
  // Also where the list is empty (pulumi-eks 4.3.0, nodejs/eks/cluster/cluster.ts).
  if (inputs["publicAccessCidrs"] !== undefined && inputs["endpointPublicAccess"] === false)
    throw new Error("`publicAccessCidrs` can only be set when `endpointPublicAccess` is true");
  const component = await construction.component();
  const roleArn = await serviceRoleArn(construction);
  const range = inputs["kubernetesServiceIpAddressRange"];
  const cluster = await construction.child(
    "aws:eks/cluster:Cluster",
    `${name}-eksCluster`,
    component.urn,
    {
      name: inputs["name"] ?? name,
      roleArn,
      version: inputs["version"] ?? UNKNOWN,
      vpcConfig: {
        subnetIds: inputs["privateSubnetIds"] ?? [],
        endpointPrivateAccess: inputs["endpointPrivateAccess"] ?? false,
        endpointPublicAccess: inputs["endpointPublicAccess"] ?? true,
        publicAccessCidrs: inputs["publicAccessCidrs"] ?? [],
      },
      accessConfig: {
        authenticationMode: text(inputs["authenticationMode"]).toUpperCase(),
        // The component offers no way to say otherwise (https://github.com/pulumi/pulumi-eks/issues/2373).
        bootstrapClusterCreatorAdminPermissions: true,
      },
      ...(range === undefined ? {} : { kubernetesNetworkConfig: { serviceIpv4Cidr: range } }),
      ...(inputs["encryptionConfigKeyArn"] === undefined
        ? {}
        : { encryptionConfig: { provider: { keyArn: inputs["encryptionConfigKeyArn"] }, resources: ["secrets"] } }),
      enabledClusterLogTypes: inputs["enabledClusterLogTypes"] ?? [],
      upgradePolicy: inputs["upgradePolicy"] ?? {},
      deletionProtection: inputs["deletionProtection"] ?? false,
      bootstrapSelfManagedAddons: inputs["bootstrapSelfManagedAddons"] ?? true,
      tags: inputs["tags"] ?? {},
    },
    { sources },
  );
  const issuer = text(fields(list(fields(list(cluster.outputs["identities"])[0])["oidcs"])[0])["issuer"]) || UNKNOWN;
  const oidc =
    inputs["createOidcProvider"] === true
      ? await construction.child(
          "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
          `${name}-oidcProvider`,
          component.urn,
          { clientIdLists: ["sts.amazonaws.com"], url: issuer, tags: inputs["tags"] ?? {} },
          { dependencies: [cluster.urn] },
        )
      : undefined;
  await accessEntries(construction, component.urn, cluster);
  return construction.finish(component.urn, clusterOutputs(cluster, oidc, issuer, clusters), [cluster.urn]);
}

async function accessEntries(construction: Construction, parent: string, cluster: Child): Promise<void> {
  const { inputs, name } = construction;
  const clusterName = cluster.outputs["name"] ?? UNKNOWN;
  for (const [entry, given] of Object.entries(fields(inputs["accessEntries"]))) {
    const { principalArn = UNKNOWN, accessPolicies, kubernetesGroups } = fields(given);
    const registered = await construction.child(
      "aws:eks/accessEntry:AccessEntry",
      `${name}-${entry}`,
      parent,
      {
        clusterName,
        principalArn,
        type: "STANDARD",
        tags: inputs["tags"] ?? {},
        ...(kubernetesGroups !== undefined && { kubernetesGroups }),
      },
      { dependencies: [cluster.urn] },
    );
    for (const [policy, association] of Object.entries(fields(accessPolicies))) {
      const { policyArn = UNKNOWN, accessScope = {} } = fields(association);
      await construction.child(
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        `${name}-${entry}-${policy}`,
        registered.urn,
        { clusterName, principalArn, policyArn, accessScope },
        { dependencies: [registered.urn] },
      );
    }
  }
}

/** The role comes as a reference, or as its id where references are not kept. */
async function serviceRoleArn(construction: Construction): Promise<Json> {
  const role = construction.inputs["serviceRole"];
  if (role === undefined)
    throw new Error("the rehearsal's eks:index:Cluster needs serviceRole: it makes no role of its own");
  if (isReference(role)) return (await construction.lookUp(role["urn"] ?? ""))["arn"] ?? UNKNOWN;
  return containsUnknown(role) ? UNKNOWN : role;
}

function clusterOutputs(cluster: Child, oidc: Child | undefined, issuer: string, clusters: ClusterHost): Properties {
  const name = text(cluster.outputs["name"]);
  const access = cluster.id === "" ? undefined : clusters.get(name);
  // The real component's kubeconfig asks `aws eks get-token`; the rehearsal has no AWS to ask, so it carries a token.
  const kubeconfigJson = access === undefined ? UNKNOWN : kubeconfigOf(name, access);
  return {
    eksCluster: referenceTo(cluster),
    kubeconfigJson: { [SIGNATURE]: SECRET, value: kubeconfigJson },
    kubeconfig: { [SIGNATURE]: SECRET, value: access === undefined ? UNKNOWN : (JSON.parse(kubeconfigJson) as Json) },
    oidcProviderArn: oidc?.outputs["arn"] ?? UNKNOWN,
    oidcProviderUrl: issuer,
    oidcIssuer: issuer.replace("https://", ""),
    clusterSecurityGroupId: fields(cluster.outputs["vpcConfig"])["clusterSecurityGroupId"] ?? UNKNOWN,
  };
}

function kubeconfigOf(name: string, access: { endpoint: string; certificateAuthority: string; token: string }): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      {
        name,
        cluster: {
          server: access.endpoint,
          "certificate-authority-data": Buffer.from(access.certificateAuthority).toString("base64"),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [{ name, user: { token: access.token } }],
  });
}
