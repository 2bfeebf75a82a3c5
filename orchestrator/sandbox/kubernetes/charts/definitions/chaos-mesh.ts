import { definition, fields, int, list, map, open, text } from "../schema";
import { networkChaosBounds } from "./bounds/network-chaos";
import { podChaosBounds } from "./bounds/pod-chaos";

/** Kinds of Chaos Mesh 2.8.3: the two that drills write, with the fields they use, and the others open. */
const GROUP = "chaos-mesh.org";

const selector = fields({
  namespaces: list(text()),
  labelSelectors: map,
  annotationSelectors: map,
  expressionSelectors: list(open),
  fieldSelectors: map,
  nodeSelectors: map,
  nodes: list(text()),
  podPhaseSelectors: list(text()),
  pods: { type: "object", additionalProperties: list(text()) },
});
const target = {
  "selector!": selector,
  "mode!": text("one", "all", "fixed", "fixed-percent", "random-max-percent"),
  value: text(),
  duration: text(),
};
const podChaos = fields({
  ...target,
  "action!": text("pod-kill", "pod-failure", "container-kill"),
  containerNames: list(text()),
  gracePeriod: int,
});
const networkChaos = fields({
  ...target,
  "action!": text("netem", "delay", "loss", "duplicate", "corrupt", "partition", "bandwidth"),
  delay: fields({ "latency!": text(), correlation: text(), jitter: text() }),
  direction: text("to", "from", "both"),
  target: open,
  externalTargets: list(text()),
});

/** Kind, or kind and plural where that is irregular. */
const others: readonly (string | readonly [string, string])[] = [
  ["AWSChaos", "awschaos"],
  ["AzureChaos", "azurechaos"],
  ["BlockChaos", "blockchaos"],
  ["DNSChaos", "dnschaos"],
  ["GCPChaos", "gcpchaos"],
  ["HTTPChaos", "httpchaos"],
  ["IOChaos", "iochaos"],
  ["JVMChaos", "jvmchaos"],
  ["KernelChaos", "kernelchaos"],
  ["PhysicalMachineChaos", "physicalmachinechaos"],
  "PhysicalMachine",
  ["PodHttpChaos", "podhttpchaos"],
  ["PodIOChaos", "podiochaos"],
  ["PodNetworkChaos", "podnetworkchaos"],
  "Schedule",
  "StatusCheck",
  ["StressChaos", "stresschaos"],
  ["TimeChaos", "timechaos"],
  "WorkflowNode",
  "Workflow",
];

export const chaosMeshDefinitions = [
  definition({
    group: GROUP,
    kind: "PodChaos",
    plural: "podchaos",
    versions: ["v1alpha1"],
    spec: podChaos,
    bounds: podChaosBounds,
  }),
  definition({
    group: GROUP,
    kind: "NetworkChaos",
    plural: "networkchaos",
    versions: ["v1alpha1"],
    spec: networkChaos,
    bounds: networkChaosBounds,
  }),
  ...others.map((one) => {
    const [kind, plural] = typeof one === "string" ? [one, `${one.toLowerCase()}s`] : one;
    return definition({ group: GROUP, kind, plural, versions: ["v1alpha1"] });
  }),
  definition({ group: GROUP, kind: "RemoteCluster", scope: "Cluster", versions: ["v1alpha1"] }),
];
