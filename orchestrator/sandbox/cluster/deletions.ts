import { fieldsOf, listOf, specOf, statusOf, type KubeObject, type Resource } from "./object";
import { stamp, type ClusterStore } from "./store";

/** How objects go: marked while they have finalizers, then gone with what they owned; a namespace once it is empty. */
export class Deletions {
  constructor(private readonly store: ClusterStore) {}

  delete(resource: Resource, object: KubeObject, orphan: boolean): KubeObject {
    const finalizers = [
      ...(object.metadata.finalizers ?? []),
      ...(resource.kind === "Namespace" ? ["kubernetes"] : []),
    ];
    if (orphan) this.disown(object);
    if (finalizers.length === 0) {
      this.finish(resource, object);
      return object;
    }
    if (object.metadata.deletionTimestamp !== undefined) return object;
    const dying = {
      ...object,
      metadata: { ...object.metadata, deletionTimestamp: stamp(this.store.now()) },
      ...(resource.kind === "Namespace" ? { status: { ...statusOf(object), phase: "Terminating" } } : {}),
    };
    const stored = this.store.put(resource, dying);
    if (resource.kind === "Namespace") this.emptyNamespace(stored);
    return stored;
  }

  /** An object that is gone takes along what it owned. */
  finish(resource: Resource, object: KubeObject): void {
    this.store.remove(resource, object);
    if (resource.kind === "CustomResourceDefinition") this.removeInstances(object);
    for (const { dependent, kind } of this.dependentsOf(object)) this.deleteLive(kind, dependent);
    const namespace =
      object.metadata.namespace === undefined
        ? undefined
        : this.store.find("v1", "Namespace", object.metadata.namespace);
    if (namespace?.metadata.deletionTimestamp !== undefined) this.emptyNamespace(namespace);
  }

  /** Deletes what is still there; something else may have taken it along. */
  private deleteLive(kind: Resource, { metadata: { name, namespace } }: KubeObject): void {
    const live = this.store.get(kind, name, namespace);
    if (live !== undefined) this.delete(kind, live, false);
  }
  /** Every kind once, whatever its versions. */
  private kinds(): Resource[] {
    const once = new Map(this.store.resources.all().map((kind) => [`${kind.group}/${kind.plural}`, kind]));
    return [...once.values()];
  }

  private removeInstances(definition: KubeObject): void {
    const { group, names, versions, scope } = specOf(definition);
    const [version] = listOf(versions);
    const { plural, kind } = fieldsOf(names);
    const resource: Resource = {
      group: String(group),
      version: String(version?.["name"]),
      kind: String(kind),
      plural: String(plural),
      namespaced: scope === "Namespaced",
    };
    this.store.list(resource).forEach((object) => this.store.remove(resource, object));
  }

  private *dependentsOf(owner: KubeObject): Iterable<{ dependent: KubeObject; kind: Resource }> {
    for (const kind of this.kinds())
      for (const dependent of this.store.list(kind))
        if (dependent.metadata.ownerReferences?.some((reference) => reference.uid === owner.metadata.uid))
          yield { dependent, kind };
  }
  private disown(owner: KubeObject): void {
    for (const { dependent, kind } of this.dependentsOf(owner))
      this.store.put(kind, {
        ...dependent,
        metadata: {
          ...dependent.metadata,
          ownerReferences:
            dependent.metadata.ownerReferences?.filter((reference) => reference.uid !== owner.metadata.uid) ?? [],
        },
      });
  }

  /** A namespace is gone when everything in it is. */
  private emptyNamespace(namespace: KubeObject): void {
    let left = 0;
    for (const kind of this.kinds().filter((resource) => resource.namespaced))
      for (const object of this.store.list(kind, namespace.metadata.name)) {
        if (object.metadata.deletionTimestamp === undefined) this.deleteLive(kind, object);
        if (this.store.get(kind, object.metadata.name, object.metadata.namespace)) left++;
      }
    const resource = this.store.resources.ofKind("v1", "Namespace");
    if (left === 0 && resource && this.store.get(resource, namespace.metadata.name))
      this.store.remove(resource, namespace);
  }
}
