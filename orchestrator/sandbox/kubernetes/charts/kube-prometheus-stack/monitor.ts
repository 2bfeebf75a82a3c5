import type { KubeObject } from "../../object";

/** A ServiceMonitor: which Services, by their labels, are scraped on which of their ports. */
export function monitor(
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  port: string,
  watched = namespace,
): KubeObject {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { name, namespace, labels: { ...labels } },
    spec: {
      selector: { matchLabels: { ...labels } },
      namespaceSelector: { matchNames: [watched] },
      endpoints: [{ port }],
    },
  };
}

/** Value of the label `app` by which the chart tells its Services apart. */
export const monitorName = (chart: string, part: string): string => `${chart}-${part}`;
