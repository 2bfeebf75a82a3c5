import { createHash } from "node:crypto";
import { fieldsOf, listOf, specOf, statusOf, stringsOf, type Fields, type KubeObject, type Resource } from "../object";
import { ApiError } from "../status";
import { stamp, type ClusterStore } from "../store";
import type { Verbs } from "../verbs";

const WRITE = { dryRun: false, manager: "kube-controller-manager", force: true };

/** What every controller does alike: finding, making and telling. */
export class ClusterHands {
  private addresses: number;

  constructor(
    readonly store: ClusterStore,
    readonly verbs: Verbs,
  ) {
    // Addresses go on after the highest in use: a count of pods would hand out one that a pod still has.
    this.addresses = Math.max(
      0,
      ...store.kind("v1", "Pod").map((pod) => addressNumber(String(statusOf(pod)["podIP"] ?? ""))),
    );
  }

  /** A kind the cluster serves for certain. */
  resource(apiVersion: string, kind: string): Resource {
    return this.store.resources.ofKind(apiVersion, kind) as Resource;
  }

  status(object: KubeObject, status: Fields): void {
    this.verbs.putStatus(this.resource(object.apiVersion, object.kind), object, status);
  }

  create(object: KubeObject): KubeObject {
    return this.verbs.create(this.resource(object.apiVersion, object.kind), object.metadata.namespace, object, WRITE);
  }

  deletePod(pod: KubeObject): void {
    this.verbs.delete(this.resource("v1", "Pod"), pod.metadata.name, pod.metadata.namespace, false, false);
  }

  /** What an object made. */
  owned(kind: [string, string], owner: KubeObject): KubeObject[] {
    return this.store
      .kind(kind[0], kind[1], owner.metadata.namespace)
      .filter(
        (object) => object.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid) === true,
      );
  }

  /** The pod an owner's template describes. */
  template(owner: KubeObject, name: string, extra: Record<string, string> = {}, spec: Fields = {}): KubeObject {
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

  /** Admission may refuse a pod: the reason goes where people look for it, the owner's events and status. */
  tryCreate(pod: KubeObject, owner: KubeObject): string | undefined {
    try {
      this.create(pod);
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.event(owner, "Warning", "FailedCreate", `Error creating: ${error.message}`);
      return error.message;
    }
  }

  /** A name for one more pod; the same owner comes to the same names. */
  freeName(owner: KubeObject, prefix: string): string {
    for (let n = 0; ; n++) {
      const name = `${prefix}${createHash("sha256")
        .update(`${owner.metadata.uid ?? ""}/${n}`)
        .digest("hex")
        .slice(0, 5)}`;
      if (this.store.find("v1", "Pod", name, owner.metadata.namespace) === undefined) return name;
    }
  }

  /** Told once of each thing. */
  event(about: KubeObject, type: string, reason: string, message: string): void {
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

  time(): string {
    return stamp(this.store.now());
  }

  /** A condition keeps its transition time while its status stays. */
  condition(object: KubeObject, type: string, status: string, reason: string, message: string): Fields {
    const before = listOf(statusOf(object)["conditions"]).find((condition) => condition["type"] === type);
    const lastTransitionTime = before?.["status"] === status ? before["lastTransitionTime"] : this.time();
    return { type, status, reason, message, lastTransitionTime };
  }

  /** An address no pod has. */
  nextAddress(): string {
    return address(++this.addresses);
  }
}

export function isReady(pod: KubeObject): boolean {
  return listOf(statusOf(pod)["conditions"]).some(
    (condition) => condition["type"] === "Ready" && condition["status"] === "True",
  );
}

export function reference(owner: KubeObject) {
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
