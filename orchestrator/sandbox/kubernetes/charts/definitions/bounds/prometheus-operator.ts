import type { Bounds } from "../../schema";

/** Published with the AlertmanagerConfig of the Prometheus operator v0.93.1 (Apache-2.0), for the fields that are used. */
export const alertmanagerConfigBounds: Bounds = {
  "spec.receivers[].slackConfigs[].apiURL.name": { default: "" },
  "spec.receivers[].emailConfigs[].authPassword.name": { default: "" },
  "spec.receivers[].pagerdutyConfigs[].routingKey.name": { default: "" },
  "spec.route.groupBy": {
    "x-kubernetes-list-type": "set",
  },
  "spec.route.groupWait": {
    pattern: "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
    minLength: 1,
  },
  "spec.route.groupInterval": {
    pattern: "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
    minLength: 1,
  },
  "spec.route.repeatInterval": {
    pattern: "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
    minLength: 1,
  },
  "spec.route.matchers[].name": {
    minLength: 1,
  },
  "spec.receivers": {
    "x-kubernetes-list-map-keys": ["name"],
    "x-kubernetes-list-type": "map",
  },
  "spec.receivers[].name": {
    minLength: 1,
  },
  "spec.receivers[].slackConfigs[].channel": {
    minLength: 1,
  },
  "spec.receivers[].slackConfigs[].title": {
    minLength: 1,
  },
  "spec.receivers[].slackConfigs[].text": {
    minLength: 1,
  },
  "spec.receivers[].slackConfigs[].color": {
    minLength: 1,
  },
  "spec.receivers[].emailConfigs[].to": {
    minLength: 1,
  },
  "spec.receivers[].emailConfigs[].from": {
    minLength: 1,
  },
  "spec.receivers[].emailConfigs[].smarthost": {
    minLength: 1,
  },
  "spec.receivers[].emailConfigs[].authUsername": {
    minLength: 1,
  },
  "spec.receivers[].pagerdutyConfigs[].severity": {
    minLength: 1,
  },
  "spec.receivers[].pagerdutyConfigs[].description": {
    minLength: 1,
  },
};

/** Published with the PodMonitor of the Prometheus operator v0.93.1 (Apache-2.0), for the fields that are used. */
export const podMonitorBounds: Bounds = {
  "spec.podMetricsEndpoints[].metricRelabelings[].action": { default: "replace" },
  "spec.podMetricsEndpoints[].relabelings[].action": { default: "replace" },
  "spec.podMetricsEndpoints[].interval": {
    pattern: "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
  },
  "spec.podMetricsEndpoints[].metricRelabelings[].modulus": {
    minimum: 0,
    format: "int64",
  },
  "spec.podMetricsEndpoints[].relabelings[].modulus": {
    minimum: 0,
    format: "int64",
  },
};

/** Published with the PrometheusRule of the Prometheus operator v0.93.1 (Apache-2.0), for the fields that are used. */
export const prometheusRuleBounds: Bounds = {
  "spec.groups": {
    "x-kubernetes-list-map-keys": ["name"],
    "x-kubernetes-list-type": "map",
  },
  "spec.groups[].name": {
    minLength: 1,
  },
  "spec.groups[].interval": {
    pattern: "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
  },
  "spec.groups[].query_offset": {
    pattern: "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
  },
  "spec.groups[].rules[].for": {
    pattern: "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
  },
  "spec.groups[].rules[].keep_firing_for": {
    pattern: "^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
    minLength: 1,
  },
};
