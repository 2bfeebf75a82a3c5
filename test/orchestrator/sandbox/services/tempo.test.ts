import { expect } from "chai";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";
import type { Objects } from "../../../../orchestrator/sandbox/cluster/probes";
import { tempo } from "../../../../orchestrator/sandbox/services/tempo";

const ID = "0af7651916cd43dd8448eb211c80319c";
const pod = (name: string, namespace: string, app: string, ip: string, command: string[] = []): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, labels: { "app.kubernetes.io/name": app } },
  spec: { containers: [{ name: app, command }] },
  status: { podIP: ip, phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
});
const self = pod("tempo-0", "tempo", "tempo", "100.64.0.1");
const collector = pod("collector", "opentelemetry", "opentelemetry-collector", "100.64.0.2");
const sender = pod("sender", "shop", "probe", "100.64.0.3", [
  "sh",
  "-c",
  `wget --post-data '${ID}' http://x/v1/traces`,
]);
const closed = (namespace: string, policyTypes: string[]): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "closed", namespace },
  spec: { podSelector: {}, policyTypes },
});

describe("the Tempo of a rehearsal", () => {
  const status = (path: string, ...all: KubeObject[]) => {
    const kind: Objects["kind"] = (_api, wanted, place) =>
      [self, ...all].filter((one) => one.kind === wanted && (place === undefined || one.metadata.namespace === place));
    const { status: code, body } = tempo({
      objects: { kind, find: () => undefined },
      pod: self,
      url: new URL(path, "http://localhost"),
    });
    return { code, body };
  };

  it("holds the trace of a pod whose collector reaches it", () => {
    const { code, body } = status(`/api/traces/${ID}`, collector, sender);
    expect(code).to.equal(200);
    expect(body).to.include("sender");
  });
  it("knows no trace that nobody sent, and none without a collector", () => {
    expect(status(`/api/traces/${"1".repeat(32)}`, collector, sender).code).to.equal(404);
    expect(status(`/api/traces/${ID}`, sender).code).to.equal(404);
  });
  it("knows none where a policy stands in the way, on either leg", () => {
    expect(status(`/api/traces/${ID}`, collector, sender, closed("shop", ["Egress"])).code).to.equal(404);
    expect(status(`/api/traces/${ID}`, collector, sender, closed("opentelemetry", ["Ingress"])).code).to.equal(404);
    expect(status(`/api/traces/${ID}`, collector, sender, closed("tempo", ["Ingress"])).code).to.equal(404);
  });
  it("answers nothing else", () => {
    expect(status("/api/search").code).to.equal(404);
  });
});
