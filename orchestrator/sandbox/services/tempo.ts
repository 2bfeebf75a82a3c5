import type { KubeObject } from "../cluster/object";
import { connects, readyPods } from "../cluster/probes";
import { at, listAt } from "../kubernetes/object";
import type { Program, ProgramRequest } from "../services";

const OTLP = { grpc: 4317, http: 4318 } as const;
const COLLECTOR = "opentelemetry-collector";

/**
 * Tempo: it holds the spans of pods that reach a collector which reaches it. Nothing runs, so a pod sends what its
 * command posts to a collector.
 */
export const tempo: Program = (request) => {
  const [, id] = /^\/api\/traces\/([0-9a-f]{16,32})$/.exec(request.url.pathname) ?? [];
  if (id === undefined) return { status: 404, body: "404 page not found\n" };
  const senders = sendersOf(request, id);
  if (senders.length === 0) return { status: 404, body: "" };
  const batches = senders.map(({ metadata }) => ({
    resource: { attributes: [{ key: "k8s.pod.name", value: { stringValue: metadata.name } }] },
    scopeSpans: [{ spans: [{ traceId: id }] }],
  }));
  return { status: 200, body: JSON.stringify({ batches }) };
};

/** Pods that post a span of this trace, and whose collector may speak to this Tempo. */
function sendersOf({ objects, pod: self }: ProgramRequest, id: string): KubeObject[] {
  const collectors = readyPods(objects).filter(
    (pod) => pod.metadata.labels?.["app.kubernetes.io/name"] === COLLECTOR && connects(objects, pod, self, OTLP.grpc),
  );
  return objects
    .kind("v1", "Pod")
    .filter(
      (pod) =>
        at(pod, "status", "phase") === "Running" &&
        said(pod).some((part) => part.includes(id) && part.includes("/v1/traces")) &&
        collectors.some((collector) => connects(objects, pod, collector, OTLP.http)),
    );
}

const said = (pod: KubeObject): string[] =>
  listAt(pod, "spec", "containers").flatMap((container) => [
    ...listAt<string>(container, "command"),
    ...listAt<string>(container, "args"),
  ]);
