import { z } from "zod";
import type { KubeObject } from "../object";
import { fullName, type ChartTable, type Installation } from "./chart";
import { prometheusOperatorDefinitions } from "./definitions/prometheus-operator";
import { grafana, grafanaValues } from "./kube-prometheus-stack/grafana";
import {
  kubeStateMetrics,
  kubeStateMetricsValues,
  nodeExporter,
  nodeExporterValues,
} from "./kube-prometheus-stack/exporters";
import { monitor, monitorName } from "./kube-prometheus-stack/monitor";
import { operator, operatorValues } from "./kube-prometheus-stack/operator";
import { alertmanager, alertmanagerValues, prometheus, prometheusValues } from "./kube-prometheus-stack/servers";
import { service } from "./workload";

const scraped = z.strictObject({ enabled: z.boolean().default(true) }).prefault({});
const values = z.strictObject({
  kubeControllerManager: scraped,
  kubeScheduler: scraped,
  kubeEtcd: scraped,
  kubeProxy: scraped,
  coreDns: scraped,
  defaultRules: z
    .strictObject({
      rules: z.record(z.string(), z.boolean()).default({}),
      additionalRuleLabels: z.record(z.string(), z.string()).default({}),
    })
    .prefault({}),
  prometheusOperator: operatorValues,
  prometheus: prometheusValues,
  alertmanager: alertmanagerValues,
  grafana: grafanaValues,
  "kube-state-metrics": kubeStateMetricsValues,
  "prometheus-node-exporter": nodeExporterValues,
});
type Values = z.infer<typeof values>;

/** Parts of the control plane: value → Service, its port and the pods it would find, where a cluster shows them. */
const components = {
  kubeControllerManager: ["kube-controller-manager", 10257, "component"],
  kubeEtcd: ["kube-etcd", 2381, "component"],
  kubeProxy: ["kube-proxy", 10249, "k8s-app"],
  kubeScheduler: ["kube-scheduler", 10259, "component"],
  coreDns: ["coredns", 9153, "k8s-app"],
} as const;

/** Rules and dashboards of the chart are left out: what reads them in a rehearsal are people. */
export const kubePrometheusStack: ChartTable<Values> = {
  version: "88.5.3",
  appVersion: "v0.93.1",
  values,
  definitions: prometheusOperatorDefinitions,
  objects(given, installation) {
    const name = fullName(installation.release, "kube-prometheus-stack");
    return [
      ...operator(name, given.prometheusOperator, installation),
      ...prometheus(name, given.prometheus, installation),
      ...alertmanager(name, given.alertmanager, installation),
      ...grafana(`${name}-grafana`, given.grafana, installation),
      ...kubeStateMetrics(`${name}-kube-state-metrics`, given["kube-state-metrics"], installation),
      ...nodeExporter(`${name}-prometheus-node-exporter`, given["prometheus-node-exporter"], installation),
      ...controlPlane(name, given, installation),
    ];
  },
};

function controlPlane(name: string, given: Values, installation: Installation): KubeObject[] {
  return (Object.keys(components) as (keyof typeof components)[])
    .filter((component) => given[component].enabled)
    .flatMap((component) => {
      const [part, port, label] = components[component];
      const labels = { app: monitorName("kube-prometheus-stack", part), release: installation.release };
      const found = service(
        `${name}-${part}`,
        "kube-system",
        labels,
        [{ name: "http-metrics", port, targetPort: port }],
        {
          clusterIP: "None",
          selector: { [label]: part === "coredns" ? "kube-dns" : part },
        },
      );
      return [found, monitor(`${name}-${part}`, installation.namespace, labels, "http-metrics", "kube-system")];
    });
}
