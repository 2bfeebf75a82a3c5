import type { Manifest } from "../environments/manifest";
import { restrictedContainer } from "../release";
import { canary, curlCommand, loadTest, rolling, weights } from "./table";

/** A workload that gets its new versions by canary (D5.4). */
export interface CanaryArgs {
  /** Name of its Deployment, which goes on to say what a pod is; its Service is the stable one. */
  readonly name: string;
  readonly namespace: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Copies, where no autoscaler sets them (C1.10). */
  readonly replicas?: number;
  /** The route whose traffic is split, by Argo Rollouts' Gateway API plugin. */
  readonly route: string;
  /** Prometheus-compatible API inside the cluster, which judges. */
  readonly prometheus: string;
  /** The load test: an image with a shell and curl, by digest (E2.9), and labels by which its pods are let in. */
  readonly load: { readonly image: string; readonly labels: Readonly<Record<string, string>> };
}

/** Argo Rollouts' own analysis: how one number becomes a verdict. */
interface Metric {
  readonly name: string;
  readonly interval: string;
  readonly failureLimit: number;
  readonly inconclusiveLimit: number;
  readonly successCondition: string;
  readonly failureCondition: string;
  readonly provider: { readonly prometheus: { readonly address: string; readonly query: string } };
}

const API = "argoproj.io/v1alpha1";
const ANALYSIS = "canary";
const LOAD = "load";
const HASH = "canary-hash";

/**
 * The canary of a workload for Argo Rollouts, which goes with Argo CD (D5.3): the Rollout with its steps, what judges
 * them, the load that is there to be judged, and the Service of the new pods. Pure.
 *
 * A step is passed by a check that passed. Without traffic a ratio is no number, no condition holds, and the measurement
 * is inconclusive: Argo Rollouts pauses, and a person decides.
 */
export function canaryManifests(args: CanaryArgs): Manifest[] {
  const { name, namespace, selector, labels, annotations } = args;
  const metadata = (called: string) => ({
    name: called,
    namespace,
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  });
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata(serviceOf(name)),
      spec: { type: "ClusterIP", selector, ports: [{ name: "http", port: 80, targetPort: loadTest.port }] },
    },
    { apiVersion: API, kind: "AnalysisTemplate", metadata: metadata(`${name}-${ANALYSIS}`), spec: analysis(args) },
    { apiVersion: API, kind: "AnalysisTemplate", metadata: metadata(`${name}-${LOAD}`), spec: loadRun(args) },
    { apiVersion: API, kind: "Rollout", metadata: metadata(name), spec: rollout(args) },
  ];
}

/** Name of the Service of the new pods. */
export const serviceOf = (name: string) => `${name}-canary`;

function rollout({ name, namespace, selector, route, replicas }: CanaryArgs): object {
  const analysis = (template: string) => ({
    templates: [{ templateName: `${name}-${template}` }],
    args: [{ name: HASH, valueFrom: { podTemplateHashValue: "Latest" } }],
  });
  return {
    ...(replicas !== undefined && { replicas }),
    selector: { matchLabels: selector },
    // The Deployment says what a pod is; its own pods go when the Rollout's are there.
    workloadRef: { apiVersion: "apps/v1", kind: "Deployment", name, scaleDown: "onsuccess" },
    progressDeadlineSeconds: canary.deadlineSeconds,
    progressDeadlineAbort: true,
    // Back to what ran before is no new version: without its steps (D6.2), and with no load to wait for.
    rollbackWindow: { revisions: canary.backRevisions },
    strategy: {
      canary: {
        ...rolling,
        canaryService: serviceOf(name),
        stableService: name,
        trafficRouting: { plugins: { "argoproj-labs/gatewayAPI": { httpRoute: route, namespace } } },
        // Runs beside the steps: the load outlasts its own hook's timeout (D5.3).
        analysis: { ...analysis(ANALYSIS), startingStep: 1 },
        steps: weights.flatMap((weight) => [
          { setWeight: weight },
          { analysis: { templates: [{ templateName: `${name}-${LOAD}` }] } },
          { pause: { duration: `${canary.intervalSeconds}s` } },
        ]),
      },
    },
  };
}

/** What judges the pods that a selector of Prometheus names: the share of good requests, and p99 in milliseconds (D5.2). */
export function measured(pods: string): { readonly share: string; readonly duration: string } {
  const window = `[${canary.windowMinutes}m]`;
  return {
    share: `sum(rate(http_requests_total{${pods},status!~"5.."}${window})) / sum(rate(http_requests_total{${pods}}${window}))`,
    duration: `1000 * histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{${pods}}${window})))`,
  };
}

function analysis({ namespace, name, prometheus }: CanaryArgs): object {
  const { share, duration } = measured(`namespace="${namespace}",pod=~"${name}-{{args.${HASH}}}-.*"`);
  const metric = (called: string, query: string, good: string, bad: string): Metric => ({
    name: called,
    interval: `${canary.intervalSeconds}s`,
    // More than these, so the fifth one ends it.
    failureLimit: canary.failedChecks - 1,
    inconclusiveLimit: canary.inconclusiveChecks - 1,
    successCondition: `len(result) > 0 && result[0] ${good}`,
    failureCondition: `len(result) > 0 && result[0] ${bad}`,
    provider: { prometheus: { address: prometheus, query } },
  });
  return {
    args: [{ name: HASH }],
    metrics: [
      metric("success-rate", share, `>= ${canary.successShare}`, `< ${canary.successShare}`),
      metric("duration", duration, `<= ${canary.durationMilliseconds}`, `> ${canary.durationMilliseconds}`),
    ],
  };
}

function loadRun({ name, load }: CanaryArgs): object {
  const container = {
    name: "load",
    image: load.image,
    command: curlCommand(`http://${serviceOf(name)}:80/`),
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
    securityContext: restrictedContainer,
  };
  return {
    metrics: [
      {
        name: "load",
        count: 1,
        provider: {
          job: {
            spec: {
              backoffLimit: 0,
              activeDeadlineSeconds: loadTest.minutes * 60 + loadTest.hookTimeoutSeconds,
              ttlSecondsAfterFinished: 3600,
              template: {
                metadata: { labels: load.labels },
                spec: {
                  restartPolicy: "Never",
                  automountServiceAccountToken: false,
                  securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
                  containers: [container],
                },
              },
            },
          },
        },
      },
    ],
  };
}
