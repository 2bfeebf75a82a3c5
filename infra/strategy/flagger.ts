import type { Manifest } from "../environments/manifest";
import type { CanaryArgs } from "./canary";
import { canary, loadCommand, loadTest } from "./table";

export interface FlaggerArgs extends Omit<CanaryArgs, "load" | "prometheus" | "selector" | "replicas"> {
  readonly host: string;
  readonly gateway: { readonly name: string; readonly namespace: string };
  /** Name of the autoscaler that Flagger doubles for the new pods. */
  readonly autoscaler?: string;
  /** Address of Flagger's load tester in the cluster, like `http://load.tools/`. */
  readonly loadTester: string;
}

/**
 * The same canary for Flagger, which goes with Flux (D5.3): the option where Argo CD does not deliver. Metrics are named
 * as Flagger has them built in for the Gateway API; `request-duration` is its p99. Pure.
 */
export function flaggerCanary(args: FlaggerArgs): Manifest {
  const { name, namespace, labels, annotations, host, gateway, autoscaler, loadTester } = args;
  const interval = `${canary.intervalSeconds / 60}m`;
  const window = `${canary.windowMinutes}m`;
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
          { name: "request-success-rate", interval: window, thresholdRange: { min: canary.successShare * 100 } },
          { name: "request-duration", interval: window, thresholdRange: { max: canary.durationMilliseconds } },
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
