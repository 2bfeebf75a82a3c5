import * as path from "node:path";
import { Controllers } from "../../../../orchestrator/sandbox/cluster/controllers";
import type { KubeObject, Resource } from "../../../../orchestrator/sandbox/cluster/object";
import { ApiError } from "../../../../orchestrator/sandbox/cluster/status";
import { ClusterStore } from "../../../../orchestrator/sandbox/cluster/store";
import { Verbs, type WriteOptions } from "../../../../orchestrator/sandbox/cluster/verbs";
import { useFolder } from "../../../support/folder";

export const WRITE: WriteOptions = { dryRun: false, manager: "test", force: false };

/** The objects of a cluster without server; its clock stands still. */
export class World {
  readonly store: ClusterStore;
  readonly verbs: Verbs;
  private controllers: Controllers | undefined;

  constructor(readonly file: string) {
    this.store = new ClusterStore(file, () => new Date(0));
    this.verbs = new Verbs(this.store);
    for (const name of ["default", "other"]) this.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    for (const namespace of ["default", "other"])
      this.put({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } });
  }

  resource(apiVersion: string, kind: string): Resource {
    const found = this.store.resources.ofKind(apiVersion, kind);
    if (found === undefined) throw new Error(`${apiVersion} ${kind} is not served`);
    return found;
  }
  /** Past admission. */
  put(object: KubeObject): KubeObject {
    return this.store.put(this.resource(object.apiVersion, object.kind), object);
  }
  create(object: KubeObject, options: WriteOptions = WRITE): KubeObject {
    const kind = this.resource(object.apiVersion, object.kind);
    return this.verbs.create(
      kind,
      kind.namespaced ? (object.metadata.namespace ?? "default") : undefined,
      object,
      options,
    );
  }
  find(kind: string, name: string, apiVersion = "v1", namespace = "default"): KubeObject | undefined {
    const resource = this.resource(apiVersion, kind);
    return this.store.get(resource, name, resource.namespaced ? namespace : undefined);
  }
  list(kind: string, apiVersion = "v1", namespace = "default"): KubeObject[] {
    return this.store.kind(apiVersion, kind, namespace);
  }

  /** Lets the controllers work until nothing changes any more. */
  async settle(): Promise<void> {
    this.controllers ??= new Controllers(this.store, this.verbs);
    for (let version = ""; version !== this.store.resourceVersion;) {
      version = this.store.resourceVersion;
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    }
  }
  close(): void {
    this.controllers?.close();
    this.store.close();
  }
}

/** A world for each test of the surrounding suite. */
export function useWorld(): () => World {
  const folder = useFolder();
  let world: World;
  beforeEach(() => {
    world = new World(path.join(folder(), "objects.jsonl"));
  });
  afterEach(() => world.close());
  return () => world;
}

/** What the API refuses with. */
export function refusal(act: () => unknown): ApiError {
  try {
    act();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error("not refused");
}

export const configMap = (data: Record<string, string>, metadata: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", namespace: "default", ...metadata },
  data,
});
export const pod = (name: string, spec: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default", ...metadata },
  spec: { containers: [{ name: "app", image: "x" }], ...spec },
});
export const node = (name: string, { labels = {}, taints = [], allocatable = {} } = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels },
  spec: { taints },
  status: {
    allocatable: { cpu: "2", memory: "4Gi", pods: "10", ...allocatable },
    addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
  },
});
export const workload = (kind: string, spec: object = {}, name = "web"): KubeObject => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name, namespace: "default" },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "app", image: "x" }] } },
    ...spec,
  },
});
