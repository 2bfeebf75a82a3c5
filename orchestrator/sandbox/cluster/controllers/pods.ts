import { listOf, specOf, statusOf, type Fields, type KubeObject } from "../object";
import { PROBE, probe, waitsForFiles } from "../probes";
import { schedule } from "../scheduler";
import type { ClusterHands } from "./hands";

/** Scheduler and kubelet in one: a place, an address, running and ready; a pod that ends, ends. */
export function pod(cluster: ClusterHands, pod: KubeObject): void {
  const status = statusOf(pod);
  if (
    ["Succeeded", "Failed"].includes(String(status["phase"])) ||
    (status["phase"] === "Running" && specOf(pod)["nodeName"] !== undefined)
  )
    return lostNode(cluster, pod);
  let placed = pod;
  if (specOf(pod)["nodeName"] === undefined) {
    const found = schedule(cluster.store, pod);
    if ("reason" in found) {
      cluster.status(pod, {
        phase: "Pending",
        conditions: [cluster.condition(pod, "PodScheduled", "False", "Unschedulable", found.reason)],
      });
      return cluster.event(pod, "Warning", "FailedScheduling", found.reason);
    }
    placed = cluster.store.put(cluster.resource("v1", "Pod"), {
      ...pod,
      spec: { ...specOf(pod), nodeName: found.node.metadata.name },
    });
  }
  if (waitsForFiles(placed))
    return cluster.status(placed, {
      phase: "Pending",
      conditions: [cluster.condition(placed, "PodScheduled", "True", "", "")],
    });
  const running = runningStatus(cluster, placed);
  const ends =
    placed.metadata.annotations?.[PROBE] !== undefined ||
    placed.metadata.ownerReferences?.some((owner) => owner.kind === "Job") === true;
  if (!ends) return cluster.status(placed, running);
  const outcome =
    placed.metadata.annotations?.[PROBE] === undefined
      ? { reached: true, log: "" }
      : probe(cluster.store, { ...placed, status: running });
  cluster.store.put(cluster.resource("v1", "Pod"), {
    ...placed,
    metadata: {
      ...placed.metadata,
      annotations: { ...placed.metadata.annotations, "rehearsal.slipway.dev/log": outcome.log },
    },
  });
  const exitCode = outcome.reached ? 0 : 1;
  const containerStatuses = listOf(specOf(placed)["containers"]).map((container) => ({
    name: container["name"],
    ready: false,
    restartCount: 0,
    image: container["image"],
    state: { terminated: { exitCode, reason: exitCode === 0 ? "Completed" : "Error" } },
  }));
  cluster.status(placed, {
    ...running,
    phase: exitCode === 0 ? "Succeeded" : "Failed",
    containerStatuses,
    conditions: [cluster.condition(placed, "Ready", "False", exitCode === 0 ? "PodCompleted" : "PodFailed", "")],
  });
}
function runningStatus(cluster: ClusterHands, pod: KubeObject): Fields {
  const node = cluster.store.find("v1", "Node", String(specOf(pod)["nodeName"]));
  const hostIP =
    listOf(statusOf(node ?? pod)["addresses"]).find((address) => address["type"] === "InternalIP")?.["address"] ?? "";
  // On its node's network a pod has its node's address.
  const podIP = specOf(pod)["hostNetwork"] === true && hostIP !== "" ? hostIP : cluster.nextAddress();
  const containerStatuses = listOf(specOf(pod)["containers"]).map((container) => ({
    name: container["name"],
    ready: true,
    started: true,
    restartCount: 0,
    image: container["image"],
    state: { running: { startedAt: cluster.time() } },
  }));
  const conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) =>
    cluster.condition(pod, type, "True", "", ""),
  );
  return {
    phase: "Running",
    podIP,
    podIPs: [{ ip: podIP }],
    hostIP,
    startTime: cluster.time(),
    conditions,
    containerStatuses,
  };
}
/** A pod whose node is gone is gone too; its owner makes another. */
function lostNode(cluster: ClusterHands, pod: KubeObject): void {
  if (
    statusOf(pod)["phase"] === "Running" &&
    cluster.store.find("v1", "Node", String(specOf(pod)["nodeName"])) === undefined
  )
    cluster.deletePod(pod);
}
