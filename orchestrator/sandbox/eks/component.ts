/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published stubs are untyped */
import * as grpc from "@grpc/grpc-js";
import { REFERENCE, SECRET, SIGNATURE, UNKNOWN, type Json, type Properties } from "../../engine/builtin/model";
import { fromStruct, toStruct } from "../../engine/builtin/struct";
import { containsUnknown, isReference, revealed, withoutOutputValues } from "../../engine/builtin/values";
import type { ClusterHost } from "../cluster/host";
import { fields, list, text } from "../aws/kind";
import type { StandIn } from "../provider/serve";

const { ResourceMonitorClient } = require("@pulumi/pulumi/proto/resource_grpc_pb") as any;
const resource = require("@pulumi/pulumi/proto/resource_pb") as any;
const { ConstructResponse } = require("@pulumi/pulumi/proto/provider_pb") as any;

const CLUSTER = "eks:index:Cluster";
/** Messages may carry whole kubeconfigs and policies. */
const channelOptions = { "grpc.max_receive_message_length": 400 * 1024 * 1024 };

/** A resource registered by the component, with what later children read of it. */
interface Child {
  readonly urn: string;
  readonly id: string;
  readonly outputs: Properties;
  /** Left out by `--target` and not there yet: nothing of it is known, and nobody can look it up. */
  readonly unknown: boolean;
}

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
      if (request.getType() !== CLUSTER)
        throw new Error(`the rehearsal's eks has no ${request.getType()}: it offers ${CLUSTER}`);
      const monitor = new ResourceMonitorClient(
        request.getMonitorendpoint(),
        grpc.credentials.createInsecure(),
        channelOptions,
      );
      try {
        return await new ClusterConstruction(request, monitor, clusters).run();
      } finally {
        monitor.close();
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
  "useDefaultVpcCni",
  "corednsAddonOptions",
  "kubeProxyAddonOptions",
  "tags",
]);

class ClusterConstruction {
  private readonly name: string;
  private readonly inputs: Properties;
  private readonly provider: string;

  constructor(
    private readonly request: any,
    private readonly monitor: any,
    private readonly clusters: ClusterHost,
  ) {
    this.name = request.getName();
    this.inputs = revealed(withoutOutputValues(fromStruct(request.getInputs())));
    this.provider = request.getProvidersMap().get("aws") ?? "";
    const strange = Object.keys(this.inputs).filter((key) => !known.has(key));
    if (strange.length > 0)
      throw new Error(
        `the rehearsal's eks:index:Cluster does not know ${strange.join(", ")}: add it to orchestrator/sandbox/eks, or leave it out`,
      );
  }

