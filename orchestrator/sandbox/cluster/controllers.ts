import { horizontalAutoscaler } from "./controllers/autoscalers";
import { budget } from "./controllers/budgets";
import { daemonSet } from "./controllers/daemon-sets";
import { establishKinds } from "./controllers/definitions";
import { deployment } from "./controllers/deployments";
import { ClusterHands } from "./controllers/hands";
import { job } from "./controllers/jobs";
import { defaults } from "./controllers/namespaces";
import { pod } from "./controllers/pods";
import { replicaSet } from "./controllers/replica-sets";
import { endpoints } from "./controllers/services";
import { statefulSet } from "./controllers/stateful-sets";
import { fieldsOf, specOf, type KubeObject } from "./object";
import { quotaStatus } from "./quotas";
import type { ClusterStore, WatchEvent } from "./store";
import type { Verbs } from "./verbs";

type Controller = (cluster: ClusterHands, object: KubeObject) => void;
/** What a namespace is put in order by, makers before what they make. */
const controllers: readonly (readonly [apiVersion: string, kind: string, Controller])[] = [
  ["apps/v1", "Deployment", deployment],
  ["apps/v1", "ReplicaSet", replicaSet],
  ["apps/v1", "StatefulSet", statefulSet],
  ["apps/v1", "DaemonSet", daemonSet],
  ["batch/v1", "Job", job],
  ["v1", "Pod", pod],
  ["v1", "Service", endpoints],
  ["policy/v1", "PodDisruptionBudget", budget],
  ["autoscaling/v2", "HorizontalPodAutoscaler", horizontalAutoscaler],
  ["v1", "ResourceQuota", (cluster, quota) => cluster.status(quota, quotaStatus(cluster.store, quota))],
  [
    "v1",
    "PersistentVolumeClaim",
    (cluster, claim) =>
      cluster.status(claim, {
        phase: "Bound",
        accessModes: specOf(claim)["accessModes"],
        capacity: fieldsOf(specOf(claim)["resources"])["requests"],
      }),
  ],
];

/**
 * The small controllers of the embedded cluster: what kube-controller-manager, the scheduler and the kubelets would do
 * of what the platform needs. Driven by changes, settled before anybody waits: a reconciliation runs until nothing
 * changes any more.
 */
export class Controllers {
  private readonly dirty = new Set<string>();
  private scheduled = false;
  private stopped = false;
  private readonly unwatch: () => void;
  private readonly cluster: ClusterHands;

  constructor(
    private readonly store: ClusterStore,
    verbs: Verbs,
  ) {
    this.cluster = new ClusterHands(store, verbs);
    this.unwatch = store.watch((event) => this.changed(event));
    // What changed while nobody ran is settled at the start.
    for (const namespace of store.kind("v1", "Namespace")) this.dirty.add(namespace.metadata.name);
    this.dirty.add("");
    this.wake();
  }

  close(): void {
    this.stopped = true;
    this.unwatch();
  }

  private changed({ object, resource }: WatchEvent): void {
    if (["Event", "Lease", "Secret"].includes(resource.kind)) return;
    if (resource.kind === "Namespace") this.dirty.add(object.metadata.name);
    else if (resource.kind === "Node")
      this.store.kind("v1", "Namespace").forEach((namespace) => this.dirty.add(namespace.metadata.name));
    this.dirty.add(object.metadata.namespace ?? "");
    this.wake();
  }
  private wake(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (!this.stopped) this.settle();
    });
  }

  private settle(): void {
    const namespaces = [...this.dirty];
    this.dirty.clear();
    for (const namespace of namespaces) {
      if (namespace === "") establishKinds(this.cluster);
      else this.namespace(namespace);
    }
  }

  private namespace(name: string): void {
    const namespace = this.store.find("v1", "Namespace", name);
    if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return;
    defaults(this.cluster, name);
    for (const [apiVersion, kind, control] of controllers)
      for (const object of this.store.kind(apiVersion, kind, name)) control(this.cluster, object);
  }
}
