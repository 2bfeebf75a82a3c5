import { bool, definition, fields, intOrText, list, map, open, text, type Bounds, type Schema } from "../schema";
import { alertmanagerConfigBounds, podMonitorBounds, prometheusRuleBounds } from "./bounds/prometheus-operator";

const GROUP = "monitoring.coreos.com";
const kind = (name: string, version: string, plural?: string) =>
  definition({ group: GROUP, kind: name, versions: [version], ...(plural !== undefined && { plural }) });
const ours = (name: string, version: string, spec: Schema, bounds: Bounds) =>
  definition({ group: GROUP, kind: name, versions: [version], spec, bounds });

const address = fields({ name: text(), "key!": text(), optional: bool });
const rule = fields({
  record: text(),
  alert: text(),
  "expr!": intOrText,
  for: text(),
  keep_firing_for: text(),
  labels: map,
  annotations: map,
});
const relabel = fields({
  sourceLabels: list(text()),
  separator: text(),
  targetLabel: text(),
  regex: text(),
  modulus: { type: "integer" },
  replacement: text(),
  action: text(
    "replace",
    "Replace",
    "keep",
    "Keep",
    "drop",
    "Drop",
    "hashmod",
    "HashMod",
    "labelmap",
    "LabelMap",
    "labeldrop",
    "LabelDrop",
    "labelkeep",
    "LabelKeep",
    "lowercase",
    "Lowercase",
    "uppercase",
    "Uppercase",
    "keepequal",
    "KeepEqual",
    "dropequal",
    "DropEqual",
  ),
});
const route = {
  receiver: text(),
  groupBy: list(text()),
  groupWait: text(),
  groupInterval: text(),
  repeatInterval: text(),
  matchers: list(fields({ "name!": text(), matchType: text("!=", "=", "=~", "!~"), value: text(), regex: bool })),
  continue: bool,
};
const receiver = fields({
  "name!": text(),
  slackConfigs: list(
    fields({ apiURL: address, channel: text(), sendResolved: bool, title: text(), text: text(), color: text() }),
  ),
  emailConfigs: list(
    fields({
      to: text(),
      from: text(),
      smarthost: text(),
      authUsername: text(),
      authPassword: address,
      requireTLS: bool,
      sendResolved: bool,
    }),
  ),
  pagerdutyConfigs: list(fields({ routingKey: address, severity: text(), description: text(), sendResolved: bool })),
  webhookConfigs: list(open),
});

/** Kinds of the Prometheus operator v0.93.1, with the fields the platform writes of rules, routing and pod monitors. */
export const prometheusOperatorDefinitions = [
  ours(
    "AlertmanagerConfig",
    "v1alpha1",
    fields({
      // Published as open below the first level; judged by the operator's webhook.
      route: fields({ ...route, routes: list(fields({ ...route, routes: list(open) })) }),
      receivers: list(receiver),
      inhibitRules: list(open),
      muteTimeIntervals: list(open),
    }),
    alertmanagerConfigBounds,
  ),
  kind("Alertmanager", "v1"),
  ours(
    "PodMonitor",
    "v1",
    fields({
      jobLabel: text(),
      "selector!": fields({ matchLabels: map, matchExpressions: list(open) }),
      namespaceSelector: fields({ any: bool, matchNames: list(text()) }),
      podMetricsEndpoints: list(
        fields({
          port: text(),
          path: text(),
          interval: text(),
          honorLabels: bool,
          metricRelabelings: list(relabel),
          relabelings: list(relabel),
        }),
      ),
    }),
    podMonitorBounds,
  ),
  kind("Probe", "v1"),
  kind("PrometheusAgent", "v1alpha1"),
  kind("Prometheus", "v1", "prometheuses"),
  ours(
    "PrometheusRule",
    "v1",
    fields({
      groups: list(
        fields({
          "name!": text(),
          interval: text(),
          query_offset: text(),
          limit: { type: "integer" },
          labels: map,
          rules: list(rule),
        }),
      ),
    }),
    prometheusRuleBounds,
  ),
  kind("ScrapeConfig", "v1alpha1"),
  kind("ServiceMonitor", "v1"),
  kind("ThanosRuler", "v1"),
];
