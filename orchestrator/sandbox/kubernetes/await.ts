import type { KubeApi, WatchEvent } from "./api";
import { at, listAt, refOf, selects, type KubeObject, type ObjectRef } from "./object";
import { readinessOf, type Readiness } from "./readiness";

/** What is left to say when an object did not become ready. */
export class NotReady extends Error {
  constructor(
    readonly live: KubeObject,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("; "));
  }
}

/** The provider's default for everything it waits for is ten minutes. */
export const AWAIT_SECONDS = 600;

/** Waits until an object is ready, driven by the API's own events; the object as it is then. */
export async function untilReady(api: KubeApi, applied: KubeObject, seconds: number): Promise<KubeObject> {
  const annotations = applied.metadata.annotations ?? {};
  if (annotations["pulumi.com/skipAwait"] === "true") return applied;
  const limit = Number(annotations["pulumi.com/timeoutSeconds"] ?? seconds);
  const { namespace } = applied.metadata;
  let live = applied;
  let slices: readonly KubeObject[] = [];
  // The object's own state often says it all: nothing to follow then.
  if (applied.kind !== "Service" && readinessOf(applied, slices).ready) return served(api, applied, limit);

  const verdict = await following<Readiness>(
    api,
    [
      scoped(applied, namespace),
      ...(applied.kind === "Service"
        ? [scoped({ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" }, namespace)]
        : []),
    ],
    (caches) => {
      live = caches[0]?.get(applied.metadata.name) ?? live;
      slices = [...(caches[1]?.values() ?? [])];
      const readiness = readinessOf(live, slices);
      return readiness.ready || readiness.hopeless === true ? readiness : undefined;
    },
    limit,
  );
  if (verdict?.ready === true) return served(api, live, limit);
  const now = verdict ?? readinessOf(live, slices);
  throw new NotReady(live, now.ready ? [] : [...now.reasons, ...(await podTrouble(api, live))]);
}

/** Between two looks at what the server serves; nothing tells. */
const SERVED_MS = 40;

/** A definition that is established is told by discovery a moment later: returns when every served version is. */
export async function untilServed(api: KubeApi, definition: KubeObject, seconds: number): Promise<void> {
  const [group, kind] = [at(definition, "spec", "group"), at(definition, "spec", "names", "kind")].map(String);
  const versions = listAt<{ name: string; served: boolean }>(definition, "spec", "versions").filter(
    (one) => one.served,
  );
  const deadline = performance.now() + seconds * 1000;
  for (const { name } of versions)
    for (;;) {
      const apiVersion = `${group ?? ""}/${name}`;
      if ((await api.serves(apiVersion, kind ?? "")) !== undefined) break;
      if (performance.now() > deadline)
        throw new NotReady(definition, [`${kind ?? ""} is established, but not served in ${apiVersion}`]);
      await new Promise((resolve) => setTimeout(resolve, SERVED_MS));
    }
}

async function served(api: KubeApi, live: KubeObject, seconds: number): Promise<KubeObject> {
  if (live.kind === "CustomResourceDefinition") await untilServed(api, live, seconds);
  return live;
}

/** Waits until an object is gone. */
export async function untilGone(api: KubeApi, ref: ObjectRef, seconds: number): Promise<void> {
  if ((await api.get(ref)) === undefined) return;
  const gone = await following(
    api,
    [scoped(ref, ref.namespace)],
    ([cache]) => (cache?.has(ref.name) === false ? true : undefined),
    seconds,
  );
  if (gone === true) return;
  const left = await api.get(ref);
  if (left === undefined) return;
  const finalizers = left.metadata.finalizers ?? [];
  const why = finalizers.length > 0 ? `finalizers ${finalizers.join(", ")} are still on it` : "it is still there";
  throw new Error(`timed out waiting for object ${ref.name} to be deleted: ${why}`);
}

const scoped = ({ apiVersion, kind }: { apiVersion: string; kind: string }, namespace: string | undefined) => ({
  apiVersion,
  kind,
  ...(namespace === undefined ? {} : { namespace }),
});

/** Follows kinds until `decide` has an answer or the time is up (undefined). Objects are by name. */
async function following<T>(
  api: KubeApi,
  kinds: readonly { apiVersion: string; kind: string; namespace?: string }[],
  decide: (caches: readonly Map<string, KubeObject>[]) => T | undefined,
  seconds: number,
): Promise<T | undefined> {
  const ending = new AbortController();
  const caches = kinds.map(() => new Map<string, KubeObject>());
  const filled = new Set<number>();
  try {
    return await new Promise<T | undefined>((resolve, reject) => {
      const timer = setTimeout(() => resolve(undefined), seconds * 1000);
      ending.signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
      const look = () => {
        if (filled.size < kinds.length) return;
        const answer = decide(caches);
        if (answer !== undefined) resolve(answer);
      };
      kinds.forEach((kind, i) => {
        const cache = caches[i] as Map<string, KubeObject>;
        const reset = (items: KubeObject[]) => {
          cache.clear();
          for (const item of items) cache.set(item.metadata.name, item);
          filled.add(i);
          look();
        };
        const event = ({ type, object }: WatchEvent) => {
          if (type === "DELETED") cache.delete(object.metadata.name);
          else cache.set(object.metadata.name, { ...object, apiVersion: kind.apiVersion, kind: kind.kind });
          look();
        };
        api.follow(kind, { reset, event }, ending.signal).catch(reject);
      });
    });
  } finally {
    ending.abort();
  }
}

/** What the pods of a workload say: the reason a person looks for. */
async function podTrouble(api: KubeApi, workload: KubeObject): Promise<string[]> {
  const selector = at(workload, "spec", "selector", "matchLabels");
  const { namespace } = refOf(workload);
  if (selector === undefined || namespace === undefined) return [];
  const { items } = await api.list("v1", "Pod", namespace);
  return items
    .filter((pod) => selects(selector, pod.metadata.labels))
    .flatMap((pod) => {
      const bad = listAt<{ status?: string; message?: string; reason?: string }>(pod, "status", "conditions").find(
        ({ status, message }) => status === "False" && message !== undefined,
      );
      return bad === undefined ? [] : [`[Pod ${pod.metadata.name}]: ${bad.message ?? ""}`];
    });
}
