import { randomUUID } from "node:crypto";
import { ObjectLog } from "../object-log";
import { apiVersionOf, type KubeObject, type Resource } from "./object";
import { ResourceTable } from "./resources";

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubeObject;
  /** What it was before a change. */
  readonly before?: KubeObject;
  readonly resource: Resource;
}
export type Watcher = (event: WatchEvent) => void;

/** How many past events a watch may start from; older ones answer 410 Gone, as etcd does after compaction. */
const HISTORY = 2_000;
/** Entry of the log that holds the version of the last deletion. */
const VERSION = "version";

/** The objects of one cluster: on disk, versioned, watched. Knows nothing of HTTP or of what kinds mean. */
export class ClusterStore {
  readonly resources = new ResourceTable();
  private readonly log: ObjectLog<{ resource: string; object: KubeObject }>;
  /** `group/plural` → `namespace/name` → object. */
  private readonly objects = new Map<string, Map<string, KubeObject>>();
  private readonly watchers = new Set<Watcher>();
  private readonly history: { version: number; event: WatchEvent }[] = [];
  private version = 1;

  constructor(
    file: string,
    readonly now: () => Date,
  ) {
    this.log = new ObjectLog(file);
    for (const { resource, object } of this.log.values()) {
      if (resource === VERSION) {
        this.version = Math.max(this.version, Number(object.metadata.resourceVersion));
        continue;
      }
      this.table(resource).set(keyOf(object), object);
      this.version = Math.max(this.version, Number(object.metadata.resourceVersion ?? 0));
      if (object.kind === "CustomResourceDefinition") this.resources.define(object);
    }
  }

  private table(name: string): Map<string, KubeObject> {
    let table = this.objects.get(name);
    if (table === undefined) this.objects.set(name, (table = new Map()));
    return table;
  }
  get resourceVersion(): string {
    return String(this.version);
  }

  get(resource: Resource, name: string, namespace = ""): KubeObject | undefined {
    const found = this.table(tableOf(resource)).get(`${resource.namespaced ? namespace : ""}/${name}`);
    return found && served(found, resource);
  }
  list(resource: Resource, namespace?: string): KubeObject[] {
    const all = [...this.table(tableOf(resource)).values()];
    return all
      .filter((object) => namespace === undefined || namespace === "" || object.metadata.namespace === namespace)
      .map((object) => served(object, resource));
  }
  /** By kind, for controllers; an empty list for kinds the cluster does not serve. */
  kind(apiVersion: string, kind: string, namespace?: string): KubeObject[] {
    const resource = this.resources.ofKind(apiVersion, kind);
    return resource === undefined ? [] : this.list(resource, namespace);
  }
  find(apiVersion: string, kind: string, name: string, namespace?: string): KubeObject | undefined {
    const resource = this.resources.ofKind(apiVersion, kind);
    return resource && this.get(resource, name, namespace);
  }

  /** Writes an object, new or changed; returns what is stored. Unchanged content keeps its version. */
  put(resource: Resource, object: KubeObject): KubeObject {
    const table = this.table(tableOf(resource));
    const key = keyOf(object);
    const before = table.get(key);
    const is = contentOf(object);
    const was = before && (contents.get(before) ?? contentOf(before));
    const specChanged = was !== undefined && was.spec !== is.spec;
    if (before !== undefined && !specChanged && was?.rest === is.rest) return before;
    const metadata = {
      ...object.metadata,
      uid: before?.metadata.uid ?? randomUUID(),
      creationTimestamp: before?.metadata.creationTimestamp ?? stamp(this.now()),
      resourceVersion: String(++this.version),
      generation: before === undefined ? 1 : (before.metadata.generation ?? 1) + (specChanged ? 1 : 0),
    };
    const stored = { ...object, metadata };
    contents.set(stored, is);
    this.log.put(`${tableOf(resource)}|${key}`, { resource: tableOf(resource), object: stored });
    table.set(key, stored);
    if (stored.kind === "CustomResourceDefinition") this.resources.define(stored);
    this.announce(
      before === undefined
        ? { type: "ADDED", object: stored, resource }
        : { type: "MODIFIED", object: stored, before, resource },
    );
    return stored;
  }

  remove(resource: Resource, object: KubeObject): void {
    const table = this.table(tableOf(resource));
    const key = keyOf(object);
    const before = table.get(key);
    if (before === undefined) return;
    this.version++;
    this.log.drop(`${tableOf(resource)}|${key}`);
    // A deletion takes its version along; it is kept by itself, or versions would go back after a restart.
    this.log.put(VERSION, {
      resource: VERSION,
      object: { apiVersion: "", kind: "", metadata: { name: "", resourceVersion: String(this.version) } },
    });
    table.delete(key);
    if (before.kind === "CustomResourceDefinition") this.resources.undefine(before);
    this.announce({
      type: "DELETED",
      object: { ...before, metadata: { ...before.metadata, resourceVersion: String(this.version) } },
      resource,
    });
  }

  private announce(event: WatchEvent): void {
    this.history.push({ version: this.version, event });
    if (this.history.length > HISTORY) this.history.shift();
    this.watchers.forEach((watcher) => watcher(event));
  }
  watch(watcher: Watcher): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
  /** Events after a version; undefined when they are no longer known. */
  since(version: number): WatchEvent[] | undefined {
    if (version >= this.version) return [];
    const oldest = this.history[0]?.version ?? this.version + 1;
    if (version + 1 < oldest) return undefined;
    return this.history.filter((entry) => entry.version > version).map((entry) => entry.event);
  }

  close(): void {
    this.log.close();
  }
}

const tableOf = ({ group, plural }: Resource) => `${group}/${plural}`;
const keyOf = ({ metadata }: KubeObject) => `${metadata.namespace ?? ""}/${metadata.name}`;
/** RFC 3339 without fractions, as the API server writes times. */
export const stamp = (date: Date) => date.toISOString().replace(/\.\d+Z$/, "Z");

/** A kind served in several versions is stored once; it answers in the version asked for. */
function served(object: KubeObject, resource: Resource): KubeObject {
  const apiVersion = apiVersionOf(resource);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}
interface Content {
  readonly spec: string | undefined;
  /** All but the spec and what the server itself writes. */
  readonly rest: string;
}
/** Of what is stored, which does not change: made once, not at every write. */
const contents = new WeakMap<KubeObject, Content>();

/** What makes an object what it is, as text. */
function contentOf({ metadata, spec, ...rest }: KubeObject): Content {
  const { resourceVersion: _v, managedFields, generation: _g, uid: _u, creationTimestamp: _c, ...kept } = metadata;
  const managers = managedFields?.map(({ manager, fieldsV1 }) => [manager, fieldsV1]);
  return { spec: JSON.stringify(spec), rest: JSON.stringify([rest, kept, managers]) };
}
