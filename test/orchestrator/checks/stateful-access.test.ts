import { expect } from "chai";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";
import { exposed } from "../../../orchestrator/checks/stateful-access";

const system = { namespace: "data", name: "db", service: "db-rw", port: 5432, labels: {} };
const viewOf = (objects: Readonly<Record<string, readonly object[]>>) =>
  ({
    list: (_apiVersion: string, kind: string) => Promise.resolve([...(objects[kind] ?? [])]),
  }) as unknown as ClusterView;
const service = (spec: object) => ({ metadata: { name: "db-rw", namespace: "data" }, spec });
const route = (namespace: string, backend: object) => ({
  metadata: { name: "r", namespace },
  spec: { rules: [{ backendRefs: [backend] }] },
});

describe("ways to a data system from outside", () => {
  const wrong = async (objects: Record<string, object[]>) => (await exposed(viewOf(objects), [system])).wrong;

  it("[A11.8] are none with Services inside the cluster and routes to others", async () => {
    const sound = { Service: [service({ type: "ClusterIP" })], HTTPRoute: [route("demo", { name: "web" })] };
    expect(await wrong(sound)).to.deep.equal([]);
  });
  it("[A11.8] are a balancer, a node's port, an external address, an Ingress and a route", async () => {
    for (const spec of [
      { type: "LoadBalancer" },
      { type: "NodePort" },
      { type: "ClusterIP", externalIPs: ["1.2.3.4"] },
    ])
      expect(await wrong({ Service: [service(spec)] })).to.have.length(1);
    expect(await wrong({ Ingress: [{ metadata: { name: "i", namespace: "data" } }] })).to.have.length(1);
    expect(await wrong({ TCPRoute: [route("demo", { name: "db-rw", namespace: "data" })] })).to.deep.equal([
      { subject: "demo/r", reason: "leads to data/db-rw" },
    ]);
    expect(await wrong({ TLSRoute: [route("data", { name: "db-rw" })] })).to.have.length(1);
  });
});
