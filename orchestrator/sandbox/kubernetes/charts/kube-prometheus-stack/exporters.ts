import { z } from "zod";
import type { KubeObject } from "../../object";
import type { Installation } from "../chart";
import { anything, httpProbe, labelsOf, service, serviceAccount, workload } from "../workload";
import { monitor } from "./monitor";

export const kubeStateMetricsValues = z
  .strictObject({
    resources: anything.default({}),
    containerSecurityContext: anything.default({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    }),
  })
  .prefault({});
export const nodeExporterValues = z
  .strictObject({
    namespaceOverride: z.string().default(""),
    resources: anything.default({}),
    containerSecurityContext: anything.default({ readOnlyRootFilesystem: true }),
  })
  .prefault({});

export function kubeStateMetrics(
  name: string,
  given: z.infer<typeof kubeStateMetricsValues>,
  { release, namespace }: Installation,
): KubeObject[] {
  const labels = labelsOf("kube-state-metrics", release, "metrics");
  return [
    serviceAccount(name, namespace, labels, true),
    workload({
      name,
      namespace,
      labels,
      serviceAccount: name,
      podSecurityContext: {
        fsGroup: 65534,
        runAsGroup: 65534,
        runAsNonRoot: true,
        runAsUser: 65534,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "kube-state-metrics",
          image: "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0",
          ports: [
            { name: "http", containerPort: 8080 },
            { name: "metrics", containerPort: 8081 },
          ],
          resources: given.resources,
          securityContext: given.containerSecurityContext,
          livenessProbe: httpProbe("/livez", "http", { initialDelaySeconds: 5, timeoutSeconds: 5 }),
          readinessProbe: httpProbe("/readyz", "metrics", { initialDelaySeconds: 5, timeoutSeconds: 5 }),
        },
      ],
      pod: { automountServiceAccountToken: true },
    }),
    service(name, namespace, labels, [{ name: "http", port: 8080, targetPort: "http" }]),
    monitor(name, namespace, labels, "http"),
  ];
}

export function nodeExporter(
  name: string,
  given: z.infer<typeof nodeExporterValues>,
  { release, namespace: own }: Installation,
): KubeObject[] {
  const namespace = given.namespaceOverride === "" ? own : given.namespaceOverride;
  const labels = labelsOf("prometheus-node-exporter", release, "metrics");
  const probe = httpProbe("/", "http-metrics", { periodSeconds: 10 });
  return [
    serviceAccount(name, namespace, labels, false),
    workload({
      kind: "DaemonSet",
      name,
      namespace,
      labels,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
      serviceAccount: name,
      podSecurityContext: { fsGroup: 65534, runAsGroup: 65534, runAsNonRoot: true, runAsUser: 65534 },
      containers: [
        {
          name: "node-exporter",
          image: "quay.io/prometheus/node-exporter:v1.12.1-distroless",
          ports: [{ name: "http-metrics", containerPort: 9100, protocol: "TCP" }],
          resources: given.resources,
          securityContext: given.containerSecurityContext,
          livenessProbe: probe,
          readinessProbe: probe,
          volumeMounts: [
            { name: "proc", mountPath: "/host/proc", readOnly: true },
            { name: "sys", mountPath: "/host/sys", readOnly: true },
            { name: "root", mountPath: "/host/root", readOnly: true },
          ],
        },
      ],
      volumes: ["proc", "sys", "root"].map((volume) => ({
        name: volume,
        hostPath: { path: volume === "root" ? "/" : `/${volume}` },
      })),
      pod: {
        automountServiceAccountToken: false,
        hostNetwork: true,
        hostPID: true,
        nodeSelector: { "kubernetes.io/os": "linux" },
        tolerations: [{ effect: "NoSchedule", operator: "Exists" }],
      },
    }),
    service(name, namespace, labels, [{ name: "http-metrics", port: 9100, targetPort: "http-metrics" }]),
    monitor(name, own, labels, "http-metrics", namespace),
  ];
}
