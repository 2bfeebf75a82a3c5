import { bool, definition, fields, list, map, text, type Bounds, type Schema } from "../schema";

/** Kinds of Flagger 1.44, with the fields the platform writes of a Canary. */
const number: Schema = { type: "number" };
const port: Schema = { "x-kubernetes-int-or-string": true };

/** An object beside the canary, by kind. */
const reference = (...kinds: readonly string[]) =>
  fields({ "apiVersion!": text(), "kind!": text(...kinds), "name!": text() });
const gateway = fields({ "name!": text(), group: text(), kind: text(), namespace: text(), sectionName: text() });
const service = fields({
  "port!": number,
  name: text(),
  portName: text(),
  appProtocol: text(),
  targetPort: port,
  timeout: text(),
  backendTimeout: text(),
  hosts: list(text()),
  gatewayRefs: list(gateway),
});
const metric = fields({
  "name!": text(),
  interval: text(),
  threshold: number,
  thresholdRange: fields({ min: number, max: number }),
  query: text(),
  templateRef: fields({ "name!": text(), namespace: text() }),
  templateVariables: map,
});
const webhook = fields({
  "name!": text(),
  "url!": text(),
  type: text(
    ...["", "confirm-rollout", "pre-rollout", "rollout", "confirm-promotion", "post-rollout", "event", "rollback"],
    "confirm-traffic-increase",
  ),
  muteAlert: bool,
  timeout: text(),
  retries: number,
  disableTLS: bool,
  metadata: map,
});
const canary = fields({
  metricsServer: text(),
  progressDeadlineSeconds: number,
  "targetRef!": reference("DaemonSet", "Deployment", "Service"),
  autoscalerRef: reference("HorizontalPodAutoscaler", "ScaledObject"),
  service,
  skipAnalysis: bool,
  revertOnDeletion: bool,
  suspend: bool,
  "analysis!": fields({
    interval: text(),
    threshold: number,
    iterations: number,
    maxWeight: number,
    stepWeight: number,
    stepWeights: list(number),
    stepWeightPromotion: number,
    primaryReadyThreshold: number,
    canaryReadyThreshold: number,
    metrics: list(metric),
    webhooks: list(webhook),
  }),
});

/** Published with Flagger 1.44.0 (artifacts/flagger/crd.yaml), for the fields above. */
const duration: Schema = { pattern: "^[0-9]+(m|s)" };
const name = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const bounds: Bounds = {
  "spec.analysis": {
    oneOf: ["iterations", "stepWeight", "stepWeights"].map((steps) => ({ required: ["interval", "threshold", steps] })),
  },
  "spec.analysis.interval": duration,
  "spec.analysis.metrics[].interval": duration,
  "spec.analysis.webhooks[].timeout": duration,
  "spec.service.gatewayRefs": { maxItems: 32 },
  "spec.service.gatewayRefs[].group": {
    default: "gateway.networking.k8s.io",
    maxLength: 253,
    pattern: `^$|^${name}(\\.${name})*$`,
  },
  "spec.service.gatewayRefs[].kind": {
    default: "Gateway",
    maxLength: 63,
    minLength: 1,
    pattern: "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$",
  },
  "spec.service.gatewayRefs[].name": { maxLength: 253, minLength: 1 },
  "spec.service.gatewayRefs[].namespace": { maxLength: 63, minLength: 1, pattern: `^${name}$` },
  "spec.service.gatewayRefs[].sectionName": { maxLength: 253, minLength: 1, pattern: `^${name}(\\.${name})*$` },
};

const kind = (called: string, more: { plural?: string; spec?: Schema; bounds?: Bounds } = {}) =>
  definition({
    group: "flagger.app",
    kind: called,
    versions: ["v1beta1"],
    annotations: { "helm.sh/resource-policy": "keep" },
    ...more,
  });

export const flaggerDefinitions = [
  kind("Canary", { plural: "canaries", spec: canary, bounds }),
  kind("MetricTemplate"),
  kind("AlertProvider"),
];
