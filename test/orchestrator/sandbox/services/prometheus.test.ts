import { expect } from "chai";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";
import type { Objects } from "../../../../orchestrator/sandbox/cluster/probes";
import { prometheus } from "../../../../orchestrator/sandbox/services/prometheus";

const pod = (name: string, labels: Record<string, string>, ip: string, namespace = "shop"): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, labels },
  spec: { nodeName: "node-a", containers: [{ name, ports: [{ name: "http", containerPort: 8080 }] }] },
  status: { podIP: ip, phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
});
const self = pod("prometheus-0", { "operator.prometheus.io/name": "main" }, "100.64.0.1", "monitoring");
const service: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
  spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: "http" }] },
};
const monitor = (selector: object): KubeObject => ({
  apiVersion: "monitoring.coreos.com/v1",
  kind: "ServiceMonitor",
  metadata: { name: "web", namespace: "shop", labels: { team: "shop" } },
  spec: { selector, endpoints: [{ port: "http" }] },
});
const main = (serviceMonitorSelector: object): KubeObject => ({
  apiVersion: "monitoring.coreos.com/v1",
  kind: "Prometheus",
  metadata: { name: "main", namespace: "monitoring" },
  spec: { serviceMonitorSelector },
});
const namespace = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

describe("the Prometheus of a rehearsal", () => {
  const ask = (path: string, ...more: KubeObject[]) => {
    const all = [
      self,
      pod("web-0", { app: "web" }, "100.64.0.2"),
      service,
      namespace("shop"),
      namespace("monitoring"),
      ...more,
    ];
    const kind: Objects["kind"] = (_api, wanted, place) =>
      all.filter((one) => one.kind === wanted && (place === undefined || one.metadata.namespace === place));
    const objects: Objects = {
      kind,
      find: (api, wanted, name, place) => kind(api, wanted, place).find((one) => one.metadata.name === name),
    };
    const { body } = prometheus({ objects, pod: self, url: new URL(path, "http://localhost") });
    return (JSON.parse(body) as { data: { result?: { value: [number, string] }[]; activeTargets?: object[] } }).data;
  };
  const selected = monitor({ matchLabels: { app: "web" } });

  it("scrapes the ready pods behind the Services of its monitors", () => {
    const { activeTargets } = ask("/api/v1/targets", main({}), selected);
    expect(activeTargets).to.have.length(1);
    expect(activeTargets?.[0]).to.deep.include({ health: "up", scrapeUrl: "http://100.64.0.2:8080/metrics" });
  });
  it("passes over monitors it does not select", () => {
    expect(ask("/api/v1/targets", main({ matchLabels: { release: "x" } }), selected).activeTargets).to.deep.equal([]);
  });
  it("finds a target behind a NetworkPolicy down", () => {
    const deny: KubeObject = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "deny", namespace: "shop" },
      spec: { podSelector: {}, policyTypes: ["Ingress"] },
    };
    expect(ask("/api/v1/query?query=up", main({}), selected, deny).result?.[0]?.value).to.deep.equal([0, "0"]);
  });
  it("knows pods only through kube-state-metrics", () => {
    expect(ask("/api/v1/query?query=kube_pod_info", main({}), selected).result).to.deep.equal([]);
    const exporter = pod("ksm-0", { app: "web", "app.kubernetes.io/name": "kube-state-metrics" }, "100.64.0.3");
    expect(ask("/api/v1/query?query=kube_pod_info", main({}), selected, exporter).result).to.have.length(3);
  });
});
