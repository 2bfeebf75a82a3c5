import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { SERVICE_CIDR } from "../cidr";
import type { PlatformConfig } from "../config";
import { APPLICATION } from "./names";

/** Who may come in and what may be reached, beyond the baseline every namespace has. */
export interface Allowances {
  /** Ports that pods of the gateway, in its namespace, may reach. */
  readonly fromGateway?: { readonly namespace: string; readonly ports: readonly number[] };
  /** Ports that the API server may reach: admission webhooks. */
  readonly fromApiServer?: readonly number[];
  /** Ports open to the world through a load balancer. */
  readonly fromAnywhere?: readonly number[];
  /** HTTPS to anywhere: AWS APIs, ACME, registries. */
  readonly toInternet?: boolean;
  /** Mail servers anywhere: submission over TLS (RFC 6409). */
  readonly toMail?: boolean;
  /** The agent that hands out AWS credentials; no other namespace can ask for any. */
  readonly toPodIdentity?: boolean;
  /** Every pod and every node on any port: what measures all of them. */
  readonly toCluster?: boolean;
  /** Ports that pods of every namespace may reach. */
  readonly fromCluster?: readonly number[];
  /** Its pods may send their traces (A9.6). */
  readonly toTraces?: boolean;
  /** Namespaces, by name, whose pods may come in, and on which ports. */
  readonly fromNamespaces?: Readonly<Record<string, readonly number[]>>;
  /** Pods of the application's environments, on its port: what the gateway leads to (C1.2). */
  readonly toEnvironments?: boolean;
  /** Namespaces, by name, whose pods may be reached on any port. */
  readonly toNamespaces?: readonly string[];
}
export interface PlatformNamespaceArgs {
  readonly name: string;
  readonly podSecurity: "restricted" | "baseline" | "privileged";
  /** Networks of nodes and control plane: kubelet probes and the API server come from there. */
  readonly vpcCidr: string;
  readonly allow?: Allowances;
  /** Most that one pod may have; without it only the quota bounds it. */
  readonly podMaximum?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Requests and limits of all its pods together, where the usual ones do not do: agents on every node. */
  readonly quota?: Readonly<Record<string, string>>;
  /** What a container gets that says nothing, where the usual does not fit into the quota. */
  readonly containerDefault?: { readonly cpu: string; readonly memory: string };
  readonly provider: k8s.Provider;
}
/** What a namespace is guarded by; a rendered file and a declared object are made of the same. */
export interface Guard {
  readonly what: string;
  readonly kind: "ResourceQuota" | "LimitRange" | "NetworkPolicy";
  readonly spec: object;
}

/** Cap of one pod in dev (B2.2); elsewhere the quota alone bounds it. */
export function podMaximumOf({ environment }: Pick<PlatformConfig, "environment">): {
  podMaximum?: Readonly<Record<string, string>>;
} {
  return environment === "dev" ? { podMaximum: { cpu: "2", memory: "4096Mi" } } : {};
}

/** Requests and limits of all pods of a namespace together (A17.2). */
const QUOTA = { "requests.cpu": "10", "requests.memory": "32Gi", "limits.cpu": "20", "limits.memory": "64Gi" };
/** What a container without resources of its own gets; the policy pack refuses ours without, charts' jobs lean on it. */
const CONTAINER_DEFAULT = { cpu: "500m", memory: "512Mi" };
const CONTAINER_REQUEST = { cpu: "50m", memory: "64Mi" };
/** Where Prometheus will live: every namespace lets it scrape (A4.3). */
const METRICS_NAMESPACE = "monitoring";
/** Where spans are sent to, and the ports of OTLP by gRPC and HTTP (https://opentelemetry.io/docs/specs/otlp/). */
const TRACES_NAMESPACE = "opentelemetry";
const OTLP = [4317, 4318];
/** Label of the namespaces that the application's environments have. */
const ENVIRONMENT = "slipway.dev/environment";
/** Where the EKS Pod Identity agent of each node answers (EKS user guide, Pod Identity agent). */
const POD_IDENTITY_AGENT = "169.254.170.23/32";

const byName = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });
const tcp = (ports: readonly number[]) => ports.map((port) => ({ protocol: "TCP", port }));

/**
 * A namespace as the platform makes every one: Pod Security level, quota, limits, default deny in both directions and
 * the baseline allows (A4.2, A4.3, E3). Nothing is ever deployed into `default`.
 */
export class PlatformNamespace extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: PlatformNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:environment:Namespace", name, {}, opts);
    const child = { parent: this, provider: args.provider };
    const namespace = new k8s.core.v1.Namespace(
      name,
      { metadata: { name: args.name, labels: namespaceLabels(args) } },
      child,
    );
    // Known in a preview already, and yet waiting for the namespace to be there.
    this.name = namespace.urn.apply(() => args.name);
    for (const { what, kind, spec } of guardsOf(args)) {
      const object = { metadata: { name: what, namespace: this.name }, spec };
      if (kind === "ResourceQuota") new k8s.core.v1.ResourceQuota(`${name}-${what}`, object, child);
      else if (kind === "LimitRange")
        new k8s.core.v1.LimitRange(`${name}-${what}`, object as k8s.core.v1.LimitRangeArgs, child);
      else new k8s.networking.v1.NetworkPolicy(`${name}-${what}`, object as k8s.networking.v1.NetworkPolicyArgs, child);
    }
    this.registerOutputs({ name: this.name });
  }
}

