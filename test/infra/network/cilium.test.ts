import { expect } from "chai";
import { parseConfig, type PlatformConfig } from "../../../infra/config";
import { addonsBeforeNodes } from "../../../infra/cluster-addons";
import { chosenOf, ciliumValues, interfacePolicy } from "../../../infra/network/cilium";
import { render } from "../../../orchestrator/sandbox/kubernetes/charts";
import { at } from "../../../orchestrator/sandbox/kubernetes/object";
import { rawConfig, type Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

const ENDPOINT = "https://ABC.gr7.eu-central-1.eks.amazonaws.com";
const withPlugin = (plugin: string, cilium?: object, peers: string[] = []): PlatformConfig => {
  const raw = rawConfig("dev");
  const network = { ...(raw["network"] as object), peers };
  return parseConfig({ ...raw, network, networkPolicy: { plugin, ...(cilium && { cilium }) } }, "dev");
};
const everything = { kubeProxyReplacement: true, layer7: true, hubble: "relay", clusterMesh: { id: 7 } };
const full = () => withPlugin("cilium-eni", everything, ["10.20.0.0/16"]);

describe("Cilium", () => {
  let seen: Registered[];
  before(async () => {
    seen = (await recorded("dev", full())).seen;
  });
  const inputsOf = (name: string) => seen.find((one) => one.name === name)?.inputs;
  const groupAt = (name: string) => seen.findIndex((one) => one.name === name && one.type.includes("nodeGroup"));

  it("[A4.1] in ENI mode leaves out the VPC CNI with its role, and comes before the first node", () => {
    const names = seen.map(({ name }) => name);
    expect(names).to.not.include("cluster-vpc-cni");
    expect(names).to.not.include("cluster-vpc-cni-role");
    expect(names).to.include("cluster-cilium").and.not.include("network-policy-cilium");
    expect(names.indexOf("cluster-cilium")).to.be.below(groupAt("cluster-system"));
    // Its pods run on nodes that are not Ready without them: nobody can wait for it.
    expect(inputsOf("cluster-cilium")).to.include({ skipAwait: true }).and.not.have.property("atomic");
  });
  it("[A4.4] leaves out kube-proxy with its replacement only", () => {
    expect(seen.map(({ name }) => name)).to.not.include("cluster-kube-proxy");
    expect(addonsBeforeNodes(withPlugin("cilium-eni"))).to.deep.equal(["kube-proxy", "eks-pod-identity-agent"]);
    expect(addonsBeforeNodes(withPlugin("vpc-cni"))).to.deep.equal(["vpc-cni", "kube-proxy", "eks-pod-identity-agent"]);
  });
  it("[A4.1] lets no pod onto a node that it has not reached, whoever made the node", () => {
    const taint = { key: "node.cilium.io/agent-not-ready", value: "true", effect: "NO_EXECUTE" };
    for (const group of ["cluster-system", "node-pools-general"])
      expect(seen[groupAt(group)]?.inputs["taints"], group).to.deep.include(taint);
    const pool = inputsOf("node-pools-general-pool");
    expect(at(pool, "spec", "template", "spec", "startupTaints", 0)).to.deep.equal({ ...taint, effect: "NoExecute" });
    expect(at(pool, "spec", "template", "spec", "taints")).to.not.deep.include({ ...taint, effect: "NoExecute" });
  });
  it("[A4.4] tells the agents what was chosen", () => {
    const given = (config: PlatformConfig) =>
      render({
        chart: "cilium",
        version: "1.20.0",
        release: "cilium",
        namespace: "kube-system",
        values: ciliumValues(config, ENDPOINT),
      }).objects;
    const names = (objects: ReturnType<typeof given>) =>
      objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    const all = given(full());
    expect(all.find(({ metadata }) => metadata.name === "cilium-config")?.["data"]).to.include({
      ipam: "eni",
      "kube-proxy-replacement": "true",
      "enable-l7-proxy": "true",
      "enable-hubble": "true",
      "cluster-id": "7",
    });
    expect(names(all)).to.include.members([
      "Deployment hubble-relay",
      "DaemonSet cilium-envoy",
      "Deployment clustermesh-apiserver",
    ]);
    const least = names(given(withPlugin("cilium-eni")));
    for (const name of ["Deployment hubble-relay", "DaemonSet cilium-envoy", "Deployment clustermesh-apiserver"])
      expect(least).to.not.include(name);
    expect(ciliumValues(full(), ENDPOINT)).to.include({ k8sServiceHost: "ABC.gr7.eu-central-1.eks.amazonaws.com" });
    expect(chosenOf(full())).to.deep.equal({ kubeProxyReplacement: true, layer7: true, hubble: "relay", clusterId: 7 });
    expect(chosenOf(withPlugin("vpc-cni"))).to.equal(undefined);
  });
  it("[A10.1] leaves room for a mesh: its plugin stays on the node, and no connection goes past its proxy", () => {
    const plain = withPlugin("cilium-eni", { kubeProxyReplacement: true });
    for (const kind of ["istio-ambient", "linkerd"] as const)
      expect(ciliumValues({ ...plain, mesh: { ...plain.mesh, kind } }, ENDPOINT), kind).to.deep.include({
        cni: { exclusive: false },
        socketLB: { hostNamespaceOnly: true },
      });
    expect(ciliumValues(plain, ENDPOINT)).to.not.have.any.keys("cni", "socketLB");
    const chained = withPlugin("cilium-chaining");
    expect(ciliumValues({ ...chained, mesh: { ...chained.mesh, kind: "istio-ambient" } }, undefined)).to.deep.include({
      cni: { chainingMode: "aws-cni", exclusive: false },
      socketLB: { hostNamespaceOnly: true },
    });
  });
  it("[A1.3] gives its operator interfaces and addresses, each change with a resource", () => {
    const { Statement } = JSON.parse(interfacePolicy(full())) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    for (const { Action, Resource } of Statement)
      if (Resource.includes("*")) for (const action of Action) expect(action).to.match(/^ec2:Describe/);
    expect(inputsOf("cluster-cilium-identity")).to.include({ serviceAccount: "cilium-operator" });
  });
  it("[A4.4] is refused what does not go together, by its key", () => {
    const refused = (...given: Parameters<typeof withPlugin>) => {
      try {
        withPlugin(...given);
        return "taken";
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(refused("vpc-cni", { layer7: true })).to.contain("networkPolicy.cilium");
    expect(refused("cilium-chaining", { kubeProxyReplacement: true })).to.contain("cilium.kubeProxyReplacement");
    expect(refused("cilium-chaining", { hubble: "relay" })).to.equal("taken");
    expect(refused("cilium-eni", { clusterMesh: { id: 1 } })).to.contain("network.peers");
  });
});
