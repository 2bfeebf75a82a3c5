import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config";
import { DemoApp } from "../environments/demo-app";
import { listenersOf, type Listener } from "../environments/names";
import { externalDns } from "../external-dns";
import { loadBalancerController } from "../load-balancer-controller";
import { clusterName, type Tags } from "../naming";
import type { EntryPointOutput } from "../outputs";
import { release, replicas, restrictedContainer } from "../release";
import type { NetworkOutputs } from "./01-network";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";
import type { NetworkPolicyOutputs } from "./04-network-policy";
import type { CertificatesOutputs } from "./05-certificates";

export interface EntryPointArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly network: NetworkOutputs;
  readonly cluster: ClusterOutputs;
  readonly nodePools: NodePoolsOutputs;
  readonly networkPolicy: NetworkPolicyOutputs;
  readonly certificates: CertificatesOutputs;
}
export type EntryPointOutputs = { readonly [key in keyof EntryPointOutput]: pulumi.Output<EntryPointOutput[key]> };

const GATEWAY = "public";
const GATEWAY_CLASS = "slipway";
const DEMO_TLS = "demo-tls";

/**
 * Phase 06: the way in. Envoy Gateway serves the Gateway API behind a Network Load Balancer that the AWS Load Balancer
 * Controller makes; external-dns writes the names; the example app proves all of it (A6).
 *
 * Holds no state. Costs: one load balancer, about 20 USD a month plus traffic.
 */
export class EntryPoint extends pulumi.ComponentResource {
  readonly outputs: EntryPointOutputs;

  constructor(name: string, args: EntryPointArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:phase:EntryPoint", name, {}, opts);
    const { config, cluster, networkPolicy, certificates } = args;
    const onCluster = { parent: this, provider: cluster.provider };
    const host = `demo.${config.domain}`;
    const namespace = networkPolicy.gateway.name;

    const balancer = loadBalancerController(name, args, this);
    const envoy = release(
      `${name}-envoy-gateway`,
      "envoy-gateway",
      config,
      envoyGatewayValues(config),
      { ...onCluster, dependsOn: args.nodePools.ready },
      namespace,
    );
    const dns = externalDns(name, args, envoy, this);
    const after = { ...onCluster, dependsOn: [envoy, balancer] };

    const proxy = custom(
      `${name}-proxy`,
      "gateway.envoyproxy.io/v1alpha1",
      "EnvoyProxy",
      { name: GATEWAY, namespace },
      proxySpec(config),
      after,
    );
    const gatewayClass = custom(
      `${name}-class`,
      "gateway.networking.k8s.io/v1",
      "GatewayClass",
      { name: GATEWAY_CLASS },
      {
        controllerName: "gateway.envoyproxy.io/gatewayclass-controller",
        parametersRef: { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name: GATEWAY, namespace },
      },
      { ...after, dependsOn: [proxy] },
    );
    // Asked for by itself and not by the Gateway: proven over DNS, it is there before anything can be reached, and
    // cert-manager needs none of the Gateway API's kinds, which come with Envoy Gateway.
    const certified = (called: string, secretName: string, dnsName: string) =>
      custom(
        called,
        "cert-manager.io/v1",
        "Certificate",
        { name: secretName, namespace },
        {
          secretName,
          dnsNames: [dnsName],
          privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
          issuerRef: { kind: "ClusterIssuer", name: config.certificates.issuer },
        },
        { ...onCluster, dependsOn: certificates.ready },
      );
    const certificate = certified(`${name}-certificate`, DEMO_TLS, host);
    // Ways in for the application environments of this cluster (C1.2).
    const environments = listenersOf(config.environment, config.domain);
    const theirs = environments.map((one) => certified(`${name}-${one.name}-certificate`, tlsOf(one), one.hostname));
    const gateway = custom(
      `${name}-gateway`,
      "gateway.networking.k8s.io/v1",
      "Gateway",
      { name: GATEWAY, namespace },
      {
        gatewayClassName: GATEWAY_CLASS,
        listeners: [
          // Plain HTTP carries nothing but the redirect below, which lives in the Gateway's own namespace.
          { name: "http", protocol: "HTTP", port: 80, allowedRoutes: { namespaces: { from: "Same" } } },
          {
            name: "https",
            protocol: "HTTPS",
            port: 443,
            hostname: host,
            tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: DEMO_TLS }] },
            allowedRoutes: {
              namespaces: { from: "Selector", selector: { matchLabels: { "kubernetes.io/metadata.name": "demo" } } },
            },
          },
          ...environments.map(listening),
        ],
      },
      { ...after, dependsOn: [gatewayClass, certificate, ...theirs] },
    );
    const redirect = { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] };
    custom(
      `${name}-redirect`,
      "gateway.networking.k8s.io/v1",
      "HTTPRoute",
      { name: "https-redirect", namespace },
      { parentRefs: [{ name: GATEWAY, sectionName: "http" }], rules: [redirect] },
      { ...after, dependsOn: [gateway] },
    );

    const demo = new DemoApp(
      `${name}-demo`,
      {
        namespace: networkPolicy.demo.name,
        host,
        gateway: { name: GATEWAY, namespace },
        provider: cluster.provider,
      },
      { parent: this, dependsOn: [gateway, dns] },
    );

    this.outputs = {
      gatewayClass: pulumi.output(GATEWAY_CLASS),
      gateway: pulumi.output(namespace).apply((ns) => ({ namespace: ns, name: GATEWAY })),
      domain: pulumi.output(config.domain),
      zoneId: certificates.zoneId,
      nameServers: certificates.nameServers,
      demo: pulumi.all([demo.namespace, demo.service, demo.deployment]).apply(([ns, service, deployment]) => ({
        namespace: ns,
        host,
        service,
        deployment,
        certificateSecret: DEMO_TLS,
      })),
    };
    this.registerOutputs({ host });
  }
}

