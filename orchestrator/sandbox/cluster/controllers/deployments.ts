import { createHash } from "node:crypto";
import { fieldsOf, listOf, specOf, statusOf, stringsOf, type KubeObject } from "../object";
import { reference, type ClusterHands } from "./hands";

/** One replica set per revision of the template; the old one shrinks as the new one becomes ready. */
export function deployment(cluster: ClusterHands, deployment: KubeObject): void {
  const wanted = Number(specOf(deployment)["replicas"] ?? 1);
  const hash = createHash("sha256")
    .update(JSON.stringify(specOf(deployment)["template"]))
    .digest("hex")
    .slice(0, 10);
  const sets = cluster.owned(["apps/v1", "ReplicaSet"], deployment);
  const name = `${deployment.metadata.name}-${hash}`;
  let current = sets.find((set) => set.metadata.name === name);
  const template = fieldsOf(specOf(deployment)["template"]);
  const labels = { ...stringsOf(fieldsOf(template["metadata"])["labels"]), "pod-template-hash": hash };
  if (current === undefined) {
    current = cluster.create({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name,
        namespace: deployment.metadata.namespace ?? "",
        labels,
        ownerReferences: [reference(deployment)],
      },
      spec: {
        replicas: wanted,
        selector: { matchLabels: labels },
        template: { ...template, metadata: { ...fieldsOf(template["metadata"]), labels } },
      },
    });
  } else if (specOf(current)["replicas"] !== wanted) scale(cluster, current, wanted);
  const ready = Number(statusOf(current)["readyReplicas"] ?? 0);
  if (ready >= wanted)
    for (const old of sets) if (old.metadata.name !== name && specOf(old)["replicas"] !== 0) scale(cluster, old, 0);
  const failure = listOf(statusOf(current)["conditions"]).find((condition) => condition["type"] === "ReplicaFailure");
  const available = ready >= wanted;
  cluster.status(deployment, {
    observedGeneration: deployment.metadata.generation,
    replicas: Number(statusOf(current)["replicas"] ?? 0),
    updatedReplicas: Number(statusOf(current)["replicas"] ?? 0),
    readyReplicas: ready,
    availableReplicas: ready,
    ...(available ? {} : { unavailableReplicas: wanted - ready }),
    conditions: [
      cluster.condition(
        deployment,
        "Available",
        available ? "True" : "False",
        available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        available ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
      ),
      cluster.condition(
        deployment,
        "Progressing",
        "True",
        available ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
        `ReplicaSet "${name}" ${available ? "has successfully progressed." : "is progressing."}`,
      ),
      ...(failure === undefined ? [] : [failure]),
    ],
  });
}
function scale(cluster: ClusterHands, set: KubeObject, replicas: number): void {
  cluster.store.put(cluster.resource(set.apiVersion, set.kind), { ...set, spec: { ...specOf(set), replicas } });
}
