import type { ServiceResponse } from "../../checks/check";
import { backendsOf, connects, type Objects } from "../cluster/probes";
import type { KubeObject } from "../cluster/object";
import { at, listAt, selects } from "../kubernetes/object";
import type { Program, ProgramRequest } from "../services";

interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly pod: KubeObject;
  readonly scrapeUrl: string;
  readonly up: boolean;
}
interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Rows of what is measured beyond what is worked out here; a small application's worth. */
const ROWS_OF_A_TARGET = 400;

/**
 * Prometheus: targets by the monitors of its cluster, up when NetworkPolicies let it through, and the few series that
 * follow from objects. Anything else a query asks for is refused by name.
 */
export const prometheus: Program = (request) => {
  const { pathname, searchParams } = request.url;
  if (pathname === "/api/v1/query") return query(request, searchParams.get("query") ?? "");
  if (pathname === "/api/v1/targets")
    return success({ activeTargets: targetsOf(request).map(shown), droppedTargets: [] });
  if (pathname === "/api/v1/status/tsdb") return success(statistics(request));
  return { status: 404, body: "404 page not found\n" };
};

const success = (data: unknown): ServiceResponse => ({
  status: 200,
  body: JSON.stringify({ status: "success", data }),
});

function shown({ labels, scrapeUrl, up }: Target) {
  return {
    labels,
    scrapeUrl,
    health: up ? "up" : "down",
    lastError: up ? "" : `Get "${scrapeUrl}": context deadline exceeded`,
  };
}

/** Monitors this Prometheus takes, their Services, and the pods behind. */
function targetsOf({ objects, pod }: ProgramRequest): Target[] {
  const own = objects
    .kind("monitoring.coreos.com/v1", "Prometheus", pod.metadata.namespace)
    .find(({ metadata }) => metadata.name === pod.metadata.labels?.["operator.prometheus.io/name"]);
  const wanted = at(own, "spec", "serviceMonitorSelector", "matchLabels");
  return objects
    .kind("monitoring.coreos.com/v1", "ServiceMonitor")
    .filter(({ metadata }) => selects(wanted, metadata.labels))
    .flatMap((monitor) =>
      servicesOf(objects, monitor).flatMap((service) => endpointsOf(objects, pod, monitor, service)),
    );
}

function servicesOf(objects: Objects, monitor: KubeObject): KubeObject[] {
  const names = listAt<string>(monitor, "spec", "namespaceSelector", "matchNames");
  const any = at(monitor, "spec", "namespaceSelector", "any") === true;
  const watched = names.length > 0 ? names : [monitor.metadata.namespace ?? ""];
  return objects
    .kind("v1", "Service")
    .filter(
      ({ metadata }) =>
        (any || watched.includes(metadata.namespace ?? "")) &&
        selects(at(monitor, "spec", "selector", "matchLabels"), metadata.labels),
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
    return backendsOf(objects, service).map((pod) => {
      const port = portOf(pod, declared.targetPort ?? declared.port);
      const instance = `${String(at(pod, "status", "podIP"))}:${port}`;
      const namespace = pod.metadata.namespace ?? "";
      return {
        pod,
        labels: { job: service.metadata.name, namespace, pod: pod.metadata.name, instance },
        scrapeUrl: `http://${instance}${endpoint.path ?? "/metrics"}`,
        up: connects(objects, from, pod, port),
      };
    });
  });
}

function portOf(pod: KubeObject, wanted: number | string): number {
  if (typeof wanted === "number") return wanted;
  const ports = listAt(pod, "spec", "containers").flatMap((container) =>
    listAt<{ name?: string; containerPort: number }>(container, "ports"),
  );
  return ports.find(({ name }) => name === wanted)?.containerPort ?? 0;
}

function seriesOf(request: ProgramRequest): Series[] {
  const targets = targetsOf(request);
  const exporter = targets.some(
    ({ up, pod }) => up && pod.metadata.labels?.["app.kubernetes.io/name"] === "kube-state-metrics",
  );
  return [
    ...targets.map(({ labels, up }) => ({ metric: { __name__: "up", ...labels }, value: up ? 1 : 0 })),
    ...(exporter ? request.objects.kind("v1", "Pod") : []).map((pod) => ({
      metric: {
        __name__: "kube_pod_info",
        namespace: pod.metadata.namespace ?? "",
        pod: pod.metadata.name,
        node: String(at(pod, "spec", "nodeName") ?? ""),
      },
      value: 1,
    })),
  ];
}

/** A metric by its name, and no more. */
function query(request: ProgramRequest, expression: string): ServiceResponse {
  if (!/^[a-z_:][a-z0-9_:]*$/i.test(expression)) {
    const error = `the rehearsal's Prometheus answers metrics by their name, not ${expression}`;
    return { status: 400, body: JSON.stringify({ status: "error", errorType: "bad_data", error }) };
  }
  const result = seriesOf(request)
    .filter(({ metric }) => metric["__name__"] === expression)
    .map(({ metric, value }) => ({ metric, value: [0, String(value)] }));
  return success({ resultType: "vector", result });
}

function statistics(request: ProgramRequest) {
  const series = seriesOf(request);
  const counts = new Map<string, number>();
  for (const { metric } of series)
    counts.set(metric["__name__"] ?? "", (counts.get(metric["__name__"] ?? "") ?? 0) + 1);
  const rows = targetsOf(request).filter(({ up }) => up).length * ROWS_OF_A_TARGET;
  const pods = request.objects.kind("v1", "Pod").length;
  return {
    headStats: { numSeries: series.length + rows },
    seriesCountByMetricName: [...counts].map(([name, value]) => ({ name, value })),
    labelValueCountByLabelName: [{ name: "pod", value: pods }],
  };
}
