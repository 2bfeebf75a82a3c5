import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { balancerAnnotations } from "./envoy-gateway";
import { gatewayApi } from "./gateway-api";
import { controllers } from "./gateways";
import { release, replicas, restrictedContainer } from "./release";
import { TRAEFIK_BUCKETS } from "./slo/traefik-series";

/**
 * Traefik as the entry point's controller (A6.1). One Deployment both decides and serves, so that its Service and the
 * load balancer come with the release: the load balancer's controller has to be there before.
 */
export function traefik(
  name: string,
  config: PlatformConfig,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
  needs: readonly pulumi.Resource[],
): k8s.helm.v3.Release {
  const api = gatewayApi(`${name}-gateway-api`, opts);
  return release(
    `${name}-traefik`,
    "traefik",
    config,
    traefikValues(config),
    { ...opts, dependsOn: [...needs, ...api] },
    namespace,
  );
}

/** The class of its Gateways. */
export function traefikClass(name: string, className: string, opts: pulumi.CustomResourceOptions): pulumi.Resource {
  return new k8s.apiextensions.CustomResource(
    `${name}-class`,
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      metadata: { name: className },
      spec: { controllerName: controllers.traefik.controllerName },
    },
    opts,
  );
}

/** What the platform sets of the Traefik chart, and why. */
function traefikValues(config: PlatformConfig) {
  return {
    // Docker's own images on AWS's registry: Docker Hub counts what an address fetches, and is no known registry (E2.9).
    image: { registry: "public.ecr.aws", repository: "docker/library/traefik" },
    // As many as Envoy has: one in each zone (B2.4).
    deployment: { replicas: replicas(config, 3) },
    ...(config.highAvailability && { podDisruptionBudget: { enabled: true, maxUnavailable: 1 } }),
    // Routes are the Gateway API's and nothing else: what another provider reads would be a second, unguarded way in.
    providers: {
      kubernetesGateway: { enabled: true },
      kubernetesCRD: { enabled: false },
      kubernetesIngress: { enabled: false },
    },
    ingressClass: { enabled: false },
    // The Gateway and its class are the platform's own, whose listeners say who may attach (E3.7).
    gateway: { enabled: false },
    gatewayClass: { enabled: false },
    // Nobody logs in there, so that it shows every route to whoever reaches the port.
    api: { dashboard: false },
    // Nothing tells the outside what runs here.
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    metrics: { prometheus: { addServicesLabels: true, buckets: TRAEFIK_BUCKETS.join(",") } },
    service: {
      annotations: balancerAnnotations(config),
      spec: {
        type: "LoadBalancer",
        loadBalancerClass: "service.k8s.aws/nlb",
        // The caller's address stays, and a node without a pod of it is no target.
        externalTrafficPolicy: "Local",
        loadBalancerSourceRanges: config.entryPoint.allow,
      },
    },
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    securityContext: restrictedContainer,
  };
}
