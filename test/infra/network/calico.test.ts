import { expect } from "chai";
import { addonValues } from "../../../infra/cluster-addons";
import { parseConfig } from "../../../infra/config";
import { crossCheck } from "../../../infra/config/rules";
import { calicoValues } from "../../../infra/network/calico";
import { builtWith, inputsOf, violationsOf } from "../../support/option";
import { configOf, rawConfig, type Registered } from "../../support/pulumi";

const networkPolicy = { plugin: "calico" } as const;

describe("Calico for policy alone [A4.1]", () => {
  let seen: Registered[];
  before(async () => {
    seen = await builtWith("dev", { networkPolicy });
  });
  const indexOf = (name: string) => seen.findIndex((one) => one.name === name && one.type.endsWith(":Release"));

  it("installs its kinds, then its operator, in namespaces of their own, and no second plugin", () => {
    expect(indexOf("network-policy-calico-crds")).to.be.within(0, indexOf("network-policy-calico") - 1);
    expect(inputsOf(seen, "network-policy-calico")).to.include({
      chart: "tigera-operator",
      version: "v3.32.1",
      atomic: true,
    });
    expect(seen.filter(({ name }) => name.includes("cilium"))).to.deep.equal([]);
    const levels = seen
      .filter(({ type, name }) => type === "kubernetes:core/v1:Namespace" && /tigera|calico/.test(name))
      .map(({ inputs }) => inputs["metadata"] as { labels: Record<string, string> });
    expect(levels.map(({ labels }) => labels["pod-security.kubernetes.io/enforce"])).to.deep.equal([
      "privileged",
      "privileged",
    ]);
  });
  it("leaves addresses and routes to the VPC CNI, whose own engine is off [A4.6]", () => {
    expect(calicoValues().installation).to.deep.include({
      kubernetesProvider: "EKS",
      cni: { type: "AmazonVPC" },
      calicoNetwork: { bgp: "Disabled" },
    });
    expect(addonValues("vpc-cni", { ...configOf("dev"), networkPolicy })).to.deep.include({
      enableNetworkPolicy: "false",
      env: { ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "1", ANNOTATE_POD_IP: "true" },
    });
    expect(JSON.stringify(addonValues("vpc-cni", configOf("dev")))).to.not.include("ANNOTATE_POD_IP");
  });
  it("lets the VPC CNI write addresses on pods, and nothing else", () => {
    const role = seen.find(
      ({ type, name }) => type.endsWith(":ClusterRole") && name === "network-policy-pod-addresses",
    );
    expect(role?.inputs["rules"]).to.deep.equal([{ apiGroups: [""], resources: ["pods"], verbs: ["patch"] }]);
    const bound = seen.find(
      ({ type, name }) => type.endsWith("RoleBinding") && name === "network-policy-pod-addresses",
    );
    expect(bound?.inputs["subjects"]).to.deep.equal([
      { kind: "ServiceAccount", name: "aws-node", namespace: "kube-system" },
    ]);
  });
  it("gives every part of it requests and limits", () => {
    const { installation, resources } = calicoValues();
    const parts = [
      installation.calicoNodeDaemonSet,
      installation.typhaDeployment,
      installation.calicoKubeControllersDeployment,
    ].map(({ spec }) => spec.template.spec.containers[0]?.resources);
    for (const one of [...parts, resources]) expect(one).to.have.all.keys("requests", "limits");
  });
  it("breaks no rule of the pack, in dev or in production", async () => {
    const own = /network-policy-(calico|tigera|pod-addresses)/;
    expect(violationsOf("dev", seen, own)).to.deep.equal([]);
    expect(violationsOf("production", await builtWith("production", { networkPolicy }), own)).to.deep.equal([]);
  });
  it("is taken by the configuration as it stands, and refused with settings of Cilium", () => {
    expect(parseConfig({ ...rawConfig("dev"), networkPolicy }, "dev").networkPolicy.plugin).to.equal("calico");
    const cilium = { kubeProxyReplacement: false, layer7: false, hubble: "nodes" as const };
    const mistakes = crossCheck({ ...configOf("dev"), networkPolicy: { plugin: "calico", cilium } });
    expect(mistakes.map(({ key }) => key)).to.deep.equal(["networkPolicy.cilium"]);
  });
});
