import type { V1ConfigMap, V1DaemonSet, V1Deployment } from "@kubernetes/client-node";
import type { NetworkPolicyOutput } from "../../infra/outputs";
import type { Finding } from "./check";
import type { ClusterView } from "./cluster-view";
import { examine, type Offence } from "./finding";

const HOME = "kube-system";

/** A4.4: what was chosen of Cilium is what its agents were told, and exactly one program serves Services. */
export function asChosen(
  view: ClusterView,
  chosen: NonNullable<NetworkPolicyOutput["cilium"]>,
  meshed: boolean,
): Promise<Finding> {
  return examine({ requirement: "A4.4", title: "Cilium does what was chosen of it" }, async () => {
    const [told, proxy, relay, mesh] = await Promise.all([
      view.get<V1ConfigMap>("v1", "ConfigMap", "cilium-config", HOME),
      view.get<V1DaemonSet>("apps/v1", "DaemonSet", "kube-proxy", HOME),
      view.get<V1Deployment>("apps/v1", "Deployment", "hubble-relay", HOME),
      view.get<V1Deployment>("apps/v1", "Deployment", "clustermesh-apiserver", HOME),
    ]);
    const wanted = {
      "kube-proxy-replacement": String(chosen.kubeProxyReplacement),
      "enable-l7-proxy": String(chosen.layer7),
      "enable-hubble": String(chosen.hubble !== "off"),
      "cluster-id": String(chosen.clusterId),
      // A mesh's agent shares the node's CNI folder, and no connection may go past its proxy (A10.4).
      ...(meshed && { "cni-exclusive": "false", "bpf-lb-sock-hostns-only": "true" }),
    };
    const wrong: Offence[] = Object.entries(wanted).flatMap(([key, value]) => {
      const found = told?.data?.[key];
      return found === value
        ? []
        : [{ subject: `${HOME}/cilium-config`, reason: `${key} is ${found ?? "not set"}, not ${value}` }];
    });
    if (chosen.kubeProxyReplacement && proxy !== undefined)
      wrong.push({ subject: `${HOME}/kube-proxy`, reason: "runs beside what replaces it" });
    if (!chosen.kubeProxyReplacement && proxy === undefined)
      wrong.push({
        subject: `${HOME}/kube-proxy`,
        reason: "does not run, and nothing replaces it: Services lead nowhere",
      });
    const needed = (name: string, given: V1Deployment | undefined, why: string) => {
      if ((given?.status?.availableReplicas ?? 0) === 0) wrong.push({ subject: `${HOME}/${name}`, reason: why });
    };
    if (chosen.hubble === "relay") needed("hubble-relay", relay, "has no copy: flows are seen on each node alone");
    if (chosen.clusterId > 0) needed("clustermesh-apiserver", mesh, "has no copy: other clusters see no services");
    const detail = Object.entries(wanted)
      .map(([key, value]) => `${key} ${value}`)
      .join(", ");
    return { looked: 1, wrong, detail };
  });
}
