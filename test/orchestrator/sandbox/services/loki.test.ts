import { expect } from "chai";
import { BYTES_A_DAY, LINES, linesWith } from "../../../../orchestrator/checks/log-queries";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";
import type { Objects } from "../../../../orchestrator/sandbox/cluster/probes";
import { loki } from "../../../../orchestrator/sandbox/services/loki";

const pod = (name: string, namespace: string, node: string, labels: Record<string, string>, command: string[] = []) =>
  ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels },
    spec: { nodeName: node, containers: [{ name, command }] },
    status: { phase: "Running", podIP: "100.64.0.9", conditions: [{ type: "Ready", status: "True" }] },
  }) satisfies KubeObject;
const self = pod("loki-0", "loki", "node-a", { "app.kubernetes.io/name": "loki" });
const collector = (node: string) => pod(`alloy-${node}`, "logging", node, { "app.kubernetes.io/name": "alloy" });
const speaker = pod("speaker", "shop", "node-a", {}, ["sh", "-c", "while true; do echo 'hello marker'; done"]);
const namespaces = ["loki", "logging", "shop"].map((name) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name },
}));

describe("the Loki of a rehearsal", () => {
  const ask = (path: string, ...all: KubeObject[]) => {
    const world: KubeObject[] = [self, speaker, ...namespaces, ...all];
    const kind: Objects["kind"] = (_api, wanted, place) =>
      world.filter((one) => one.kind === wanted && (place === undefined || one.metadata.namespace === place));
    const objects: Objects = {
      kind,
      find: (api, wanted, name, place) => kind(api, wanted, place).find((one) => one.metadata.name === name),
    };
    return loki({ objects, pod: self, url: new URL(path, "http://localhost") });
  };
  const result = (response: { body: string }) =>
    (JSON.parse(response.body) as { data: { result: unknown[] } }).data.result;
  const search = `/loki/api/v1/query_range?${new URLSearchParams({ query: linesWith("shop", "marker") }).toString()}`;
  const query = (text: string) => `/loki/api/v1/query?${new URLSearchParams({ query: text }).toString()}`;

  it("finds what a pod says whose node has a collector", () => {
    expect(result(ask(search, collector("node-a")))).to.deep.equal([
      { stream: { namespace: "shop", pod: "speaker" }, values: [["0", "hello marker"]] },
    ]);
  });
  it("hears nothing of a node without one, or of one that a policy holds back", () => {
    expect(result(ask(search, collector("node-b")))).to.deep.equal([]);
    const deny: KubeObject = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "deny", namespace: "logging" },
      spec: { podSelector: {}, policyTypes: ["Egress"] },
    };
    expect(result(ask(search, collector("node-a"), deny))).to.deep.equal([]);
  });
  it("counts what namespaces write", () => {
    expect(result(ask(query(BYTES_A_DAY), collector("node-a")))).to.deep.include({
      metric: { namespace: "shop" },
      value: [0, String(2 ** 20)],
    });
    expect(result(ask(query(LINES), collector("node-a")))).to.deep.equal([]);
  });
  it("refuses what it does not know", () => {
    expect(ask(query("{}")).status).to.equal(400);
    expect(ask(`/loki/api/v1/query_range?${new URLSearchParams({ query: "{}" }).toString()}`).status).to.equal(400);
    expect(ask("/ready").status).to.equal(404);
  });
});
