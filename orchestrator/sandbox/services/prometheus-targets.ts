import type { KubeObject } from "../cluster/object";
import { backendsOf, connects, readyPods, type Objects } from "../cluster/probes";
import { at, listAt, selects } from "../kubernetes/object";
import type { ProgramRequest } from "../services";

export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly pod: KubeObject;
  readonly scrapeUrl: string;
  readonly up: boolean;
}
type Asking = Pick<ProgramRequest, "objects" | "pod">;
const API = "monitoring.coreos.com/v1";

/** The object by which the operator runs a Prometheus. */
export const prometheusOf = ({ objects, pod }: Asking): KubeObject | undefined =>
  objects
    .kind(API, "Prometheus", pod.metadata.namespace)
    .find(({ metadata }) => metadata.name === pod.metadata.labels?.["operator.prometheus.io/name"]);

/** What this Prometheus scrapes: by the monitors it takes, up when NetworkPolicies let it through. */
export function targetsOf(asking: Asking): Target[] {
  const { objects, pod } = asking;
  const own = prometheusOf(asking);
  const taken = (kind: string, selector: string) =>
    objects
      .kind(API, kind)
      .filter(({ metadata }) => selects(at(own, "spec", selector, "matchLabels"), metadata.labels));
  return [
    ...taken("ServiceMonitor", "serviceMonitorSelector").flatMap((monitor) =>
      servicesOf(objects, monitor).flatMap((service) => endpointsOf(objects, pod, monitor, service)),
    ),
    ...taken("PodMonitor", "podMonitorSelector").flatMap((monitor) => podsOf(objects, pod, monitor)),
  ];
}

/** Namespaces a monitor looks into. */
function watched(monitor: KubeObject): (namespace: string | undefined) => boolean {
  const names = listAt<string>(monitor, "spec", "namespaceSelector", "matchNames");
  const any = at(monitor, "spec", "namespaceSelector", "any") === true;
  const listed = names.length > 0 ? names : [monitor.metadata.namespace ?? ""];
  return (namespace) => any || listed.includes(namespace ?? "");
}

function servicesOf(objects: Objects, monitor: KubeObject): KubeObject[] {
  const inside = watched(monitor);
  return objects
    .kind("v1", "Service")
    .filter(
      ({ metadata }) =>
        inside(metadata.namespace) && selects(at(monitor, "spec", "selector", "matchLabels"), metadata.labels),
    );
}

function endpointsOf(objects: Objects, from: KubeObject, monitor: KubeObject, service: KubeObject): Target[] {
  return listAt<{ port?: string; path?: string }>(monitor, "spec", "endpoints").flatMap((endpoint) => {
    const declared = listAt<{ name?: string; port: number; targetPort?: number | string }>(
      service,
      "spec",
      "ports",
    ).find(({ name }) => name === endpoint.port);
    if (declared === undefined) return [];
    return backendsOf(objects, service).map((pod) =>
      target(
        objects,
        from,
        pod,
        service.metadata.name,
        portOf(pod, declared.targetPort ?? declared.port),
        endpoint.path,
      ),
    );
  });
}

/** Ready pods with a port of that name; the operator calls the job `NAMESPACE/NAME` of the monitor. */
function podsOf(objects: Objects, from: KubeObject, monitor: KubeObject): Target[] {
  const inside = watched(monitor);
  const job = `${monitor.metadata.namespace ?? ""}/${monitor.metadata.name}`;
  const pods = readyPods(objects).filter(
    ({ metadata }) =>
      inside(metadata.namespace) && selects(at(monitor, "spec", "selector", "matchLabels"), metadata.labels),
  );
  return listAt<{ port?: string; path?: string }>(monitor, "spec", "podMetricsEndpoints").flatMap((endpoint) =>
    pods.flatMap((pod) => {
      const port = portOf(pod, endpoint.port ?? "");
      return port === 0 ? [] : [target(objects, from, pod, job, port, endpoint.path)];
    }),
  );
}

function target(
  objects: Objects,
  from: KubeObject,
  pod: KubeObject,
  job: string,
  port: number,
  path = "/metrics",
): Target {
  const instance = `${String(at(pod, "status", "podIP"))}:${port}`;
  return {
    pod,
    labels: { job, namespace: pod.metadata.namespace ?? "", pod: pod.metadata.name, instance },
    scrapeUrl: `http://${instance}${path}`,
    up: connects(objects, from, pod, port),
  };
}

/** Number of a container's port; 0 when none has that name. */
function portOf(pod: KubeObject, wanted: number | string): number {
  if (typeof wanted === "number") return wanted;
  const ports = listAt(pod, "spec", "containers").flatMap((container) =>
    listAt<{ name?: string; containerPort: number }>(container, "ports"),
  );
  return ports.find(({ name }) => name === wanted)?.containerPort ?? 0;
}
