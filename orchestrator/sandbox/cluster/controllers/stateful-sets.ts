import { claimsOf } from "../claims";
import { specOf, type KubeObject } from "../object";
import { isReady, type ClusterHands } from "./hands";

export function statefulSet(cluster: ClusterHands, set: KubeObject): void {
  const wanted = Number(specOf(set)["replicas"] ?? 1);
  const pods = cluster.owned(["v1", "Pod"], set);
  for (let n = 0; n < wanted; n++) {
    const name = `${set.metadata.name}-${n}`;
    for (const claim of claimsOf(set, name))
      if (cluster.store.find("v1", claim.kind, claim.metadata.name, claim.metadata.namespace) === undefined)
        cluster.create(claim);
    if (
      pods.every((pod) => pod.metadata.name !== name) &&
      cluster.tryCreate(cluster.template(set, name, { "statefulset.kubernetes.io/pod-name": name }), set) !== undefined
    )
      break;
  }
  for (const pod of pods) if (Number(pod.metadata.name.split("-").at(-1)) >= wanted) cluster.deletePod(pod);
  const now = cluster.owned(["v1", "Pod"], set);
  cluster.status(set, {
    replicas: now.length,
    readyReplicas: now.filter(isReady).length,
    availableReplicas: now.filter(isReady).length,
    updatedReplicas: now.length,
    currentReplicas: now.length,
    observedGeneration: set.metadata.generation,
  });
}