  async run(): Promise<any> {
    // As the SDK registers a component: with its arguments as inputs, which is what a policy pack judges.
    const component = await this.register(CLUSTER, this.name, this.request.getParent(), this.inputs, false);
    const { inputs } = this;
    const roleArn = await this.roleArn();
    const cluster = await this.register("aws:eks/cluster:Cluster", `${this.name}-eksCluster`, component.urn, {
      name: inputs["name"] ?? this.name,
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
        bootstrapClusterCreatorAdminPermissions: false,
      },
      ...(inputs["encryptionConfigKeyArn"] === undefined
        ? {}
        : { encryptionConfig: { provider: { keyArn: inputs["encryptionConfigKeyArn"] }, resources: ["secrets"] } }),
      enabledClusterLogTypes: inputs["enabledClusterLogTypes"] ?? [],
      upgradePolicy: inputs["upgradePolicy"] ?? {},
      deletionProtection: inputs["deletionProtection"] ?? false,
      bootstrapSelfManagedAddons: inputs["bootstrapSelfManagedAddons"] ?? true,
      tags: inputs["tags"] ?? {},
    });
    const issuer = text(fields(list(fields(list(cluster.outputs["identities"])[0])["oidcs"])[0])["issuer"]) || UNKNOWN;
    const oidc =
      inputs["createOidcProvider"] === true
        ? await this.register(
            "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
            `${this.name}-oidcProvider`,
            component.urn,
            { clientIdLists: ["sts.amazonaws.com"], url: issuer, tags: inputs["tags"] ?? {} },
            true,
            [cluster.urn],
          )
        : undefined;
    await this.accessEntries(component.urn, cluster);
    return this.reply(component.urn, cluster, oidc, issuer);
  }

  private async accessEntries(parent: string, cluster: Child): Promise<void> {
    const clusterName = cluster.outputs["name"] ?? UNKNOWN;
    for (const [entry, given] of Object.entries(fields(this.inputs["accessEntries"]))) {
      const { principalArn = UNKNOWN, accessPolicies } = fields(given);
      const registered = await this.register(
        "aws:eks/accessEntry:AccessEntry",
        `${this.name}-${entry}`,
        parent,
        { clusterName, principalArn, type: "STANDARD", tags: this.inputs["tags"] ?? {} },
        true,
        [cluster.urn],
      );
      for (const [policy, association] of Object.entries(fields(accessPolicies))) {
        const { policyArn = UNKNOWN, accessScope = {} } = fields(association);
        await this.register(
          "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
          `${this.name}-${entry}-${policy}`,
          registered.urn,
          { clusterName, principalArn, policyArn, accessScope },
          true,
          [registered.urn],
        );
      }
    }
  }

  /** The role comes as a reference, or as its id where references are not kept. */
  private async roleArn(): Promise<Json> {
    const role = this.inputs["serviceRole"];
    if (role === undefined)
      throw new Error("the rehearsal's eks:index:Cluster needs serviceRole: it makes no role of its own");
    if (isReference(role)) {
      const invoke = new resource.ResourceInvokeRequest();
      invoke.setTok("pulumi:pulumi:getResource");
      invoke.setArgs(toStruct({ urn: role["urn"] ?? "" }));
      const reply = await this.ask("invoke", invoke);
      return fields(fromStruct(reply.getReturn())["state"])["arn"] ?? UNKNOWN;
    }
    return containsUnknown(role) ? UNKNOWN : role;
  }

  private async register(
    type: string,
    name: string,
    parent: string,
    inputs: Properties,
    custom = true,
    dependencies: string[] = [],
  ): Promise<Child> {
    const message = new resource.RegisterResourceRequest();
    message.setType(type);
    message.setName(name);
    message.setParent(parent);
    message.setCustom(custom);
    message.setObject(toStruct(inputs));
    message.setAcceptsecrets(true);
    message.setAcceptresources(true);
    message.setSupportsresultreporting(true);
    message.setDependenciesList(dependencies);
    if (custom) message.setProvider(this.provider);
    // Protection of the component is protection of what it is made of.
    if (this.request.hasProtect?.()) message.setProtect(this.request.getProtect());
    for (const key of Object.keys(inputs)) {
      const list = new resource.RegisterResourceRequest.PropertyDependencies();
      list.setUrnsList(this.request.getInputdependenciesMap().get(sourceOf(key))?.getUrnsList() ?? []);
      message.getPropertydependenciesMap().set(key, list);
    }
    if (!custom) {
      for (const [pkg, reference] of this.request.getProvidersMap().getEntryList())
        message.getProvidersMap().set(pkg, reference);
      message.setDependenciesList(this.request.getDependenciesList());
    }
    const reply = await this.ask("registerResource", message);
    return {
      urn: reply.getUrn(),
      id: reply.getId(),
      outputs: revealed(fromStruct(reply.getObject())),
      unknown: reply.getUnknown(),
    };
  }

  private ask(method: string, message: unknown): Promise<any> {
    return new Promise((resolve, reject) =>
      this.monitor[method](message, (error: Error | null, reply: unknown) => (error ? reject(error) : resolve(reply))),
    );
  }

  private async reply(urn: string, cluster: Child, oidc: Child | undefined, issuer: string): Promise<any> {
    const name = text(cluster.outputs["name"]);
    const access = cluster.id === "" ? undefined : this.clusters.get(name);
    // The real component's kubeconfig asks `aws eks get-token`; the rehearsal has no AWS to ask, so it carries a token.
    const kubeconfigJson = access === undefined ? UNKNOWN : kubeconfigOf(name, access);
    const outputs: Properties = {
      eksCluster: cluster.unknown
        ? UNKNOWN
        : {
            [SIGNATURE]: REFERENCE,
            urn: cluster.urn,
            id: cluster.id === "" ? UNKNOWN : cluster.id,
            packageVersion: "",
          },
      kubeconfigJson: { [SIGNATURE]: SECRET, value: kubeconfigJson },
      kubeconfig: { [SIGNATURE]: SECRET, value: access === undefined ? UNKNOWN : (JSON.parse(kubeconfigJson) as Json) },
      oidcProviderArn: oidc?.outputs["arn"] ?? UNKNOWN,
      oidcProviderUrl: issuer,
      oidcIssuer: issuer.replace("https://", ""),
      clusterSecurityGroupId: fields(cluster.outputs["vpcConfig"])["clusterSecurityGroupId"] ?? UNKNOWN,
    };
    const registration = new resource.RegisterResourceOutputsRequest();
    registration.setUrn(urn);
    registration.setOutputs(toStruct(outputs));
    await this.ask("registerResourceOutputs", registration);
    const response = new ConstructResponse();
    response.setUrn(urn);
    response.setState(toStruct(outputs));
    for (const key of Object.keys(outputs)) {
      const dependencies = new ConstructResponse.PropertyDependencies();
      dependencies.setUrnsList([cluster.urn]);
      response.getStatedependenciesMap().set(key, dependencies);
    }
    return response;
  }
}

/** Inputs of the component behind each input of its children. */
function sourceOf(key: string): string {
  return (
    { vpcConfig: "privateSubnetIds", roleArn: "serviceRole", encryptionConfig: "encryptionConfigKeyArn" }[key] ?? key
  );
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
