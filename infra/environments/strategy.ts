import { charts } from "../charts";
import { canaryManifests, serviceOf } from "../strategy/canary";
import { flaggerCanary, testerNamespace } from "../strategy/flagger";
import type { ApplicationSpec } from "./application";
import { labelsOf, selector, wave } from "./labels";
import type { Manifest } from "./manifest";
import { APPLICATION } from "./names";
import { TOOLS } from "./pod";
import { sizeOf } from "./sizes";

/** By canary: Argo Rollouts, or Flagger as its option (D5.3); phase 7 installs the one that is chosen. */
export type Strategy =
  | { readonly by: "argo-rollouts" }
  /** Address of Flagger's load tester in the cluster, like `http://loadtester.flagger/`. */
  | { readonly by: "flagger"; readonly loadTester: string };

/** Prometheus of phase 08, which judges a canary (D5.4). */
export const PROMETHEUS = `http://kube-prometheus-stack-prometheus.${charts["kube-prometheus-stack"].namespace}:9090`;
const { name, port } = APPLICATION;
/** Pods of the load test; their label is what lets them in. */
const LOAD = { "app.kubernetes.io/name": `${name}-load` };

/**
 * Pods that serve, old and new. Flagger runs the old version as a second Deployment with a name label of its own, so that
 * policies, budget and metrics that went by it would miss every pod that has users.
 */
export function serving(strategy: Strategy | undefined): Readonly<Record<string, string>> {
  return strategy?.by === "flagger"
    ? { "app.kubernetes.io/component": "web", "app.kubernetes.io/part-of": name }
    : selector;
}

/** Whose number of copies an autoscaler sets. */
export function scaledBy(strategy: Strategy | undefined): { readonly apiVersion: string; readonly kind: string } {
  return strategy?.by === "argo-rollouts"
    ? { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" }
    : { apiVersion: "apps/v1", kind: "Deployment" };
}

/** Where the route leads. Flagger makes Service and route by itself: then none are declared. */
export function backendsOf(strategy: Strategy | undefined): readonly object[] | undefined {
  if (strategy === undefined) return [{ name, port: 80 }];
  if (strategy.by === "flagger") return undefined;
  // All traffic to the old version until the controller says otherwise; without weights both would have half.
  return [
    { name, port: 80, weight: 100 },
    { name: serviceOf(name), port: 80, weight: 0 },
  ];
}

/** What a delivery leaves to controllers: the number of copies (C1.10), and the shares of a canary's traffic. */
export function ignoredDifferences(strategy: Strategy | undefined, autoscaled: boolean): object[] {
  const replicas = (group: string, kind: string) => ({ group, kind, jsonPointers: ["/spec/replicas"] });
  const routed = strategy?.by === "argo-rollouts";
  return [
    // A canary's controller scales the Deployment that describes its pods down to none.
    ...(autoscaled || strategy !== undefined ? [replicas("apps", "Deployment")] : []),
    ...(autoscaled && routed ? [replicas("argoproj.io", "Rollout")] : []),
    ...(routed
      ? [
          {
            group: "gateway.networking.k8s.io",
            kind: "HTTPRoute",
            jsonPointers: [0, 1].map((backend) => `/spec/rules/0/backendRefs/${backend}/weight`),
          },
        ]
      : []),
  ];
}

/** The canary of an environment: what takes the steps, what judges them, and the load there is to be judged. */
export function strategyManifests(spec: ApplicationSpec): Manifest[] {
  const { kind, names, gateway, strategy } = spec;
  if (strategy === undefined) return [];
  const { autoscaler, replicas } = sizeOf(spec);
  const common = { name, namespace: names.namespace, labels: labelsOf(kind, "web"), annotations: wave(1) };
  if (strategy.by === "flagger") {
    const { host, listener } = names;
    const { loadTester } = strategy;
    const scaled = autoscaler !== undefined && { autoscaler: name };
    return [
      flaggerCanary({
        ...common,
        host,
        gateway: { ...gateway, sectionName: listener },
        loadTester,
        ...scaled,
        route: name,
      }),
    ];
  }
  return canaryManifests({
    ...common,
    selector,
    route: name,
    prometheus: PROMETHEUS,
    ...(autoscaler === undefined && { replicas }),
    load: { image: TOOLS, labels: { ...labelsOf(kind, "load"), ...LOAD } },
  });
}

/** The load test reaches the application, and nobody else more than before. */
export function strategyPolicies({ names, strategy }: ApplicationSpec): Manifest[] {
  if (strategy === undefined) return [];
  const policy = (called: string, rules: object): Manifest => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: called, namespace: names.namespace },
    spec: rules,
  });
  const ports = [{ protocol: "TCP", port }];
  const application = { podSelector: { matchLabels: serving(strategy) } };
  const from = (peer: object) =>
    policy("allow-from-load", { ...application, policyTypes: ["Ingress"], ingress: [{ from: [peer], ports }] });
  if (strategy.by === "flagger") {
    const tester = testerNamespace(strategy.loadTester);
    return [from({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": tester } } })];
  }
  const load = { podSelector: { matchLabels: LOAD } };
  return [
    from(load),
    policy("allow-load", { ...load, policyTypes: ["Egress"], egress: [{ to: [application], ports }] }),
  ];
}
