import { z } from "zod";
import { alloyDefinitions } from "./definitions/alloy";
import type { ChartTable } from "./chart";
import {
  anything,
  configMap,
  httpProbe,
  labelsOf,
  service,
  serviceAccount,
  serviceAccountValues,
  workload,
} from "./workload";

const reloader = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  runAsUser: 65534,
  runAsGroup: 65534,
  seccompProfile: { type: "RuntimeDefault" },
};
const values = z.strictObject({
  alloy: z
    .strictObject({
      configMap: z.strictObject({ content: z.string().default("") }).prefault({}),
      enableReporting: z.boolean().default(true),
      mounts: z
        .strictObject({
          varlog: z.boolean().default(false),
          dockercontainers: z.boolean().default(false),
          extra: z.array(anything).default([]),
        })
        .prefault({}),
      securityContext: anything.default({}),
      resources: anything.default({}),
    })
    .prefault({}),
  configReloader: z
    .strictObject({
      resources: anything.default({ requests: { cpu: "10m", memory: "50Mi" } }),
      securityContext: anything.default(reloader),
    })
    .prefault({}),
  controller: z
    .strictObject({
      type: z.enum(["daemonset"], { error: "the rehearsal plays Alloy as a daemonset" }).default("daemonset"),
      nodeSelector: z.record(z.string(), z.string()).default({}),
      tolerations: z.array(anything).default([]),
      priorityClassName: z.string().default(""),
      volumes: z.strictObject({ extra: z.array(anything).default([]) }).prefault({}),
    })
    .prefault({}),
  serviceAccount: serviceAccountValues,
  serviceMonitor: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
});
type Values = z.infer<typeof values>;

/** Grafana Alloy, one on each node. */
export const alloy: ChartTable<Values> = {
  version: "1.11.1",
  appVersion: "v1.18.1",
  values,
  definitions: alloyDefinitions,
  objects(given, { release: name, namespace }) {
    const labels = labelsOf("alloy", name);
    const account = given.serviceAccount.name ?? name;
    const { mounts } = given.alloy;
    const files = mounts.varlog ? [{ name: "varlog", mountPath: "/var/log", readOnly: true }] : [];
    return [
      serviceAccount(account, namespace, labels, given.serviceAccount.automountServiceAccountToken),
      configMap(name, namespace, labels, { "config.alloy": given.alloy.configMap.content }),
      workload({
        kind: "DaemonSet",
        name,
        namespace,
        labels,
        serviceAccount: account,
        containers: [
          {
            name: "alloy",
            image: "docker.io/grafana/alloy:v1.18.1",
            args: [
              "run",
              "/etc/alloy/config.alloy",
              "--storage.path=/tmp/alloy",
              ...(given.alloy.enableReporting ? [] : ["--disable-reporting"]),
            ],
            env: [{ name: "HOSTNAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
            ports: [{ name: "http-metrics", containerPort: 12345 }],
            resources: given.alloy.resources,
            securityContext: given.alloy.securityContext,
            readinessProbe: httpProbe("/-/ready", 12345, { initialDelaySeconds: 10 }),
            volumeMounts: [{ name: "config", mountPath: "/etc/alloy" }, ...files, ...mounts.extra],
          },
          {
            name: "config-reloader",
            image:
              "quay.io/prometheus-operator/prometheus-config-reloader:v0.91.0@sha256:7d9e4eea5f1139e602508871f422b0116c60e87c662f3dcd234d5ab60cd0d8c1",
            resources: given.configReloader.resources,
            securityContext: given.configReloader.securityContext,
          },
        ],
        volumes: [
          { name: "config", configMap: { name } },
          ...(mounts.varlog ? [{ name: "varlog", hostPath: { path: "/var/log" } }] : []),
          ...given.controller.volumes.extra,
        ],
        pod: {
          nodeSelector: given.controller.nodeSelector,
          tolerations: given.controller.tolerations,
          priorityClassName: given.controller.priorityClassName,
        },
      }),
      service(name, namespace, labels, [{ name: "http-metrics", port: 12345, targetPort: 12345 }]),
      ...(given.serviceMonitor.enabled
        ? [
            {
              apiVersion: "monitoring.coreos.com/v1",
              kind: "ServiceMonitor",
              metadata: { name, namespace, labels },
              spec: { selector: { matchLabels: labels }, endpoints: [{ port: "http-metrics" }] },
            },
          ]
        : []),
    ];
  },
};
