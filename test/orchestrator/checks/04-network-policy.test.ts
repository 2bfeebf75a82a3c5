import { expect } from "chai";
import { networkPolicyCheck } from "../../../orchestrator/checks/04-network-policy";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { openWorld, type ClusterWorld } from "./cluster-world";

const outputs = { networkPolicy: { plugin: "vpc-cni", daemonSet: "kube-system/aws-node", namespaces: ["apps"] } };
const daemon = (name: string): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name, namespace: "kube-system" },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { tolerations: [{ operator: "Exists" }], containers: [{ name: "c", image: "c:1" }] },
    },
  },
});
const policy = (name: string, spec: object): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace: "apps" },
  spec,
});
const deny = policy("default-deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
const dns = policy("allow-dns", {
  podSelector: {},
  policyTypes: ["Egress"],
  egress: [{ ports: [{ protocol: "UDP", port: 53 }] }],
});

describe("check 04 network policy", () => {
  let world: ClusterWorld;
  before(async () => {
    world = await openWorld();
    await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "apps" } });
    await world.fixture.make("kubernetes:apps/v1:DaemonSet", "aws-node", daemon("aws-node") as never);
    await world.put(deny);
    await world.put(dns);
  });
  after(() => world.fixture.close());
  const run = (given: object = outputs) => world.run(networkPolicyCheck, given);

  it("[A4.2] [A4.5] passes a guarded cluster: traffic is blocked, and passes once it is allowed", async () => {
    const { bad, diagnoses, findings } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ requirement }) => requirement)).to.deep.equal(["A4.5", "A4.2", "A4.2", "A4.5"]);
    expect(diagnoses).to.deep.equal([]);
  });
  it("removes its probe namespaces", async () => {
    const names = (await world.fixture.api.list("v1", "Namespace")).items.filter(
      ({ metadata }) => metadata.name.startsWith("slipway-probe") && metadata.deletionTimestamp === undefined,
    );
    expect(names).to.deep.equal([]);
  });
  it("[A4.5] fails when the plugin's daemon is not there", async () => {
    const absent = {
      networkPolicy: { ...outputs.networkPolicy, plugin: "cilium-chaining", daemonSet: "kube-system/cilium" },
    };
    expect((await run(absent)).bad).to.deep.equal(["A4.5 failed: kube-system/cilium: does not exist"]);
  });
  it("[A4.2] fails for a namespace without default deny", async () => {
    await world.fixture.api.delete({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      name: "default-deny",
      namespace: "apps",
    });
    expect((await run()).bad).to.deep.equal(["A4.2 failed: apps: has no default deny in both directions"]);
    await world.put(deny);
  });
  it("[A4.7] fails for a namespace whose deny takes DNS with it, and explains it by a lookup", async () => {
    await world.fixture.api.delete({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      name: "allow-dns",
      namespace: "apps",
    });
    const { bad, diagnoses, causes } = await run();
    expect(bad).to.deep.equal(["A4.2 failed: apps: has no DNS allow"]);
    expect(diagnoses).to.deep.equal(["A4.7 apps"]);
    expect(causes[0]).to.contain("a lookup of kubernetes.default.svc.cluster.local under the same policies fails");
    await world.put(dns);
  });
  it("[A4.6] explains a second plugin beside the chosen one", async () => {
    const remove = await world.put(daemon("cilium"));
    const { diagnoses, causes } = await run();
    expect(diagnoses).to.deep.equal(["A4.6 kube-system/cilium"]);
    expect(causes[0]).to.contain("a second network plugin runs beside vpc-cni");
    await remove();
  });
  it("[A4.2] fails when something runs in default", async () => {
    const remove = await world.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "stray", namespace: "default" },
      spec: { containers: [{ name: "c", image: "c:1" }] },
    });
    expect((await run()).bad).to.deep.equal(["A4.2 failed: default/stray: runs in default"]);
    await remove();
  });
});
