import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { controllers, GATEWAY } from "./gateways";
import { clusterName } from "./naming";
import { release, replicas, restrictedContainer } from "./release";

/** Annotations by which the AWS Load Balancer Controller makes a Network Load Balancer to the pods themselves. */
export const balancerAnnotations = (config: PlatformConfig): Record<string, string> => ({
  "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
  "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
  // Off by default for pods as targets: every caller would have an address of the balancer, and a rule about callers'
  // networks would let in nobody (AWS, Target groups for your Network Load Balancers, client IP preservation).
  "service.beta.kubernetes.io/aws-load-balancer-target-group-attributes": "preserve_client_ip.enabled=true",
  "service.beta.kubernetes.io/aws-load-balancer-name": clusterName(config),
});

/** What serves Gateways, and brings the Gateway API's kinds with it. */
export function envoyGateway(
  name: string,
  config: PlatformConfig,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release {
  return release(`${name}-envoy-gateway`, "envoy-gateway", config, envoyGatewayValues(config), opts, namespace);
}

/** The class of its Gateways, with how Envoy itself runs. */
export function envoyClass(
  name: string,
  className: string,
  config: PlatformConfig,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const proxy = new k8s.apiextensions.CustomResource(
    `${name}-proxy`,
    {
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind: "EnvoyProxy",
      metadata: { name: GATEWAY, namespace },
      spec: proxySpec(config),
    },
    opts,
  );
  return new k8s.apiextensions.CustomResource(
    `${name}-class`,
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      metadata: { name: className },
      spec: {
        controllerName: controllers["envoy-gateway"].controllerName,
        parametersRef: { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name: GATEWAY, namespace },
      },
    },
    { ...opts, dependsOn: [proxy] },
  );
}

/** How Envoy itself runs: copies over the zones, a budget, and an NLB that keeps the caller's address. */
function proxySpec(config: PlatformConfig) {
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
          annotations: balancerAnnotations(config),
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
