import { z } from "zod";
import type { KubeObject } from "../../object";
import type { Installation } from "../chart";
import { anything, budget, budgetValues, filled, service, serviceAccount } from "../workload";
import { monitor } from "./monitor";

const API = "monitoring.coreos.com/v1";
const podSecurity = {
  runAsGroup: 2000,
  runAsNonRoot: true,
  runAsUser: 1000,
  fsGroup: 2000,
  seccompProfile: { type: "RuntimeDefault" },
};
const common = {
  replicas: z.int().min(0).default(1),
  podAntiAffinity: z.enum(["soft", "hard", ""]).default("soft"),
  resources: anything.default({}),
  securityContext: anything.default(podSecurity),
};
const guard = z.strictObject({ enabled: z.boolean().default(false), ...budgetValues }).prefault({});
const everywhere = z.boolean().default(true);

export const prometheusValues = z
  .strictObject({
    podDisruptionBudget: guard,
    prometheusSpec: z
      .strictObject({
        ...common,
        evaluationInterval: z.string().default(""),
        retention: z.string().default("10d"),
        retentionSize: z.string().default(""),
        storageSpec: anything.default({}),
        externalLabels: z.record(z.string(), z.string()).default({}),
        remoteWrite: z.array(anything).default([]),
        serviceMonitorSelectorNilUsesHelmValues: everywhere,
        podMonitorSelectorNilUsesHelmValues: everywhere,
        ruleSelectorNilUsesHelmValues: everywhere,
        probeSelectorNilUsesHelmValues: everywhere,
        scrapeConfigSelectorNilUsesHelmValues: everywhere,
      })
      .prefault({}),
  })
  .prefault({});
export const alertmanagerValues = z
  .strictObject({
    podDisruptionBudget: guard,
    alertmanagerSpec: z
      .strictObject({
        ...common,
        retention: z.string().default("120h"),
        storage: anything.default({}),
        alertmanagerConfigMatcherStrategy: anything.default({}),
      })
      .prefault({}),
  })
  .prefault({});

/** One kind of server: account, Service, what watches it, budget and the object that the operator runs. */
function server(
  name: string,
  { release, namespace }: Installation,
  kind: "Prometheus" | "Alertmanager",
  port: number,
  spec: Record<string, unknown>,
  guarded: z.infer<typeof guard>,
): KubeObject[] {
  const part = kind.toLowerCase();
  const own = `${name}-${part}`;
  const labels = { app: `${name}-${part}`, release };
  const pods = { "app.kubernetes.io/name": part, [`operator.prometheus.io/name`]: own };
  const { enabled, ...limits } = guarded;
  const bounds =
    limits.minAvailable === undefined && limits.maxUnavailable === undefined ? { minAvailable: 1 } : limits;
  return [
    serviceAccount(own, namespace, labels, kind === "Prometheus"),
    {
      apiVersion: API,
      kind,
      metadata: { name: own, namespace, labels },
      spec: { serviceAccountName: own, ...filled(spec) },
    },
    service(
      own,
      namespace,
      labels,
      [
        { name: "http-web", port, targetPort: port },
        { name: "reloader-web", port: 8080, targetPort: "reloader-web" },
      ],
      { selector: pods },
    ),
    monitor(own, namespace, labels, "http-web"),
    ...(enabled ? [budget(own, namespace, pods, bounds)] : []),
  ];
}

export function prometheus(
  name: string,
  { prometheusSpec, podDisruptionBudget }: z.infer<typeof prometheusValues>,
  installation: Installation,
): KubeObject[] {
  const { storageSpec, serviceMonitorSelectorNilUsesHelmValues: own, ...given } = prometheusSpec;
  const only = { matchLabels: { release: installation.release } };
  const spec = {
    ...Object.fromEntries(Object.entries(given).filter(([key]) => !key.endsWith("NilUsesHelmValues"))),
    image: "quay.io/prometheus/prometheus:v3.14.0-distroless",
    version: "v3.14.0-distroless",
    storage: storageSpec,
  };
  const objects = server(name, installation, "Prometheus", 9090, spec, podDisruptionBudget);
  // An empty selector takes every monitor, the chart's own labels alone those of this release.
  return objects.map((object) =>
    object.kind === "Prometheus"
      ? { ...object, spec: { ...(object["spec"] as object), serviceMonitorSelector: own ? only : {} } }
      : object,
  );
}

export function alertmanager(
  name: string,
  { alertmanagerSpec, podDisruptionBudget }: z.infer<typeof alertmanagerValues>,
  installation: Installation,
): KubeObject[] {
  const spec = { ...alertmanagerSpec, image: "quay.io/prometheus/alertmanager:v0.34.0", version: "v0.34.0" };
  return server(name, installation, "Alertmanager", 9093, spec, podDisruptionBudget);
}
