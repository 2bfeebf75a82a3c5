import { expect } from "chai";
import { backendsOf, probe, PROBE, readyPods } from "../../../../orchestrator/sandbox/cluster/probes";
import { pod, useWorld } from "./fixture";

const ready = { conditions: [{ type: "Ready", status: "True" }] };
const service = (selector: object) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "default" },
  spec: { selector, clusterIP: "172.20.0.20", ports: [{ port: 80, targetPort: "http" }] },
});
const server = (name: string, labels: object, namespace = "default", podIP = "100.64.0.9") => ({
  ...pod(
    name,
    { containers: [{ name: "app", image: "x", ports: [{ name: "http", containerPort: 8080 }] }] },
    { labels, namespace },
  ),
  status: { ...ready, podIP },
});
const deny = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "deny", namespace: "default" },
  spec: { podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Ingress"] },
};

describe("probes of the embedded cluster", () => {
  const world = useWorld();
  const from = (target: string) => ({
    ...pod("probe", {}, { annotations: { [PROBE]: target } }),
    status: { podIP: "100.64.0.1" },
  });
  const reached = (target: string) => probe(world().store, from(target)).reached;
  beforeEach(() => {
    world().put(service({ app: "web" }));
    world().put(server("web", { app: "web" }));
  });

  it("reaches a service by address through the port its pods listen on", () => {
    expect(reached("tcp://172.20.0.20:80")).to.equal(true);
    expect(reached("tcp://172.20.0.20:81")).to.equal(false);
  });
  it("reaches a name only with a DNS server that answers", () => {
    expect(reached("tcp://web.default.svc:80")).to.equal(false);
    expect(reached("dns://web.default.svc")).to.equal(false);
    world().put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system" } });
    world().put(server("dns", { "k8s-app": "kube-dns" }, "kube-system", "100.64.0.53"));
    expect(reached("tcp://web.default.svc:80")).to.equal(true);
    expect(reached("dns://web.default.svc")).to.equal(true);
    expect(reached("dns://none.default.svc")).to.equal(false);
  });
  it("reaches a pod by address on a port it declares", () => {
    expect(reached("tcp://100.64.0.9:8080")).to.equal(true);
    expect(reached("tcp://100.64.0.9:22")).to.equal(false);
    expect(reached("tcp://100.64.0.77:8080")).to.equal(false);
  });
  it("reaches the pod that listens, where several share an address", () => {
    world().put({ ...pod("early", {}, { namespace: "default" }), status: { ...ready, podIP: "100.64.0.20" } });
    world().put(server("late", { app: "late" }, "default", "100.64.0.20"));
    expect(reached("tcp://100.64.0.20:8080")).to.equal(true);
    expect(reached("tcp://100.64.0.20:22")).to.equal(false);
  });
  it("is kept off by a network policy, and says so as a tool would", () => {
    world().put(deny);
    const { reached: through, log } = probe(world().store, from("tcp://172.20.0.20:80"));
    expect(through).to.equal(false);
    expect(log).to.equal("nc: 172.20.0.20 (80): Connection timed out\n");
  });
  it("counts only ready pods that stay as backends", () => {
    world().put({ ...server("starting", { app: "web" }), status: {} });
    world().put({
      ...server("leaving", { app: "web" }),
      metadata: { ...server("leaving", { app: "web" }).metadata, deletionTimestamp: "x" },
    });
    expect(backendsOf(world().store, service({ app: "web" })).map(({ metadata }) => metadata.name)).to.deep.equal([
      "web",
    ]);
    expect(readyPods(world().store, "other")).to.deep.equal([]);
  });
});
