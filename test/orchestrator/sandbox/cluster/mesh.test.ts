import { expect } from "chai";
import { portInMesh } from "../../../../orchestrator/sandbox/cluster/mesh";
import { pod, useWorld } from "./fixture";

describe("a mesh in the embedded cluster [A10.4]", () => {
  const world = useWorld();
  const make = (name: string, metadata: object) =>
    pod(name, { containers: [{ name: "app", image: "x" }] }, { namespace: "default", ...metadata });
  const into = { labels: { "istio.io/dataplane-mode": "ambient" } };
  const seen = (from: object, to: object) =>
    portInMesh(world().store, make("from", from) as never, make("to", to) as never, 8080);
  const workload = (kind: string, namespace: string, name: string, status: object) =>
    world().put({ apiVersion: "apps/v1", kind, metadata: { name, namespace }, spec: {}, status });

  it("changes nothing where there is none", () => {
    expect(seen(into, into)).to.equal(8080);
    expect(seen({}, { annotations: { "linkerd.io/inject": "enabled" } })).to.equal(8080);
  });
  it("leads two pods of Istio's to its own port, and lets plain text in until a policy refuses it", () => {
    workload("DaemonSet", "istio-system", "ztunnel", { numberReady: 1 });
    expect(seen(into, into)).to.equal(15008);
    expect(seen({}, into)).to.equal(8080);
    expect(seen(into, {})).to.equal(8080);
  });
  it("lets a proxy of Linkerd's refuse whoever has none", () => {
    workload("Deployment", "linkerd", "linkerd-proxy-injector", { availableReplicas: 1 });
    const annotations = {
      "linkerd.io/inject": "enabled",
      "config.linkerd.io/default-inbound-policy": "all-authenticated",
    };
    expect(seen({ annotations }, { annotations })).to.equal(4143);
    expect(seen({}, { annotations })).to.equal(undefined);
    expect(seen({}, { annotations: { "linkerd.io/inject": "enabled" } })).to.equal(8080);
    expect(seen({ annotations }, { labels: { "linkerd.io/control-plane-ns": "linkerd" } })).to.equal(4143);
  });
});
