import type { PlatformConfig } from "./config";

/** What differs between the controllers that may serve the entry point (A6.1). */
export interface GatewayController {
  /** Namespace of the controller, of what serves, and of the Gateway. */
  readonly namespace: string;
  /** What a GatewayClass names it by. */
  readonly controllerName: string;
  /**
   * Ports of the Gateway's listeners. Envoy Gateway makes the load balancer from them; Traefik has its own, and takes
   * a listener by the port on which its pods listen (traefik.io, Kubernetes Gateway provider).
   */
  readonly listeners: { readonly http: number; readonly https: number };
  /** Ports of the pods that the load balancer sends to: none below 1024, since nothing of it is root. */
  readonly fromAnywhere: readonly number[];
  /** Ports that the API server reaches. */
  readonly fromApiServer?: readonly number[];
  /** Deployment whose resources the recommender looks at (A13.3). */
  readonly deployment: string;
}

export const controllers: Readonly<Record<PlatformConfig["entryPoint"]["controller"], GatewayController>> = {
  "envoy-gateway": {
    namespace: "envoy-gateway-system",
    controllerName: "gateway.envoyproxy.io/gatewayclass-controller",
    listeners: { http: 80, https: 443 },
    fromAnywhere: [10080, 10443],
    fromApiServer: [9443, 18000, 19003],
    deployment: "envoy-gateway",
  },
  traefik: {
    namespace: "traefik",
    controllerName: "traefik.io/gateway-controller",
    listeners: { http: 8000, https: 8443 },
    fromAnywhere: [8000, 8443],
    deployment: "traefik",
  },
};

export const controllerOf = ({ entryPoint }: Pick<PlatformConfig, "entryPoint">): GatewayController =>
  controllers[entryPoint.controller];

/** The one Gateway of a cluster (phase 06). */
export const GATEWAY = "public";
