import { stringify } from "yaml";
import { matches, receiversOf, type Labels } from "../../checks/alert-routing";
import type { ServiceResponse } from "../../checks/check";
import type { KubeObject } from "../cluster/object";
import { readyPods, type Objects } from "../cluster/probes";
import type { Program } from "../services";
import { loadedConfiguration, type Loaded } from "./alertmanager-config";
import { reachesOutside } from "./outside";
import { firingAlerts } from "./prometheus-rules";

const API = "monitoring.coreos.com/v1";

/**
 * Alertmanager: the configuration that the operator would write for it, and the alerts that the Prometheus of its
 * namespace would send. What has been notified follows from both: nothing leaves the rehearsal.
 */
export const alertmanager: Program = ({ objects, pod, url }) => {
  const { pathname, searchParams } = url;
  if (pathname === "/api/v2/status") {
    const { configuration } = loadedConfiguration(objects, alertmanagerOf(objects, pod));
    return json({ config: { original: stringify(configuration) }, versionInfo: {}, uptime: "" });
  }
  if (pathname === "/api/v2/alerts") return json(alertsOf(objects, pod, searchParams.getAll("filter")));
  return { status: 404, body: JSON.stringify({ code: 404, message: `path ${pathname} was not found` }) };
};

const json = (body: unknown): ServiceResponse => ({ status: 200, body: JSON.stringify(body) });

const alertmanagerOf = (objects: Objects, pod: KubeObject): KubeObject | undefined =>
  objects
    .kind(API, "Alertmanager", pod.metadata.namespace)
    .find(({ metadata }) => metadata.name === pod.metadata.labels?.["operator.prometheus.io/name"]);

function alertsOf(objects: Objects, pod: KubeObject, filters: readonly string[]) {
  const { configuration } = loadedConfiguration(objects, alertmanagerOf(objects, pod));
  return firingAlerts(objects, pod.metadata.namespace ?? "")
    .filter((labels) => filters.every((filter) => matches(filter, labels)))
    .map((labels) => ({
      labels,
      annotations: {},
      receivers: receiversOf(configuration.route, labels).map((name) => ({ name })),
      status: { state: "active", silencedBy: [], inhibitedBy: [] },
    }));
}

/** One notification: by which integration, and whether it was taken. */
export interface Notification {
  readonly integration: string;
  readonly taken: boolean;
}

/** What one Alertmanager of a namespace has notified of: each alert once by each way of each receiver it reaches. */
export function notificationsOf(objects: Objects, namespace: string): Notification[] {
  const pod = readyPods(objects, namespace).find(
    ({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === "alertmanager",
  );
  if (pod === undefined) return [];
  const loaded = loadedConfiguration(objects, alertmanagerOf(objects, pod));
  return firingAlerts(objects, namespace).flatMap((labels) => notified(objects, pod, loaded, labels));
}

/** Port that each way goes out by. */
const ports: Readonly<Record<string, number>> = { slack: 443, pagerduty: 443, email: 587 };

function notified(objects: Objects, pod: KubeObject, { configuration, ways }: Loaded, labels: Labels): Notification[] {
  return receiversOf(configuration.route, labels).flatMap((receiver) =>
    (ways.get(receiver) ?? []).map((integration) => ({
      integration,
      taken: reachesOutside(objects, pod, ports[integration] ?? 443),
    })),
  );
}
