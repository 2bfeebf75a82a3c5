import type { KubeApi, WatchEvent } from "../kubernetes/api";
import { pathOf, refOf, type Condition, type KubeObject, type ObjectRef } from "../kubernetes/object";

export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

const keyOf = ({ apiVersion, kind }: Kind): string => `${apiVersion}/${kind}`;
/** A definition that was just made is not always served at once. */
const RETRY_MS = 100;

/** What one cluster holds, as its controllers see it: kinds followed by list and watch, and writes that show at once. */
export class World {
  private readonly caches = new Map<string, Map<string, KubeObject>>();
  private readonly starting = new Set<string>();
  private readonly ending = new AbortController();

  constructor(
    readonly api: KubeApi,
    private readonly changed: (kind: string) => void,
  ) {}

  /** Follows a kind from now on; one that is not served yet is taken up when it is. */
  async follow(kind: Kind): Promise<void> {
    const key = keyOf(kind);
    if (this.caches.has(key) || this.starting.has(key) || this.ending.signal.aborted) return;
    this.starting.add(key);
    try {
      if ((await this.api.serves(kind.apiVersion, kind.kind)) === undefined) return;
      const cache = new Map<string, KubeObject>();
      const reset = (items: KubeObject[]) => {
        cache.clear();
        for (const item of items) cache.set(pathOf(item.metadata), item);
        this.caches.set(key, cache);
        this.changed(kind.kind);
      };
      const event = ({ type, object }: WatchEvent) => {
        const path = pathOf(object.metadata);
        if (type === "DELETED") cache.delete(path);
        else if (isNewer(object, cache.get(path))) cache.set(path, { ...object, ...kind });
        this.changed(kind.kind);
      };
      await this.api.follow(kind, { reset, event }, this.ending.signal);
    } catch {
      // The server is on its way down or up: asked again.
      if (!this.ending.signal.aborted) setTimeout(() => this.changed(kind.kind), RETRY_MS).unref();
    } finally {
      this.starting.delete(key);
    }
  }

  /** True once the kind's objects are known. */
  knows(kind: Kind): boolean {
    return this.caches.has(keyOf(kind));
  }

  list(apiVersion: string, kind: string, namespace?: string): KubeObject[] {
    const all = [...(this.caches.get(keyOf({ apiVersion, kind }))?.values() ?? [])];
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace);
  }
  get({ apiVersion, kind, name, namespace }: ObjectRef): KubeObject | undefined {
    return this.caches.get(keyOf({ apiVersion, kind }))?.get(pathOf({ name, namespace }));
  }

  private remember(object: KubeObject): KubeObject {
    const cache = this.caches.get(keyOf(object));
    const known = this.get(refOf(object));
    // The answer to a write can come after word of a later change.
    if ((object.metadata.deletionTimestamp === undefined || known !== undefined) && isNewer(object, known))
      cache?.set(pathOf(object.metadata), object);
    return object;
  }

  /** Brings an object to what is said of it, when it is not there already. */
  async ensure(wanted: KubeObject, manager: string): Promise<KubeObject> {
    const now = this.get(refOf(wanted));
    if (now !== undefined && covers(now, wanted)) return now;
    return this.remember(await this.api.apply(wanted, { manager, force: true }));
  }

  async create(object: KubeObject): Promise<KubeObject> {
    return this.remember(await this.api.create(object));
  }

  async patch(object: KubeObject, patch: object): Promise<KubeObject> {
    if (covers(object, patch)) return object;
    return this.remember(await this.api.merge(refOf(object), patch));
  }

  /** Writes a status, unless it says the same already. */
  async status(object: KubeObject, status: Readonly<Record<string, unknown>>): Promise<KubeObject> {
    if (covers(object["status"] ?? {}, status)) return object;
    return this.remember(await this.api.merge(refOf(object), { status }, "status"));
  }

  async remove(object: KubeObject): Promise<void> {
    if (object.metadata.deletionTimestamp === undefined) await this.api.delete(refOf(object));
  }

  /** Whether an account may bring this object there by apply, which takes both rights; in the API server's words if not. */
  async forbids(account: { name: string; namespace: string }, object: KubeObject): Promise<string | undefined> {
    const { plural: resource } = (await this.api.serves(object.apiVersion, object.kind)) ?? { plural: "" };
    const group = object.apiVersion.includes("/") ? (object.apiVersion.split("/")[0] ?? "") : "";
    const user = `system:serviceaccount:${account.namespace}:${account.name}`;
    const { namespace } = object.metadata;
    for (const verb of this.get(refOf(object)) === undefined ? ["create", "patch"] : ["patch"]) {
      const { status } = (await this.api.create({
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        metadata: { name: "" },
        spec: {
          user,
          groups: ["system:serviceaccounts", `system:serviceaccounts:${account.namespace}`, "system:authenticated"],
          resourceAttributes: { group, resource, verb, ...(namespace !== undefined && { namespace }) },
        },
      })) as { status?: { allowed?: boolean } };
      if (status?.allowed !== true)
        return `${group === "" ? resource : `${resource}.${group}`} "${object.metadata.name}" is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" in the namespace "${namespace ?? ""}"`;
    }
    return undefined;
  }

  /** Adds or takes away a finalizer. */
  async guard(object: KubeObject, finalizer: string, on: boolean): Promise<KubeObject> {
    const now = object.metadata.finalizers ?? [];
    if (now.includes(finalizer) === on || (on && object.metadata.deletionTimestamp !== undefined)) return object;
    const finalizers = on ? [...now, finalizer] : now.filter((entry) => entry !== finalizer);
    return this.remember(await this.api.merge(refOf(object), { metadata: { finalizers } }));
  }

  close(): void {
    this.ending.abort();
  }
}

function isNewer(object: KubeObject, known: KubeObject | undefined): boolean {
  return (
    known === undefined || Number(object.metadata.resourceVersion ?? 0) >= Number(known.metadata.resourceVersion ?? 0)
  );
}

/** True when everything that is wanted is there; lists have to be the same, objects may hold more. */
export function covers(now: unknown, wanted: unknown): boolean {
  if (wanted === null) return now === undefined || now === null;
  if (Array.isArray(wanted))
    return Array.isArray(now) && now.length === wanted.length && wanted.every((item, i) => covers(now[i], item));
  if (typeof wanted === "object" && wanted !== undefined) {
    if (typeof now !== "object" || now === null) return false;
    return Object.entries(wanted).every(
      ([key, value]) => value === undefined || covers((now as Record<string, unknown>)[key], value),
    );
  }
  return now === wanted;
}

/** Conditions with these in place of their older selves; a condition that says the same keeps its time. */
export function withConditions(object: unknown, given: readonly Condition[], now: () => string): Condition[] {
  const old = ((object as { conditions?: Condition[] } | undefined)?.conditions ?? []).filter(Boolean);
  const fresh = given.map((condition) => {
    const before = old.find(({ type }) => type === condition.type);
    const same = before?.status === condition.status && before.lastTransitionTime !== undefined;
    return { ...condition, lastTransitionTime: same ? (before.lastTransitionTime as string) : now() };
  });
  return [...old.filter(({ type }) => !given.some((condition) => condition.type === type)), ...fresh];
}
