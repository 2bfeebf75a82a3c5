import { fieldsOf, specOf, type KubeObject } from "../object";
import { eligible, untolerated } from "../scheduler";
import { isReady, type ClusterHands } from "./hands";

export function daemonSet(cluster: ClusterHands, set: KubeObject): void {
  const podSpec = fieldsOf(fieldsOf(specOf(set)["template"])["spec"]);
  // Daemon pods tolerate what nodes go through.
  const nodes = cluster.store
    .kind("v1", "Node")
    .filter((node) => eligible(node, podSpec) && untolerated(node, podSpec) === undefined);
  const pods = cluster.owned(["v1", "Pod"], set);
  for (const node of nodes) {
    if (pods.some((pod) => specOf(pod)["nodeName"] === node.metadata.name)) continue;
    if (
      cluster.tryCreate(
        cluster.template(set, cluster.freeName(set, `${set.metadata.name}-`), {}, { nodeName: node.metadata.name }),
        set,
      ) !== undefined
    )
      break;
  }
  for (const pod of pods)
    if (!nodes.some((node) => node.metadata.name === specOf(pod)["nodeName"])) cluster.deletePod(pod);
  const ready = cluster.owned(["v1", "Pod"], set).filter(isReady).length;
  cluster.status(set, {
    desiredNumberScheduled: nodes.length,
    currentNumberScheduled: nodes.length,
    updatedNumberScheduled: nodes.length,
    numberReady: ready,
    numberAvailable: ready,
    numberMisscheduled: 0,
    observedGeneration: set.metadata.generation,
  });
}
