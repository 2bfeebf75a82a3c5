import type { Manifest } from "../environments/manifest";
import { measured, type CanaryArgs } from "./canary";
import { canary, loadCommand, loadTest } from "./table";

export interface FlaggerArgs extends Omit<CanaryArgs, "load" | "prometheus" | "selector" | "replicas"> {
  readonly host: string;
  /** With the one section of it that serves the host: a route without would be served by all, unencrypted too. */
  readonly gateway: { readonly name: string; readonly namespace: string; readonly sectionName: string };
  /** Name of the autoscaler that Flagger doubles for the new pods. */
  readonly autoscaler?: string;
  /** Address of Flagger's load tester in the cluster, like `http://load.tools/`. */
  readonly loadTester: string;
}

/** Namespace of the load tester, by its address. */
export function testerNamespace(loadTester: string): string {
  return new URL(loadTester).hostname.split(".")[1] ?? "";
}

/**
 * The same canary for Flagger (D5.3), judged by the same questions to Prometheus. Its built-in metrics for the Gateway API
 * ask for labels that only pods found by annotations have (`kubernetes_pod_name`), and would never find any. Pods of the
 * new version have two parts after the name, those of the old one, `-primary`, three. Without traffic there is no
 * number, which Flagger counts as a failed check: never a pass. Pure.
 */
export function flaggerCanary(args: FlaggerArgs): Manifest {
  const { name, namespace, labels, annotations, host, gateway, autoscaler, loadTester } = args;
  const interval = `${canary.intervalSeconds / 60}m`;
  const window = `${canary.windowMinutes}m`;
  const { share, duration } = measured(`namespace="${namespace}",pod=~"${name}-[0-9a-z]+-[0-9a-z]+"`);
  return {
    apiVersion: "flagger.app/v1beta1",
    kind: "Canary",
    metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: {
      targetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
      ...(autoscaler !== undefined && {
        autoscalerRef: { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", name: autoscaler },
      }),
      progressDeadlineSeconds: canary.deadlineSeconds,
      service: {
        port: 80,
        targetPort: loadTest.port,
        hosts: [host],
        gatewayRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", ...gateway }],
      },
      analysis: {
        interval,
        threshold: canary.failedChecks,
        maxWeight: canary.maximumPercent,
        stepWeight: canary.stepPercent,
        metrics: [
          { name: "success-rate", interval: window, query: share, thresholdRange: { min: canary.successShare } },
          {
            name: "duration",
            interval: window,
            query: duration,
            thresholdRange: { max: canary.durationMilliseconds },
          },
        ],
        webhooks: [
          {
            name: "load-test",
            type: "rollout",
            url: loadTester,
            timeout: `${loadTest.hookTimeoutSeconds}s`,
            metadata: { type: "cmd", cmd: loadCommand(`http://${name}-canary.${namespace}:80/`).join(" ") },
          },
        ],
      },
    },
  };
}
