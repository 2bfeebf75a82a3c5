import { listAt, type KubeObject } from "../kubernetes/object";
import type { Operator } from "./operator";

const NODE = { apiVersion: "v1", kind: "Node" };
/** Nodes carry it until the agent is on them (https://docs.cilium.io/en/stable/installation/taints/). */
const NOT_READY = "node.cilium.io/agent-not-ready";

/** Cilium's operator, as far as nodes go: what its agent has reached takes pods. */
export const cilium: Operator = {
  name: "cilium",
  deployment: { "app.kubernetes.io/name": "cilium-operator" },
  kinds: [NODE],
  async reconcile({ world }) {
    for (const node of world.list(NODE.apiVersion, NODE.kind)) {
      const taints = listAt<{ key: string }>(node, "spec", "taints");
      const left = taints.filter(({ key }) => key !== NOT_READY);
      if (left.length < taints.length) await world.patch(node as KubeObject, { spec: { taints: left } });
    }
    return false;
  },
};