const tlsOf = (listener: Listener) => `${listener.name}-tls`;

/** Open to the namespaces of one kind of environment, which only the platform makes (E3.7). */
function listening(listener: Listener) {
  const { name, hostname, kind } = listener;
  return {
    name,
    protocol: "HTTPS",
    port: 443,
    hostname,
    tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: tlsOf(listener) }] },
    allowedRoutes: {
      namespaces: { from: "Selector", selector: { matchLabels: { "slipway.dev/environment": kind } } },
    },
  };
}

function custom(
  name: string,
  apiVersion: string,
  kind: string,
  metadata: pulumi.Input<object>,
  spec: pulumi.Input<object>,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  return new k8s.apiextensions.CustomResource(name, { apiVersion, kind, metadata, spec }, opts);
}

/** How Envoy itself runs: copies over the zones, a budget, and an NLB that keeps the caller's address. */
function proxySpec(config: PlatformConfig) {
  const annotations = {
    "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
    "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
    "service.beta.kubernetes.io/aws-load-balancer-name": clusterName(config),
  };
  return {
    provider: {
      type: "Kubernetes",
      kubernetes: {
        envoyDeployment: {
          replicas: replicas(config, 3),
          container: {
            resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" } },
            securityContext: restrictedContainer,
          },
        },
        envoyService: {
          type: "LoadBalancer",
          loadBalancerClass: "service.k8s.aws/nlb",
          loadBalancerSourceRanges: config.entryPoint.allow,
          annotations,
        },
        ...(config.highAvailability ? { envoyPDB: { maxUnavailable: 1 } } : {}),
      },
    },
  };
}

/** What the platform sets of the Envoy Gateway chart, and why. */
function envoyGatewayValues(config: PlatformConfig) {
  return {
    // The Gateway API and Envoy's own kinds, of the one version that this release was tested with (versions.md 5).
    crds: { enabled: true },
    deployment: {
      replicas: replicas(config),
      envoyGateway: {
        resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
      },
    },
    podDisruptionBudget: { minAvailable: config.highAvailability ? 1 : 0 },
  };
}
