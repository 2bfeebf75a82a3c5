import { expect } from "chai";
import { stringify } from "yaml";
import { UNKNOWN } from "../../../../orchestrator/engine/builtin/model";
import { Connections, sameCluster, settingsOf } from "../../../../orchestrator/sandbox/kubernetes/connection";
import { FakeClusters } from "../aws/fixture";

const kubeconfig = (name: string, more: { args?: string[]; namespace?: string; server?: string } = {}) => ({
  "current-context": "ctx",
  clusters: [{ name, cluster: { server: more.server ?? "https://127.0.0.1:1" } }],
  contexts: [
    { name: "ctx", context: { cluster: name, user: "u", ...(more.namespace && { namespace: more.namespace }) } },
  ],
  users: [{ name: "u", user: more.args ? { exec: { args: more.args } } : {} }],
});
const text = (...given: Parameters<typeof kubeconfig>) => stringify(kubeconfig(...given));

describe("settings of a Kubernetes provider", () => {
  it("lead to the cluster of the kubeconfig, be it text or an object", () => {
    const wanted = { clusters: ["slipway-dev", "ctx"], server: "https://127.0.0.1:1", namespace: "default" };
    expect(settingsOf({ kubeconfig: text("slipway-dev") })).to.deep.equal(wanted);
    expect(settingsOf({ kubeconfig: kubeconfig("slipway-dev") as never })).to.deep.equal(wanted);
    expect(settingsOf({ kubeconfig: JSON.stringify(kubeconfig("slipway-dev")) })).to.deep.equal(wanted);
  });
  it("know the cluster by the name in the token command first: EKS calls every one `kubernetes`", () => {
    const args = ["eks", "get-token", "--cluster-name", "slipway-dev"];
    expect(settingsOf({ kubeconfig: text("kubernetes", { args }) }).clusters[0]).to.equal("slipway-dev");
  });
  it("take the namespace given before the one of the context", () => {
    const given = text("c", { namespace: "of-context" });
    expect(settingsOf({ kubeconfig: given }).namespace).to.equal("of-context");
    expect(settingsOf({ kubeconfig: given, namespace: "given" }).namespace).to.equal("given");
    expect(settingsOf({ kubeconfig: given, namespace: UNKNOWN }).namespace).to.equal("of-context");
  });
  it("know no cluster while the kubeconfig is not known", () => {
    expect(settingsOf({ kubeconfig: UNKNOWN })).to.deep.equal({ clusters: [], namespace: "default" });
    expect(settingsOf({}).clusters).to.deep.equal([]);
  });
  it("refuse a path, which only the real provider reads", () =>
    expect(() => settingsOf({ kubeconfig: "~/.kube/config" })).to.throw("takes the text of a kubeconfig, not a path"));
  it("are of the same cluster whatever its address, and of any while one is not known", () => {
    const of = (name: string, server?: string) => settingsOf({ kubeconfig: text(name, server ? { server } : {}) });
    expect(sameCluster(of("a"), of("a", "https://127.0.0.1:2"))).to.equal(true);
    expect(sameCluster(of("a"), of("b"))).to.equal(false);
    expect(sameCluster(of("a"), settingsOf({ kubeconfig: UNKNOWN }))).to.equal(true);
  });
});

describe("connections of a Kubernetes provider", () => {
  const PEER = "127.0.0.1:5";
  const connected = async (settings: Parameters<typeof settingsOf>[0]) => {
    const host = new FakeClusters();
    await host.ensure("slipway-dev", "1.36");
    const connections = new Connections(host);
    connections.configure(PEER, settingsOf(settings));
    return { host, connections };
  };

  it("find the running cluster by name, whatever the kubeconfig's address", async () => {
    const { connections } = await connected({ kubeconfig: text("slipway-dev", { server: "https://gone:1" }) });
    expect(connections.find(PEER)?.cluster).to.equal("slipway-dev");
    connections.close();
  });
  it("find nothing for a stranger, an unknown cluster and one that does not run", async () => {
    const { host, connections } = await connected({ kubeconfig: text("slipway-dev") });
    expect(connections.find("127.0.0.1:6")).to.equal(undefined);
    await host.remove("slipway-dev");
    expect(connections.find(PEER)).to.equal(undefined);
    const other = await connected({ kubeconfig: text("other") });
    expect(other.connections.find(PEER)).to.equal(undefined);
  });
  it("share one client until the cluster comes back under another address", async () => {
    const { host, connections } = await connected({ kubeconfig: text("slipway-dev") });
    const first = connections.find(PEER);
    expect(connections.find(PEER)).to.equal(first);
    const access = host.get("slipway-dev");
    if (access) host.known.set("slipway-dev", { ...access, endpoint: "https://127.0.0.1:9" });
    expect(connections.find(PEER)).to.not.equal(first);
    connections.close();
  });
  it("know the namespace of objects that name none", async () => {
    const { connections } = await connected({ kubeconfig: text("slipway-dev"), namespace: "demo" });
    expect([connections.namespaceOf(PEER), connections.namespaceOf("nobody")]).to.deep.equal(["demo", "default"]);
  });
});