export function namespaceLabels({
  podSecurity,
  labels,
}: Pick<PlatformNamespaceArgs, "podSecurity" | "labels">): Record<string, string> {
  return {
    "pod-security.kubernetes.io/enforce": podSecurity,
    "pod-security.kubernetes.io/warn": "restricted",
    ...labels,
  };
}

/** Quota, limits and policies of a namespace. Pure. */
export function guardsOf(args: Omit<PlatformNamespaceArgs, "provider">): Guard[] {
  const { quota = QUOTA, containerDefault = CONTAINER_DEFAULT, podMaximum } = args;
  const limits = [
    { type: "Container", default: containerDefault, defaultRequest: CONTAINER_REQUEST },
    ...(podMaximum === undefined ? [] : [{ type: "Pod", max: podMaximum }]),
  ];
  const policy = (what: string, spec: object): Guard => ({
    what,
    kind: "NetworkPolicy",
    spec: { podSelector: {}, ...spec },
  });
  return [
    { what: "quota", kind: "ResourceQuota", spec: { hard: quota } },
    { what: "limits", kind: "LimitRange", spec: { limits } },
    policy("default-deny", { policyTypes: ["Ingress", "Egress"] }),
    ...baseline(args).map(([what, spec]) => policy(what, spec)),
  ];
}

type Spec = Omit<k8s.types.input.networking.v1.NetworkPolicySpec, "podSelector">;

function baseline({ vpcCidr, allow = {} }: Omit<PlatformNamespaceArgs, "provider">): [string, Spec][] {
  const nodes = { ipBlock: { cidr: vpcCidr } };
  const policies: [string, Spec][] = [
    [
      "allow-dns",
      {
        policyTypes: ["Egress"],
        egress: [
          {
            to: [{ ...byName("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
            ports: [
              { protocol: "UDP", port: 53 },
              { protocol: "TCP", port: 53 },
            ],
          },
        ],
      },
    ],
    // By the Service's address and by the endpoint's: which of the two a plugin sees is its own affair.
    [
      "allow-api-server",
      { policyTypes: ["Egress"], egress: [{ to: [nodes, { ipBlock: { cidr: SERVICE_CIDR } }], ports: tcp([443]) }] },
    ],
    ["allow-metrics", { policyTypes: ["Ingress"], ingress: [{ from: [byName(METRICS_NAMESPACE)] }] }],
  ];
  // Kubelet probes come from the pod's own node, which the VPC CNI and Cilium both always let through.
  if (allow.fromApiServer)
    policies.push([
      "allow-webhooks",
      { policyTypes: ["Ingress"], ingress: [{ from: [nodes], ports: tcp(allow.fromApiServer) }] },
    ]);
  if (allow.fromGateway)
    policies.push([
      "allow-gateway",
      {
        policyTypes: ["Ingress"],
        ingress: [{ from: [byName(allow.fromGateway.namespace)], ports: tcp(allow.fromGateway.ports) }],
      },
    ]);
  if (allow.fromAnywhere)
    policies.push([
      "allow-world",
      {
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: tcp(allow.fromAnywhere) }],
      },
    ]);
  if (allow.toInternet)
    policies.push([
      "allow-internet",
      { policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: tcp([443]) }] },
    ]);
  if (allow.toMail)
    policies.push([
      "allow-mail",
      { policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: tcp([587]) }] },
    ]);
  if (allow.toPodIdentity)
    policies.push([
      "allow-pod-identity",
      { policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: POD_IDENTITY_AGENT } }], ports: tcp([80]) }] },
    ]);
  if (allow.toCluster)
    policies.push([
      "allow-cluster",
      // Pods by their namespaces and nodes by their network: plugins differ in whether a range matches pods.
      { policyTypes: ["Egress"], egress: [{ to: [{ namespaceSelector: {} }, nodes] }] },
    ]);
  if (allow.fromCluster)
    policies.push([
      "allow-everybody",
      { policyTypes: ["Ingress"], ingress: [{ from: [{ namespaceSelector: {} }], ports: tcp(allow.fromCluster) }] },
    ]);
  if (allow.toTraces)
    policies.push([
      "allow-traces",
      { policyTypes: ["Egress"], egress: [{ to: [byName(TRACES_NAMESPACE)], ports: tcp(OTLP) }] },
    ]);
  if (allow.fromNamespaces)
    policies.push([
      "allow-callers",
      {
        policyTypes: ["Ingress"],
        ingress: Object.entries(allow.fromNamespaces).map(([name, ports]) => ({
          from: [byName(name)],
          ports: tcp(ports),
        })),
      },
    ]);
  if (allow.toNamespaces)
    policies.push(["allow-namespaces", { policyTypes: ["Egress"], egress: [{ to: allow.toNamespaces.map(byName) }] }]);
  if (allow.toEnvironments === true)
    policies.push([
      "allow-environments",
      {
        policyTypes: ["Egress"],
        egress: [
          {
            to: [{ namespaceSelector: { matchExpressions: [{ key: ENVIRONMENT, operator: "Exists" }] } }],
            ports: tcp([APPLICATION.port]),
          },
        ],
      },
    ]);
  return policies;
}
