import { AMBIENT, SIDECAR } from "../../../infra/mesh/names";
import { PROBE, probe, waitsForFiles, type Objects } from "../cluster/probes";
import type { KubeApi, WatchEvent } from "../kubernetes/api";
import { at, listAt, pathOf, refOf, type KubeObject } from "../kubernetes/object";

/** An object as the evaluator takes it. */
type Stored = NonNullable<ReturnType<Objects["find"]>>;

/** Kinds that decide what a probe finds. */
const KINDS = [
  ["v1", "Pod"],
  ["v1", "Service"],
  ["v1", "Namespace"],
  ["v1", "Secret"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
] as const;
/** And those that decide besides, where a mesh is. */
const MESH_KINDS = [
  ["apps/v1", "DaemonSet"],
  ["apps/v1", "Deployment"],
  [AMBIENT.policyApi, "PeerAuthentication"],
] as const;
/** Where the probe's words are kept, since nobody runs that could be asked for a log. */
const LOG = "rehearsal.slipway.dev/log";

/**
 * Ends probe pods with what they would have found. Played nodes run no containers, so nothing is sent: the result is
 * worked out from the objects in the API at that moment, and the finding says that it was computed.
 */
export async function playProbes(api: KubeApi): Promise<{ close(): Promise<void> }> {
  const ending = new AbortController();
  const busy = new Map<string, Promise<void>>();
  const look = (pod: KubeObject) => {
    const key = pod.metadata.uid ?? pathOf(pod.metadata);
    if (pod.metadata.annotations?.[PROBE] === undefined || at(pod, "status", "phase") !== "Running") return;
    // A server that others probe carries the annotation empty; it stays up.
    if (pod.metadata.annotations[PROBE] === "" || busy.has(key) || waitsForFiles(pod as Stored)) return;
    const work = settle(api, pod).catch(() => undefined);
    busy.set(
      key,
      work.finally(() => busy.delete(key)),
    );
  };
  await api.follow(
    { apiVersion: "v1", kind: "Pod" },
    {
      reset: (items) => items.forEach(look),
      event: ({ type, object }: WatchEvent) => type !== "DELETED" && look(object),
    },
    ending.signal,
  );
  return {
    async close() {
      ending.abort();
      await Promise.all(busy.values());
    },
  };
}

async function settle(api: KubeApi, pod: KubeObject): Promise<void> {
  const probing = { ...pod, apiVersion: "v1", kind: "Pod" } as Stored;
  const { reached, log } = probe(await read(api, probing), probing);
  const ref = { ...refOf(pod), apiVersion: "v1", kind: "Pod" };
  await api.merge(ref, { metadata: { annotations: { [LOG]: log } } });
  const exitCode = reached ? 0 : 1;
  const containerStatuses = listAt<Record<string, unknown>>(pod, "status", "containerStatuses").map((status) => ({
    ...status,
    ready: false,
    started: false,
    state: { terminated: { exitCode, reason: reached ? "Completed" : "Error" } },
  }));
  const conditions = listAt<Record<string, unknown>>(pod, "status", "conditions").map((condition) =>
    condition["type"] === "Ready" || condition["type"] === "ContainersReady"
      ? { ...condition, status: "False", reason: reached ? "PodCompleted" : "PodFailed" }
      : condition,
  );
  const status = { phase: reached ? "Succeeded" : "Failed", containerStatuses, conditions };
  await api.merge(ref, { status }, "status");
}

async function read(api: KubeApi, probing: Stored): Promise<Objects> {
  const asked: readonly (readonly [string, string])[] = meshed(probing) ? [...KINDS, ...MESH_KINDS] : KINDS;
  const lists = await Promise.all(
    asked.map(async ([apiVersion, kind]) => {
      if ((await api.serves(apiVersion, kind)) === undefined) return [kind, []] as const;
      const { items } = await api.list(apiVersion, kind);
      return [kind, items as Stored[]] as const;
    }),
  );
  const all = new Map<string, readonly Stored[]>(lists);
  const list = (_apiVersion: string, kind: string, namespace?: string) =>
    (all.get(kind) ?? []).filter((object) => namespace === undefined || object.metadata.namespace === namespace);
  return {
    kind: list,
    find: (apiVersion, kind, name, namespace) =>
      list(apiVersion, kind, namespace).find((object) => object.metadata.name === name),
  };
}

/** Probes of a mesh say so themselves, whether they are in it or kept out. */
function meshed({ metadata }: Stored): boolean {
  return metadata.labels?.[AMBIENT.label] !== undefined || metadata.annotations?.[SIDECAR.inject] !== undefined;
}
