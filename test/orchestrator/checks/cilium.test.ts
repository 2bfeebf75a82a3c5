import { expect } from "chai";
import { asChosen } from "../../../orchestrator/checks/cilium";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";

const settings = {
  "kube-proxy-replacement": "true",
  "enable-l7-proxy": "true",
  "enable-hubble": "true",
  "cluster-id": "7",
};
const chosen = { kubeProxyReplacement: true, layer7: true, hubble: "relay", clusterId: 7 } as const;
/** A cluster that holds these objects of kube-system. */
const holding = (objects: Readonly<Record<string, object>>) =>
  ({ get: (_: string, __: string, name: string) => Promise.resolve(objects[name]) }) as unknown as ClusterView;
const up = { status: { availableReplicas: 1 } };
const sound = { "cilium-config": { data: settings }, "hubble-relay": up, "clustermesh-apiserver": up };

describe("what is chosen of Cilium", () => {
  const reasons = async (objects: Readonly<Record<string, object>>, of: Parameters<typeof asChosen>[1] = chosen) =>
    (await asChosen(holding(objects), of, false)).detail;

  it("[A4.4] passes when the agents were told so", async () => {
    expect((await asChosen(holding(sound), chosen, false)).verdict).to.equal("passed");
  });
  it("[A4.4] fails for an agent that was told something else", async () => {
    const data = { ...settings, "enable-l7-proxy": "false" };
    expect(await reasons({ ...sound, "cilium-config": { data } })).to.equal(
      "kube-system/cilium-config: enable-l7-proxy is false, not true",
    );
  });
  it("[A10.4] fails with a mesh for agents that lead connections past its proxies, or take its plugin away", async () => {
    const judged = async (more: object) =>
      asChosen(holding({ ...sound, "cilium-config": { data: { ...settings, ...more } } }), chosen, true);
    const { detail } = await judged({ "cni-exclusive": "true" });
    expect(detail).to.include("cni-exclusive is true, not false").and.include("bpf-lb-sock-hostns-only is not set");
    const well = await judged({ "cni-exclusive": "false", "bpf-lb-sock-hostns-only": "true" });
    expect(well.verdict).to.equal("passed");
  });
  it("[A4.4] fails for two programs that serve Services, and for none", async () => {
    expect(await reasons({ ...sound, "kube-proxy": {} })).to.contain("runs beside what replaces it");
    const data = { ...settings, "kube-proxy-replacement": "false" };
    expect(
      await reasons({ ...sound, "cilium-config": { data } }, { ...chosen, kubeProxyReplacement: false }),
    ).to.contain("Services lead nowhere");
  });
  it("[A4.4] fails for a flow view and a mesh without a copy", async () => {
    const detail = await reasons({ "cilium-config": { data: settings } });
    expect(detail).to.contain("flows are seen on each node alone").and.contain("other clusters see no services");
  });
});
