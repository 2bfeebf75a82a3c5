import { FIRINGS_A_WEEK, REFUSED, SENT } from "../../checks/alert-queries";
import type { ServiceResponse } from "../../checks/check";
import { at } from "../kubernetes/object";
import type { Program, ProgramRequest } from "../services";
import { notificationsOf } from "./alertmanager";
import { ruleGroups } from "./prometheus-rules";
import { targetsOf, type Target } from "./prometheus-targets";

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Rows of what is measured beyond what is worked out here; a small application's worth. */
const ROWS_OF_A_TARGET = 400;

/**
 * Prometheus: targets by the monitors of its cluster, up when NetworkPolicies let it through, and the few series that
 * follow from objects. Rules are loaded as they are written. Anything else a query asks for is refused by name.
 */
export const prometheus: Program = (request) => {
  const { pathname, searchParams } = request.url;
  if (pathname === "/api/v1/query") return query(request, searchParams.get("query") ?? "");
  if (pathname === "/api/v1/targets")
    return success({ activeTargets: targetsOf(request).map(shown), droppedTargets: [] });
  if (pathname === "/api/v1/rules") return success({ groups: ruleGroups(request.objects, searchParams.get("type")) });
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
    ...notified(request),
  ];
}

/** Counters of Alertmanager, from their first notification on. */
function notified({ objects, pod }: ProgramRequest): Series[] {
  const all = notificationsOf(objects, pod.metadata.namespace ?? "");
  return [...new Set(all.map(({ integration }) => integration))].flatMap((integration) => {
    const own = all.filter((one) => one.integration === integration);
    return [
      { metric: { __name__: SENT, integration }, value: own.length },
      { metric: { __name__: REFUSED, integration }, value: own.filter(({ taken }) => !taken).length },
    ];
  });
}

/** A metric by its name, and what the verification counts: nothing fired in the week before a rehearsal. */
function query(request: ProgramRequest, expression: string): ServiceResponse {
  if (expression === FIRINGS_A_WEEK) return success({ resultType: "vector", result: [] });
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
