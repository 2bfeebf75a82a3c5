import { charts } from "../charts";
import type { PlatformConfig } from "../config";
import { replicas, restrictedContainer } from "../release";
import { SIDECAR } from "./names";

/** Resources in the words of Linkerd's charts. */
const resources = (cpu: string, cpuLimit: string, memory: string, memoryLimit: string) => ({
  cpu: { request: cpu, limit: cpuLimit },
  memory: { request: memory, limit: memoryLimit },
});
/** Memory of the chart's own values for high availability; CPU has a limit, as everything in a namespace with a quota. */
const CONTROLLER = resources("50m", "250m", "50Mi", "250Mi");

/** Certificates of the webhooks come from cert-manager, so that no private key is made while a chart is rendered. */
const webhook = (name: string) => ({ externalSecret: true, injectCaFrom: `${SIDECAR.namespace}/${name}` });
/** Of the webhooks: certificate and Secret of each. */
export const WEBHOOKS = ["linkerd-proxy-injector", "linkerd-sp-validator", "linkerd-policy-validator"] as const;

/** Namespaces in which a pod is made whether the injector answers or not. */
function platformNamespaces(): string[] {
  const own = Object.values(charts).map(({ namespace }) => namespace);
  return [...new Set(["kube-system", "kube-public", "kube-node-lease", ...own])].sort();
}

/** What the platform sets of the chart linkerd-crds: the kinds of the Gateway API are installed once, for everybody. */
export function crdsValues() {
  return { installGatewayAPI: false };
}

/** Of linkerd2-cni, which leads traffic into the proxies, so that no application's pod needs NET_ADMIN (A14.1). */
export function cniValues() {
  return {
    priorityClassName: "system-node-critical",
    tolerations: [{ operator: "Exists" }],
    resources: resources("10m", "100m", "32Mi", "128Mi"),
    // On a new node a pod can be faster than the plugin; it is made again then.
    repairController: { enabled: true, resources: resources("10m", "100m", "32Mi", "128Mi") },
  };
}

/** Of linkerd-control-plane: what its values for high availability say, as far as the environment asks for it. */
export function controlPlaneValues(config: PlatformConfig) {
  const several = config.highAvailability;
  return {
    cniEnabled: true,
    controllerReplicas: replicas(config, 3),
    enablePodAntiAffinity: several,
    enablePodDisruptionBudget: several,
    highAvailability: several,
    // A pod that starts without its proxy would speak plain text, unseen.
    webhookFailurePolicy: "Fail",
    // It would tell its makers of the cluster every day; nothing goes out from here.
    disableHeartBeat: true,
    destinationResources: CONTROLLER,
    identityResources: CONTROLLER,
    proxyInjectorResources: CONTROLLER,
    spValidatorResources: CONTROLLER,
    policyController: { resources: CONTROLLER },
    // A limit on every proxy, or they outgrow what they serve (A10.5).
    proxy: { resources: resources("20m", "250m", "20Mi", "250Mi") },
    identity: {
      // Anchor and issuer are cert-manager's; trust-manager hands the anchor's certificate out.
      externalCA: true,
      issuer: { scheme: "kubernetes.io/tls" },
    },
    proxyInjector: {
      ...webhook("linkerd-proxy-injector"),
      namespaceSelector: {
        matchExpressions: [
          { key: "config.linkerd.io/admission-webhooks", operator: "NotIn", values: ["disabled"] },
          { key: "kubernetes.io/metadata.name", operator: "NotIn", values: platformNamespaces() },
        ],
      },
    },
    profileValidator: webhook("linkerd-sp-validator"),
    policyValidator: webhook("linkerd-policy-validator"),
  };
}

/** Of trust-manager, which copies certificates of authorities to where they are trusted. */
export function trustManagerValues(config: PlatformConfig) {
  return {
    crds: { enabled: true, keep: true },
    replicaCount: replicas(config),
    podDisruptionBudget: { enabled: config.highAvailability },
    resources: { requests: { cpu: "25m", memory: "64Mi" }, limits: { cpu: "250m", memory: "256Mi" } },
    // Mozilla's list is for programs that call the Internet; here one authority is handed out.
    defaultPackage: { enabled: false },
    app: {
      trust: { namespace: charts["cert-manager"].namespace },
      // The port that the API server may reach in cert-manager's namespace.
      webhook: { port: 10250 },
      securityContext: restrictedContainer,
    },
  };
}
