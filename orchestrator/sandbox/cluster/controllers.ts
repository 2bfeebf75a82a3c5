import { createHash } from "node:crypto";
import { autoscale } from "./autoscaler";
import { fieldsOf, listOf, specOf, statusOf, stringsOf, type Fields, type KubeObject, type Resource } from "./object";
import { quotaStatus } from "./quotas";
import { backendsOf, probe, PROBE } from "./probes";
import { eligible, schedule, untolerated } from "./scheduler";
import { selectorMatcher } from "./selectors";
import { ApiError } from "./status";
import { stamp, type ClusterStore, type WatchEvent } from "./store";
import type { Verbs } from "./verbs";

const WRITE = { dryRun: false, manager: "kube-controller-manager", force: true };

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
  private addresses = 0;

  constructor(
    private readonly store: ClusterStore,
    private readonly verbs: Verbs,
  ) {
    // Addresses go on after the highest in use: a count of pods would hand out one that a pod still has.
    this.addresses = Math.max(
      0,
      ...store.kind("v1", "Pod").map((pod) => addressNumber(String(statusOf(pod)["podIP"] ?? ""))),
    );
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
      if (namespace === "") this.establishKinds();
      else this.namespace(namespace);
    }
  }

  private resource(apiVersion: string, kind: string): Resource {
    return this.store.resources.ofKind(apiVersion, kind) as Resource;
  }
  private status(object: KubeObject, status: Fields): void {
    this.verbs.putStatus(this.resource(object.apiVersion, object.kind), object, status);
  }

  private establishKinds(): void {
    for (const definition of this.store.kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")) {
      const { names, versions } = specOf(definition);
      const conditions = ["NamesAccepted", "Established"].map((type) =>
        this.condition(definition, type, "True", "Accepted", "the names are free and served"),
      );
      const stored = listOf(versions)
        .filter((version) => version["storage"] === true)
        .map((version) => version["name"]);
      this.status(definition, { ...statusOf(definition), conditions, acceptedNames: names, storedVersions: stored });
    }
  }

  private namespace(name: string): void {
    const namespace = this.store.find("v1", "Namespace", name);
    if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return;
    this.defaults(name);
    for (const deployment of this.store.kind("apps/v1", "Deployment", name)) this.deployment(deployment);
    for (const set of this.store.kind("apps/v1", "ReplicaSet", name)) this.replicaSet(set);
    for (const set of this.store.kind("apps/v1", "StatefulSet", name)) this.statefulSet(set);
    for (const set of this.store.kind("apps/v1", "DaemonSet", name)) this.daemonSet(set);
    for (const job of this.store.kind("batch/v1", "Job", name)) this.job(job);
    for (const pod of this.store.kind("v1", "Pod", name)) this.pod(pod);
    for (const service of this.store.kind("v1", "Service", name)) this.endpoints(service);
    for (const budget of this.store.kind("policy/v1", "PodDisruptionBudget", name)) this.budget(budget);
    for (const quota of this.store.kind("v1", "ResourceQuota", name))
      this.status(quota, quotaStatus(this.store, quota));
    for (const autoscaler of this.store.kind("autoscaling/v2", "HorizontalPodAutoscaler", name))
      this.autoscaler(autoscaler);
    for (const claim of this.store.kind("v1", "PersistentVolumeClaim", name))
      this.status(claim, {
        phase: "Bound",
        accessModes: specOf(claim)["accessModes"],
        capacity: fieldsOf(specOf(claim)["resources"])["requests"],
      });
  }

  /** What every namespace comes with. */
  private defaults(namespace: string): void {
    if (this.store.find("v1", "ServiceAccount", "default", namespace) === undefined)
      this.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } });
    if (this.store.find("v1", "ConfigMap", "kube-root-ca.crt", namespace) === undefined)
      this.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "kube-root-ca.crt", namespace },
        data: { "ca.crt": "" },
      });
  }

  private create(object: KubeObject): KubeObject {
    return this.verbs.create(this.resource(object.apiVersion, object.kind), object.metadata.namespace, object, WRITE);
  }
  private deletePod(pod: KubeObject): void {
    this.verbs.delete(this.resource("v1", "Pod"), pod.metadata.name, pod.metadata.namespace, false, false);
  }

  private owned(kind: [string, string], owner: KubeObject): KubeObject[] {
    return this.store
      .kind(kind[0], kind[1], owner.metadata.namespace)
      .filter(
        (object) => object.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid) === true,
      );
  }
  private template(owner: KubeObject, name: string, extra: Record<string, string> = {}, spec: Fields = {}): KubeObject {
    const template = fieldsOf(specOf(owner)["template"]);
    const metadata = fieldsOf(template["metadata"]);
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name,
        namespace: owner.metadata.namespace ?? "",
        labels: { ...stringsOf(metadata["labels"]), ...extra },
        annotations: stringsOf(metadata["annotations"]),
        ownerReferences: [reference(owner)],
      },
      spec: { ...fieldsOf(template["spec"]), ...spec },
    };
  }

  /** One replica set per revision of the template; the old one shrinks as the new one becomes ready. */
  private deployment(deployment: KubeObject): void {
    const wanted = Number(specOf(deployment)["replicas"] ?? 1);
    const hash = createHash("sha256")
      .update(JSON.stringify(specOf(deployment)["template"]))
      .digest("hex")
      .slice(0, 10);
    const sets = this.owned(["apps/v1", "ReplicaSet"], deployment);
    const name = `${deployment.metadata.name}-${hash}`;
    let current = sets.find((set) => set.metadata.name === name);
    const template = fieldsOf(specOf(deployment)["template"]);
    const labels = { ...stringsOf(fieldsOf(template["metadata"])["labels"]), "pod-template-hash": hash };
    if (current === undefined) {
      current = this.create({
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
    } else if (specOf(current)["replicas"] !== wanted) this.scale(current, wanted);
    const ready = Number(statusOf(current)["readyReplicas"] ?? 0);
    if (ready >= wanted)
      for (const old of sets) if (old.metadata.name !== name && specOf(old)["replicas"] !== 0) this.scale(old, 0);
    const failure = listOf(statusOf(current)["conditions"]).find((condition) => condition["type"] === "ReplicaFailure");
    const available = ready >= wanted;
    this.status(deployment, {
      observedGeneration: deployment.metadata.generation,
      replicas: Number(statusOf(current)["replicas"] ?? 0),
      updatedReplicas: Number(statusOf(current)["replicas"] ?? 0),
      readyReplicas: ready,
      availableReplicas: ready,
      ...(available ? {} : { unavailableReplicas: wanted - ready }),
      conditions: [
        this.condition(
          deployment,
          "Available",
          available ? "True" : "False",
          available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
          available ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
        ),
        this.condition(
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
  private scale(set: KubeObject, replicas: number): void {
    this.store.put(this.resource(set.apiVersion, set.kind), { ...set, spec: { ...specOf(set), replicas } });
  }

  private replicaSet(set: KubeObject): void {
    const live = this.store.find("apps/v1", "ReplicaSet", set.metadata.name, set.metadata.namespace);
    if (live === undefined) return;
    const wanted = Number(specOf(live)["replicas"] ?? 1);
    const pods = this.owned(["v1", "Pod"], live);
    let failure: string | undefined;
    for (let n = pods.length; n < wanted && failure === undefined; n++)
      failure = this.tryCreate(this.template(live, this.freeName(live, `${live.metadata.name}-`)), live);
    for (const pod of pods.slice(wanted)) this.deletePod(pod);
    const now = this.owned(["v1", "Pod"], live);
    this.status(live, {
      replicas: now.length,
      readyReplicas: now.filter(isReady).length,
      availableReplicas: now.filter(isReady).length,
      observedGeneration: live.metadata.generation,
      ...(failure ? { conditions: [this.condition(live, "ReplicaFailure", "True", "FailedCreate", failure)] } : {}),
    });
  }

  /** Admission may refuse a pod: the reason goes where people look for it, the owner's events and status. */
  private tryCreate(pod: KubeObject, owner: KubeObject): string | undefined {
    try {
      this.create(pod);
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.event(owner, "Warning", "FailedCreate", `Error creating: ${error.message}`);
      return error.message;
    }
  }
  private freeName(owner: KubeObject, prefix: string): string {
    for (let n = 0; ; n++) {
      const name = `${prefix}${createHash("sha256")
        .update(`${owner.metadata.uid ?? ""}/${n}`)
        .digest("hex")
        .slice(0, 5)}`;
      if (this.store.find("v1", "Pod", name, owner.metadata.namespace) === undefined) return name;
    }
  }

  private statefulSet(set: KubeObject): void {
    const wanted = Number(specOf(set)["replicas"] ?? 1);
    const pods = this.owned(["v1", "Pod"], set);
    for (let n = 0; n < wanted; n++) {
      const name = `${set.metadata.name}-${n}`;
      if (
        pods.every((pod) => pod.metadata.name !== name) &&
        this.tryCreate(this.template(set, name, { "statefulset.kubernetes.io/pod-name": name }), set) !== undefined
      )
        break;
    }
    for (const pod of pods) if (Number(pod.metadata.name.split("-").at(-1)) >= wanted) this.deletePod(pod);
    const now = this.owned(["v1", "Pod"], set);
    this.status(set, {
      replicas: now.length,
      readyReplicas: now.filter(isReady).length,
      availableReplicas: now.filter(isReady).length,
      updatedReplicas: now.length,
      currentReplicas: now.length,
      observedGeneration: set.metadata.generation,
    });
  }

  private daemonSet(set: KubeObject): void {
    const podSpec = fieldsOf(fieldsOf(specOf(set)["template"])["spec"]);
    // Daemon pods tolerate what nodes go through.
    const nodes = this.store
      .kind("v1", "Node")
      .filter((node) => eligible(node, podSpec) && untolerated(node, podSpec) === undefined);
    const pods = this.owned(["v1", "Pod"], set);
    for (const node of nodes) {
      if (pods.some((pod) => specOf(pod)["nodeName"] === node.metadata.name)) continue;
      if (
        this.tryCreate(
          this.template(set, this.freeName(set, `${set.metadata.name}-`), {}, { nodeName: node.metadata.name }),
          set,
        ) !== undefined
      )
        break;
    }
    for (const pod of pods)
      if (!nodes.some((node) => node.metadata.name === specOf(pod)["nodeName"])) this.deletePod(pod);
    const ready = this.owned(["v1", "Pod"], set).filter(isReady).length;
    this.status(set, {
      desiredNumberScheduled: nodes.length,
      currentNumberScheduled: nodes.length,
      updatedNumberScheduled: nodes.length,
      numberReady: ready,
      numberAvailable: ready,
      numberMisscheduled: 0,
      observedGeneration: set.metadata.generation,
    });
  }

  private job(job: KubeObject): void {
    const pods = this.owned(["v1", "Pod"], job);
    const done = pods.find((pod) => statusOf(pod)["phase"] === "Succeeded");
    const broken = pods.filter((pod) => statusOf(pod)["phase"] === "Failed");
    if (pods.length === 0)
      this.tryCreate(
        this.template(job, this.freeName(job, `${job.metadata.name}-`), { "job-name": job.metadata.name }),
        job,
      );
    const conditions = done
      ? [this.condition(job, "Complete", "True", "CompletionsReached", "Reached expected number of succeeded pods")]
      : broken.length > 0
        ? [this.condition(job, "Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit")]
        : [];
    this.status(job, {
      active: done || broken.length > 0 ? 0 : pods.length,
      succeeded: done ? 1 : 0,
      failed: broken.length,
      conditions,
      ...(done ? { completionTime: statusOf(job)["completionTime"] ?? this.time() } : {}),
    });
  }

  /** Scheduler and kubelet in one: a place, an address, running and ready; a pod that ends, ends. */
  private pod(pod: KubeObject): void {
    const status = statusOf(pod);
    if (
      ["Succeeded", "Failed"].includes(String(status["phase"])) ||
      (status["phase"] === "Running" && specOf(pod)["nodeName"] !== undefined)
    )
      return this.lostNode(pod);
    let placed = pod;
    if (specOf(pod)["nodeName"] === undefined) {
      const found = schedule(this.store, pod);
      if ("reason" in found) {
        this.status(pod, {
          phase: "Pending",
          conditions: [this.condition(pod, "PodScheduled", "False", "Unschedulable", found.reason)],
        });
        return this.event(pod, "Warning", "FailedScheduling", found.reason);
      }
      placed = this.store.put(this.resource("v1", "Pod"), {
        ...pod,
        spec: { ...specOf(pod), nodeName: found.node.metadata.name },
      });
    }
    const n = ++this.addresses;
    const podIP = address(n);
    const running = this.runningStatus(placed, podIP);
    const ends =
      placed.metadata.annotations?.[PROBE] !== undefined ||
      placed.metadata.ownerReferences?.some((owner) => owner.kind === "Job") === true;
    if (!ends) return this.status(placed, running);
    const outcome =
      placed.metadata.annotations?.[PROBE] === undefined
        ? { reached: true, log: "" }
        : probe(this.store, { ...placed, status: running });
    this.store.put(this.resource("v1", "Pod"), {
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
    this.status(placed, {
      ...running,
      phase: exitCode === 0 ? "Succeeded" : "Failed",
      containerStatuses,
      conditions: [this.condition(placed, "Ready", "False", exitCode === 0 ? "PodCompleted" : "PodFailed", "")],
    });
  }
  private runningStatus(pod: KubeObject, podIP: string): Fields {
    const node = this.store.find("v1", "Node", String(specOf(pod)["nodeName"]));
    const hostIP =
      listOf(statusOf(node ?? pod)["addresses"]).find((address) => address["type"] === "InternalIP")?.["address"] ?? "";
    const containerStatuses = listOf(specOf(pod)["containers"]).map((container) => ({
      name: container["name"],
      ready: true,
      started: true,
      restartCount: 0,
      image: container["image"],
      state: { running: { startedAt: this.time() } },
    }));
    const conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) =>
      this.condition(pod, type, "True", "", ""),
    );
    return {
      phase: "Running",
      podIP,
      podIPs: [{ ip: podIP }],
      hostIP,
      startTime: this.time(),
      conditions,
      containerStatuses,
    };
  }
  /** A pod whose node is gone is gone too; its owner makes another. */
  private lostNode(pod: KubeObject): void {
    if (
      statusOf(pod)["phase"] === "Running" &&
      this.store.find("v1", "Node", String(specOf(pod)["nodeName"])) === undefined
    )
      this.deletePod(pod);
  }

  private endpoints(service: KubeObject): void {
    if (specOf(service)["selector"] === undefined) return;
    const backends = backendsOf(this.store, service);
    const name = `${service.metadata.name}-slice`;
    const ports = listOf(specOf(service)["ports"]).map((port) => ({
      name: port["name"] ?? "",
      port: port["targetPort"],
      protocol: port["protocol"] ?? "TCP",
    }));
    const slice: KubeObject = {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name,
        namespace: service.metadata.namespace ?? "",
        labels: { "kubernetes.io/service-name": service.metadata.name },
        ownerReferences: [reference(service)],
      },
      addressType: "IPv4",
      ports,
      endpoints: backends.map((pod) => ({
        addresses: [statusOf(pod)["podIP"]],
        conditions: { ready: true, serving: true },
        targetRef: { kind: "Pod", name: pod.metadata.name, namespace: pod.metadata.namespace },
      })),
    };
    this.store.put(this.resource("discovery.k8s.io/v1", "EndpointSlice"), slice);
    const subsets =
      backends.length === 0 ? [] : [{ addresses: backends.map((pod) => ({ ip: statusOf(pod)["podIP"] })), ports }];
    this.store.put(this.resource("v1", "Endpoints"), {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: {
        name: service.metadata.name,
        namespace: service.metadata.namespace ?? "",
        ownerReferences: [reference(service)],
      },
      subsets,
    });
  }

  private budget(budget: KubeObject): void {
    const { selector, minAvailable, maxUnavailable } = specOf(budget);
    const matches = selectorMatcher(selector);
    const pods = this.store
      .kind("v1", "Pod", budget.metadata.namespace)
      .filter((pod) => matches(pod.metadata.labels ?? {}));
    const share = (value: unknown) =>
      typeof value === "string" && value.endsWith("%")
        ? Math.ceil((pods.length * Number(value.slice(0, -1))) / 100)
        : Number(value);
    const desiredHealthy =
      minAvailable !== undefined ? share(minAvailable) : Math.max(0, pods.length - share(maxUnavailable ?? 0));
    const currentHealthy = pods.filter(isReady).length;
    this.status(budget, {
      expectedPods: pods.length,
      currentHealthy,
      desiredHealthy,
      disruptionsAllowed: Math.max(0, currentHealthy - desiredHealthy),
      observedGeneration: budget.metadata.generation,
    });
  }

  private autoscaler(autoscaler: KubeObject): void {
    const { status, scale, event } = autoscale(this.store, autoscaler, (type, value, reason, message) =>
      this.condition(autoscaler, type, value, reason, message),
    );
    this.status(autoscaler, status);
    if (scale !== undefined) this.scale(scale.target, scale.replicas);
    if (event !== undefined) this.event(autoscaler, event.type, event.reason, event.message);
  }

  private event(about: KubeObject, type: string, reason: string, message: string): void {
    const name = `${about.metadata.name}.${createHash("sha256").update(`${reason}${message}`).digest("hex").slice(0, 16)}`;
    if (this.store.find("v1", "Event", name, about.metadata.namespace) !== undefined) return;
    const involvedObject = {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name: about.metadata.name,
      namespace: about.metadata.namespace,
      uid: about.metadata.uid,
    };
    this.store.put(this.resource("v1", "Event"), {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace: about.metadata.namespace ?? "default" },
      involvedObject,
      type,
      reason,
      message,
      count: 1,
      firstTimestamp: this.time(),
      lastTimestamp: this.time(),
    });
  }

  private time(): string {
    return stamp(this.store.now());
  }
  /** A condition keeps its transition time while its status stays. */
  private condition(object: KubeObject, type: string, status: string, reason: string, message: string): Fields {
    const before = listOf(statusOf(object)["conditions"]).find((condition) => condition["type"] === type);
    const lastTransitionTime = before?.["status"] === status ? before["lastTransitionTime"] : this.time();
    return { type, status, reason, message, lastTransitionTime };
  }
}

function isReady(pod: KubeObject): boolean {
  return listOf(statusOf(pod)["conditions"]).some(
    (condition) => condition["type"] === "Ready" && condition["status"] === "True",
  );
}
function reference(owner: KubeObject) {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The nth pod address, of the range EKS gives to pods outside the VPC's own (100.64.0.0/10). */
function address(n: number): string {
  return `100.64.${Math.floor(n / 250) % 250}.${(n % 250) + 1}`;
}

/** Which one it is; 0 for no address. */
function addressNumber(ip: string): number {
  const [, , third = 0, fourth = 1] = ip.split(".").map(Number);
  return third * 250 + fourth - 1;
}
