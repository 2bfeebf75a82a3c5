import { BYTES_A_DAY, LINES, linesWith, UNPARSED } from "../../checks/log-queries";
import type { ServiceResponse } from "../../checks/check";
import type { KubeObject } from "../cluster/object";
import { connects, readyPods } from "../cluster/probes";
import { at, listAt, selects } from "../kubernetes/object";
import type { Program, ProgramRequest } from "../services";

const COLLECTOR = { "app.kubernetes.io/name": "alloy" };
const PORT = 3100;
/** What one pod is said to write in a day. */
const BYTES_OF_A_POD = 2 ** 20;

/**
 * Loki: it holds what pods say whose node has a collector that reaches it. Nothing runs, so a pod says what its command
 * echoes. It answers the queries of the verification and refuses all others.
 */
export const loki: Program = (request) => {
  const { pathname, searchParams } = request.url;
  const query = searchParams.get("query") ?? "";
  if (pathname === "/loki/api/v1/query_range") return lines(request, query);
  if (pathname !== "/loki/api/v1/query") return { status: 404, body: "404 page not found\n" };
  if (query === BYTES_A_DAY) return success("vector", volumes(request));
  if (query === LINES || query === UNPARSED) return success("vector", []);
  return refusal(query);
};

const success = (resultType: string, result: unknown): ServiceResponse => ({
  status: 200,
  body: JSON.stringify({ status: "success", data: { resultType, result } }),
});
const refusal = (query: string): ServiceResponse => ({
  status: 400,
  body: `the rehearsal's Loki does not answer ${query}`,
});

/** Pods whose lines arrive. */
function heard({ objects, pod: self }: ProgramRequest): KubeObject[] {
  const reaching = new Set(
    readyPods(objects)
      .filter((pod) => selects(COLLECTOR, pod.metadata.labels) && connects(objects, pod, self, PORT))
      .map(nodeOf),
  );
  return objects
    .kind("v1", "Pod")
    .filter((pod) => reaching.has(nodeOf(pod)) && at(pod, "status", "phase") === "Running");
}
const nodeOf = (pod: KubeObject) => at(pod, "spec", "nodeName");

function lines(request: ProgramRequest, query: string): ServiceResponse {
  const [, namespace = "", text = ""] = /^\{namespace="([^"]*)"\} \|= "([^"]*)"$/.exec(query) ?? [];
  if (query !== linesWith(namespace, text)) return refusal(query);
  const result = heard(request)
    .filter((pod) => pod.metadata.namespace === namespace)
    .flatMap((pod) => {
      const found = said(pod).filter((line) => line.includes(text));
      return found.length === 0
        ? []
        : [{ stream: { namespace, pod: pod.metadata.name }, values: found.map((line) => ["0", line]) }];
    });
  return success("streams", result);
}

function said(pod: KubeObject): string[] {
  return listAt(pod, "spec", "containers").flatMap((container) =>
    [...listAt<string>(container, "command"), ...listAt<string>(container, "args")].flatMap((part) =>
      [...part.matchAll(/echo '([^']*)'/g)].map(([, line]) => line ?? ""),
    ),
  );
}

function volumes(request: ProgramRequest) {
  const counts = new Map<string, number>();
  for (const { metadata } of heard(request))
    counts.set(metadata.namespace ?? "", (counts.get(metadata.namespace ?? "") ?? 0) + 1);
  return [...counts].map(([namespace, pods]) => ({
    metric: { namespace },
    value: [0, String(pods * BYTES_OF_A_POD)],
  }));
}
