import type { PlatformConfig } from "../config";
import type { Alert } from "./alerts";
import type { Drawing } from "./panel";

type Meshed = Exclude<PlatformConfig["mesh"]["kind"], "none">;
const DAY = 86_400;
const HOUR = 3600;
const RUNBOOK = "mesh";

/** What is told of a mesh when it is on (A10.5): each kind by what it measures itself. */
export function meshAlerts({ mesh: { kind, namespaces } }: Pick<PlatformConfig, "mesh">): Alert[] {
  if (kind === "none") return [];
  return kind === "linkerd" ? ofLinkerd : [...ofIstio, ...(namespaces.length === 0 ? [] : [plainText(namespaces)])];
}

const ofIstio: readonly Alert[] = [
  {
    name: "MeshCertificateExpires",
    urgency: "ticket",
    expr: `min(citadel_server_root_cert_expiry_timestamp) - time() < ${30 * DAY}`,
    for: "1h",
    runbook: RUNBOOK,
    summary: "the mesh's authority ends in {{ $value | humanizeDuration }}; after that no pod reaches another",
  },
  {
    name: "MeshRefusesConfiguration",
    urgency: "ticket",
    expr: "sum(increase(pilot_total_xds_rejects[15m])) > 0",
    for: "15m",
    runbook: RUNBOOK,
    summary: "proxies of the mesh refuse what the control plane tells them: they go on with what they had",
  },
];

const plainText = (namespaces: readonly string[]): Alert => ({
  name: "MeshPlainText",
  urgency: "ticket",
  expr:
    "sum by (destination_workload_namespace) (rate(istio_tcp_connections_opened_total{" +
    `reporter="destination", connection_security_policy!="mutual_tls", destination_workload_namespace=~"${namespaces.join("|")}"}[10m])) > 0`,
  for: "10m",
  runbook: RUNBOOK,
  summary: "{{ $labels.destination_workload_namespace }} has joined the mesh and takes plain text",
});

const failed = (filter: string) => `sum by (namespace) (rate(response_total{direction="inbound"${filter}}[5m]))`;
const ofLinkerd: Alert[] = [
  {
    name: "MeshCertificateExpires",
    // Certificates of proxies are good for a day and renewed after seven tenths of it: at three hours it failed for long.
    urgency: "page",
    expr: `min by (namespace, pod) (identity_cert_expiration_timestamp_seconds) - time() < ${3 * HOUR}`,
    for: "10m",
    runbook: RUNBOOK,
    summary:
      "the proxy of {{ $labels.namespace }}/{{ $labels.pod }} was given no new certificate; its own ends in {{ $value | humanizeDuration }}",
  },
  {
    name: "MeshRequestsFail",
    urgency: "ticket",
    expr: `${failed(', classification="failure"')} / ${failed("")} > 0.05`,
    for: "5m",
    runbook: RUNBOOK,
    summary: "{{ $labels.namespace }}: {{ $value | humanizePercentage }} of requests between services fail",
  },
];

/** What is drawn of a mesh of this kind. */
export const meshDrawings: Readonly<Record<Meshed, readonly Drawing[]>> = {
  "istio-ambient": [
    {
      title: "Connections opened, by how they are secured",
      unit: "reqps",
      queries: {
        "{{destination_workload_namespace}} {{connection_security_policy}}":
          'sum by (destination_workload_namespace, connection_security_policy) (rate(istio_tcp_connections_opened_total{reporter="destination"}[5m]))',
      },
    },
    {
      title: "Bytes a second between namespaces",
      unit: "bytes",
      queries: {
        "{{source_workload_namespace}} to {{destination_workload_namespace}}":
          'sum by (source_workload_namespace, destination_workload_namespace) (rate(istio_tcp_sent_bytes_total{reporter="source"}[5m]))',
      },
    },
    { title: "Proxies at the control plane", unit: "short", queries: { proxies: "sum(pilot_xds)" } },
    {
      title: "Configuration that proxies refused in an hour",
      unit: "short",
      queries: { refused: "sum(increase(pilot_total_xds_rejects[1h]))" },
    },
    {
      title: "The authority ends in",
      unit: "s",
      kind: "stat",
      floor: 30 * DAY,
      queries: { "ends in": "min(citadel_server_root_cert_expiry_timestamp) - time()" },
    },
  ],
  linkerd: [
    {
      title: "Requests between services",
      unit: "reqps",
      queries: { "{{namespace}}": 'sum by (namespace) (rate(request_total{direction="inbound"}[5m]))' },
    },
    {
      title: "Requests over mutual TLS",
      unit: "percentunit",
      queries: {
        "{{namespace}}":
          'sum by (namespace) (rate(request_total{direction="inbound", tls="true"}[5m])) / sum by (namespace) (rate(request_total{direction="inbound"}[5m]))',
      },
    },
    {
      title: "Requests that failed",
      unit: "percentunit",
      queries: { "{{namespace}}": `${failed(', classification="failure"')} / ${failed("")}` },
    },
    {
      title: "95 of 100 answers within",
      unit: "ms",
      queries: {
        "{{namespace}}":
          'histogram_quantile(0.95, sum by (namespace, le) (rate(response_latency_ms_bucket{direction="inbound"}[5m])))',
      },
    },
    {
      title: "The first proxy's certificate ends in",
      unit: "s",
      kind: "stat",
      floor: 3 * HOUR,
      queries: { "ends in": "min(identity_cert_expiration_timestamp_seconds) - time()" },
    },
  ],
};
