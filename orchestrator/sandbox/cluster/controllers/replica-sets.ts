import { specOf, type KubeObject } from "../object";
import { isReady, type ClusterHands } from "./hands";

export function replicaSet(cluster: ClusterHands, set: KubeObject): void {
  const live = cluster.store.find("apps/v1", "ReplicaSet", set.metadata.name, set.metadata.namespace);
  if (live === undefined) return;
  const wanted = Number(specOf(live)["replicas"] ?? 1);
  const pods = cluster.owned(["v1", "Pod"], live);
  let failure: string | undefined;
  for (let n = pods.length; n < wanted && failure === undefined; n++)
    failure = cluster.tryCreate(cluster.template(live, cluster.freeName(live, `${live.metadata.name}-`)), live);
  for (const pod of pods.slice(wanted)) cluster.deletePod(pod);
  const now = cluster.owned(["v1", "Pod"], live);
  cluster.status(live, {
    replicas: now.length,
    readyReplicas: now.filter(isReady).length,
    availableReplicas: now.filter(isReady).length,
    observedGeneration: live.metadata.generation,
    ...(failure ? { conditions: [cluster.condition(live, "ReplicaFailure", "True", "FailedCreate", failure)] } : {}),
  });
}
