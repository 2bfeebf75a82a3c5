import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config";
import { DemoApp } from "../environments/demo-app";
import { listenersOf, type Listener } from "../environments/names";
import { envoyClass, envoyGateway } from "../envoy-gateway";
import { externalDns } from "../external-dns";
import { controllerOf, GATEWAY } from "../gateways";
import type { Tags } from "../naming";
import type { EntryPointOutput } from "../outputs";
import { traefik, traefikClass } from "../traefik";
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

const GATEWAY_CLASS = "slipway";
const DEMO_TLS = "demo-tls";

/**
 * Phase 06: the way in. Envoy Gateway, or Traefik, serves the Gateway API behind a Network Load Balancer that the controller
 * of phase 04 makes; external-dns writes the names; the example app proves all of it (A6).
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

    const { balancer } = networkPolicy;
    // Envoy Gateway asks for a load balancer when there is a Gateway; Traefik's comes with its chart.
    const serving = { ...onCluster, dependsOn: args.nodePools.ready };
    const controller =
      config.entryPoint.controller === "traefik"
        ? traefik(name, config, namespace, onCluster, [...args.nodePools.ready, balancer])
        : envoyGateway(name, config, namespace, serving);
    const dns = externalDns(name, args, controller, this);
    const after = { ...onCluster, dependsOn: [controller, balancer] };
    const gatewayClass =
      config.entryPoint.controller === "traefik"
        ? traefikClass(name, GATEWAY_CLASS, after)
        : envoyClass(name, GATEWAY_CLASS, config, namespace, after);
    const ports = controllerOf(config).listeners;
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
          { name: "http", protocol: "HTTP", port: ports.http, allowedRoutes: { namespaces: { from: "Same" } } },
          {
            name: "https",
            protocol: "HTTPS",
            port: ports.https,
            hostname: host,
            tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: DEMO_TLS }] },
            allowedRoutes: {
              namespaces: { from: "Selector", selector: { matchLabels: { "kubernetes.io/metadata.name": "demo" } } },
            },
          },
          ...environments.map((one) => listening(one, ports.https)),
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
function listening(listener: Listener, port: number) {
  const { name, hostname, kind } = listener;
  return {
    name,
    protocol: "HTTPS",
    port,
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
