import { LATENCY_MS } from "./objectives";

/**
 * Traefik's series under the names that objectives, alerts and dashboards ask for: what serves the entry point is
 * changed in one place, and none of them. Its own names are `traefik_service_*` with a service, an answer's code and
 * seconds (https://doc.traefik.io/traefik/reference/install-configuration/observability/metrics/).
 */
interface Relabeling {
  readonly sourceLabels: readonly string[];
  readonly regex: string;
  readonly targetLabel: string;
  readonly replacement: string;
  readonly action: "replace";
}

/** Upper bounds of its histograms, seconds: those of Envoy from 5 ms on, with the objective's own among them. */
export const TRAEFIK_BUCKETS = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10"];
if (!TRAEFIK_BUCKETS.includes(String(LATENCY_MS / 1000))) throw new Error("Traefik would not measure the objective");

const REQUESTS = "traefik_service_requests_total";
const DURATION = "traefik_service_request_duration_seconds";

/** Namespaces that routes are in; the name of a service says where its namespace ends only to who knows them. */
const NAMESPACES = ["demo", "qa", "staging", "production"];
/** `<namespace>-<service>-<port>` of its Gateway API provider. */
export const TRAEFIK_SERVICE = `(${NAMESPACES.join("|")})-(.+?)(?:-http)?-[0-9]+@kubernetesgateway`;

const replace = (
  sourceLabels: readonly string[],
  regex: string,
  targetLabel: string,
  replacement: string,
): Relabeling => ({ sourceLabels, regex, targetLabel, replacement, action: "replace" });

/** Applied in this order to what a scrape of Traefik brought, before all that is not asked for is dropped. */
export const traefikRelabelings: readonly (Relabeling | object)[] = [
  { sourceLabels: ["service"], regex: TRAEFIK_SERVICE, action: "keep" },
  replace(["service"], TRAEFIK_SERVICE, "namespace", "$1"),
  replace(["service"], TRAEFIK_SERVICE, "service", "$2"),
  replace(["__name__", "code"], `${REQUESTS};([1-5])..`, "envoy_response_code_class", "$1"),
  // Prometheus writes whole bounds as 1 or as 1.0, by its version. The widest first: 5 ms is not to be taken for 5 s.
  ...TRAEFIK_BUCKETS.toReversed().map((bound) =>
    replace(
      ["__name__", "le"],
      `${DURATION}_bucket;${bound.replace(".", "\\.")}(\\.0)?`,
      "le",
      String(Math.round(Number(bound) * 1000)),
    ),
  ),
  replace(["__name__"], REQUESTS, "__name__", "envoy_cluster_upstream_rq_xx"),
  replace(["__name__"], `${DURATION}_(bucket|count)`, "__name__", "envoy_cluster_upstream_rq_time_$1"),
];
