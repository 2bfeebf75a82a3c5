import { autoscale } from "../autoscaler";
import { specOf, type KubeObject } from "../object";
import type { ClusterHands } from "./hands";

export function horizontalAutoscaler(cluster: ClusterHands, autoscaler: KubeObject): void {
  const { status, scale, event } = autoscale(cluster.store, autoscaler, (type, value, reason, message) =>
    cluster.condition(autoscaler, type, value, reason, message),
  );
  cluster.status(autoscaler, status);
  if (scale !== undefined) {
    const { target, replicas } = scale;
    cluster.store.put(cluster.resource(target.apiVersion, target.kind), {
      ...target,
      spec: { ...specOf(target), replicas },
    });
  }
  if (event !== undefined) cluster.event(autoscaler, event.type, event.reason, event.message);
}
