import { z } from "zod";
import type { KubeObject } from "../../object";
import type { Installation } from "../chart";
import { labelsOf, service, serviceAccount, workload } from "../workload";

const on = z.strictObject({ enabled: z.boolean().default(true) }).prefault({});
/** What the chart brings beside the store, all of it on by default. */
export const extraValues = { gateway: on, chunksCache: on, resultsCache: on, lokiCanary: on };
type Extras = { [part in keyof typeof extraValues]: { enabled: boolean } };

const restricted = { readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] }, allowPrivilegeEscalation: false };
const as = (user: number) => ({
  fsGroup: user,
  runAsGroup: user,
  runAsNonRoot: true,
  runAsUser: user,
  seccompProfile: { type: "RuntimeDefault" },
});

/** Gateway, caches and canary. */
export function extras(given: Extras, installation: Installation): KubeObject[] {
  const { release, namespace } = installation;
  const cached = given.chunksCache.enabled || given.resultsCache.enabled;
  return [
    ...(given.gateway.enabled ? gateway(installation) : []),
    ...(given.lokiCanary.enabled ? canary(installation) : []),
    ...(cached ? [serviceAccount(`${release}-memcached`, namespace, labelsOf("loki", release, "memcached"))] : []),
    ...(given.chunksCache.enabled ? cache("chunks-cache", installation) : []),
    ...(given.resultsCache.enabled ? cache("results-cache", installation) : []),
  ];
}

function gateway({ release, namespace }: Installation): KubeObject[] {
  const name = `${release}-gateway`;
  const labels = labelsOf("loki", release, "gateway");
  return [
    serviceAccount(name, namespace, labels),
    workload({
      name,
      namespace,
      labels,
      serviceAccount: name,
      podSecurityContext: as(101),
      containers: [
        {
          name: "nginx",
          image: "docker.io/nginxinc/nginx-unprivileged:1.31-alpine",
          ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }],
          securityContext: restricted,
        },
        {
          name: "exporter",
          image: "ghcr.io/jkroepke/access-log-exporter:0.4.11",
          ports: [
            { name: "http-metrics", containerPort: 4040, protocol: "TCP" },
            { name: "syslog", containerPort: 8514, protocol: "UDP" },
          ],
          securityContext: restricted,
        },
      ],
    }),
    service(name, namespace, labels, [{ name: "http-metrics", port: 80, targetPort: "http" }]),
    service(`${name}-exporter`, namespace, labels, [{ name: "http-metrics", port: 4040, targetPort: "http-metrics" }]),
  ];
}

function canary({ release, namespace }: Installation): KubeObject[] {
  const name = `${release}-canary`;
  const labels = labelsOf("loki", release, "canary");
  return [
    serviceAccount(name, namespace, labels),
    workload({
      kind: "DaemonSet",
      name,
      namespace,
      labels,
      serviceAccount: name,
      podSecurityContext: as(10001),
      containers: [
        {
          name: "canary",
          image: "docker.io/grafana/loki-canary:3.7.6",
          ports: [{ name: "http-metrics", containerPort: 3500, protocol: "TCP" }],
          securityContext: restricted,
        },
      ],
    }),
    service(name, namespace, labels, [{ name: "http-metrics", port: 3500, targetPort: "http-metrics" }]),
  ];
}

function cache(part: string, { release, namespace }: Installation): KubeObject[] {
  const name = `${release}-${part}`;
  const labels = labelsOf("loki", release, `memcached-${part}`);
  return [
    workload({
      kind: "StatefulSet",
      name,
      namespace,
      labels,
      serviceAccount: `${release}-memcached`,
      podSecurityContext: as(11211),
      set: { serviceName: name, podManagementPolicy: "Parallel" },
      containers: [
        {
          name: "memcached",
          image: "docker.io/library/memcached:1.6.45-alpine",
          ports: [{ name: "client", containerPort: 11211 }],
          securityContext: restricted,
        },
        {
          name: "exporter",
          image: "docker.io/prom/memcached-exporter:v0.17.0",
          ports: [{ name: "http-metrics", containerPort: 9150 }],
          securityContext: restricted,
        },
      ],
    }),
    service(
      name,
      namespace,
      labels,
      [
        { name: "memcached-client", port: 11211, targetPort: "client" },
        { name: "http-metrics", port: 9150, targetPort: "http-metrics" },
      ],
      { clusterIP: "None" },
    ),
  ];
}
