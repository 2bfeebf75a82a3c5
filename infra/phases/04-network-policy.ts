import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { charts } from "../charts";
import type { PlatformConfig } from "../config";
import { PlatformNamespace, podMaximumOf, type Allowances } from "../environments/namespace";
import { controllerOf } from "../gateways";
import type { NetworkPolicyOutput } from "../outputs";
import { loadBalancerController } from "../load-balancer-controller";
import type { Tags } from "../naming";
import { calicoPolicy } from "../network/calico";
import { CALICO } from "../network/names";
import { bringsAddresses, chosenOf, ciliumOf, ciliumValues } from "../network/cilium";
import { release } from "../release";
import type { NetworkOutputs } from "./01-network";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";

export interface NetworkPolicyArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly network: Pick<NetworkOutputs, "vpcId">;
  readonly cluster: ClusterOutputs;
  readonly nodePools: NodePoolsOutputs;
}
export type NetworkPolicyOutputs = {
  readonly [key in keyof NetworkPolicyOutput]: pulumi.Output<NetworkPolicyOutput[key]>;
} & {
  /** Namespaces for the charts of later phases, guarded before anything runs in them. */
  readonly certManager: PlatformNamespace;
  readonly gateway: PlatformNamespace;
  readonly externalDns: PlatformNamespace;
  readonly demo: PlatformNamespace;
  /** What makes load balancers: there before a Service asks for one, and until the last of them is gone. */
  readonly balancer: pulumi.Resource;
};

/** DaemonSet of each plugin that has to run on every node (A4.5). */
const agents: Readonly<Record<PlatformConfig["networkPolicy"]["plugin"], string>> = {
  "vpc-cni": "kube-system/aws-node",
  "cilium-chaining": "kube-system/cilium",
  "cilium-eni": "kube-system/cilium",
  calico: `${CALICO.namespace}/${CALICO.agent}`,
};

/**
 * Phase 04: one plugin that connects pods and enforces policy, and the guarded namespaces of the platform: default
 * deny in both directions plus the baseline allows, before the first pod runs in them. The load balancer controller comes
 * before the namespace of the entry point, so that a load balancer is gone before who alone can take it down.
 *
 * Holds no state and costs nothing of its own. Changing the plugin restarts pods.
 */
export class NetworkPolicy extends pulumi.ComponentResource {
  readonly outputs: NetworkPolicyOutputs;

  constructor(name: string, args: NetworkPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:NetworkPolicy", name, {}, opts);
    const { config, cluster, nodePools } = args;
    const { plugin } = config.networkPolicy;
    const child = { parent: this, provider: cluster.provider };
    if (ciliumOf(config) !== undefined) {
      // In ENI mode it is there already, with the nodes (phase 02).
      const cilium = bringsAddresses(config)
        ? nodePools.ready
        : [
            release(
              `${name}-cilium`,
              "cilium",
              config,
              pulumi.output(cluster.endpoint).apply((endpoint) => ciliumValues(config, endpoint)),
              { ...child, dependsOn: nodePools.ready },
            ),
          ];
      // Addresses of nodes and of the API server are entities to Cilium, which no ipBlock matches.
      new k8s.apiextensions.CustomResource(
        `${name}-entities`,
        {
          apiVersion: "cilium.io/v2",
          kind: "CiliumClusterwideNetworkPolicy",
          metadata: { name: "platform-entities" },
          spec: {
            endpointSelector: {},
            enableDefaultDeny: { egress: false, ingress: false },
            egress: [
              { toEntities: ["host"], toPorts: [{ ports: [{ port: "80", protocol: "TCP" }] }] },
              { toEntities: ["kube-apiserver"], toPorts: [{ ports: [{ port: "443", protocol: "TCP" }] }] },
            ],
            ingress: [{ fromEntities: ["kube-apiserver", "remote-node"] }],
          },
        },
        { ...child, dependsOn: cilium },
      );
    }

    if (plugin === "calico") calicoPolicy(name, config, cluster.provider, nodePools.ready, this);

    const balancer = loadBalancerController(name, args, this);
    const guarded = (called: string, podSecurity: "restricted" | "baseline", allow: Allowances) =>
      this.namespace(`${name}-${called}`, called, podSecurity, allow, args);
    const certManager = guarded(charts["cert-manager"].namespace, "restricted", {
      fromApiServer: [10250],
      toInternet: true,
      toPodIdentity: true,
    });
    const { namespace: entry, fromApiServer, fromAnywhere } = controllerOf(config);
    const gateway = this.namespace(
      `${name}-${entry}`,
      entry,
      "restricted",
      {
        ...(fromApiServer && { fromApiServer }),
        fromAnywhere,
        toInternet: true,
        toNamespaces: [entry, "demo"],
        toEnvironments: true,
      },
      args,
      [balancer],
    );
    const externalDns = guarded(charts["external-dns"].namespace, "restricted", {
      toInternet: true,
      toPodIdentity: true,
    });
    const demo = guarded("demo", "restricted", { fromGateway: { namespace: entry, ports: [8080] }, toTraces: true });

    this.outputs = {
      plugin: pulumi.output(plugin),
      cilium: pulumi.output(chosenOf(config)),
      daemonSet: pulumi.output(agents[plugin]),
      namespaces: pulumi.all([certManager.name, gateway.name, externalDns.name, demo.name]),
      certManager,
      gateway,
      externalDns,
      demo,
      balancer,
    };
    this.registerOutputs({ plugin });
  }

  private namespace(
    name: string,
    namespace: string,
    podSecurity: "restricted" | "baseline",
    allow: Allowances,
    { config, cluster: { provider } }: NetworkPolicyArgs,
    dependsOn: pulumi.Resource[] = [],
  ): PlatformNamespace {
    return new PlatformNamespace(
      name,
      {
        name: namespace,
        podSecurity,
        allow,
        vpcCidr: config.network.cidr,
        ...podMaximumOf(config),
        provider,
      },
      { parent: this, dependsOn },
    );
  }
}
