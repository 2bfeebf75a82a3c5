import type { PlatformConfig } from "./config";
import { replicas, restrictedContainer } from "./release";

/**
 * Splits a route's traffic for Argo Rollouts, which knows no Gateway API by itself: the project's own image, for both
 * architectures (https://rollouts-plugin-trafficrouter-gatewayapi.readthedocs.io/en/latest/installation/).
 */
const PLUGIN = {
  name: "argoproj-labs/gatewayAPI",
  image: "ghcr.io/argoproj-labs/rollouts-plugin-trafficrouter-gatewayapi:v0.16.0",
  file: "rollouts-plugin-trafficrouter-gatewayapi",
};
const FOLDER = { name: "gateway-api-plugin", mountPath: "/plugins" };

/** What the platform sets of the Argo Rollouts chart, and why. */
export function argoRolloutsValues(config: PlatformConfig) {
  return {
    // Kept when the chart goes: with the kinds all Rollouts would go, and with those the pods they run.
    installCRDs: true,
    keepCRDs: true,
    controller: {
      // One works, the other waits for the lease.
      replicas: replicas(config),
      pdb: { enabled: config.highAvailability, minAvailable: 1 },
      resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
      // Copied from its image and not fetched at the start: nothing here reaches the Internet.
      initContainers: [
        {
          name: "gateway-api-plugin",
          image: PLUGIN.image,
          command: ["cp", `/bin/${PLUGIN.file}`, FOLDER.mountPath],
          resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "100m", memory: "128Mi" } },
          securityContext: restrictedContainer,
          volumeMounts: [FOLDER],
        },
      ],
      volumes: [{ name: FOLDER.name, emptyDir: {} }],
      volumeMounts: [FOLDER],
      trafficRouterPlugins: [{ name: PLUGIN.name, location: `file://${FOLDER.mountPath}/${PLUGIN.file}` }],
    },
    // Rights on routes of the Gateway API, and on no other mesh's or load balancer's objects.
    providerRBAC: {
      providers: {
        gatewayAPI: true,
        istio: false,
        smi: false,
        ambassador: false,
        awsLoadBalancerController: false,
        awsAppMesh: false,
        traefik: false,
        apisix: false,
        contour: false,
        glooPlatform: false,
      },
    },
    // A page on which whoever reaches it takes versions on and back.
    dashboard: { enabled: false },
  };
}
