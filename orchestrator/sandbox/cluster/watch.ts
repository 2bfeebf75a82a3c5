import type { ServerResponse } from "node:http";
import { apiVersionOf, type KubeObject, type Resource } from "./object";
import { ApiError } from "./status";
import type { ClusterStore, WatchEvent } from "./store";

/** Time between two bookmarks, as of the API server's watch cache. */
const BOOKMARK_MS = 60_000;

export interface WatchRequest {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly query: URLSearchParams;
  /** Label and field selector. */
  readonly matches: (object: KubeObject) => boolean;
}

/**
 * A stream of what happens to a kind, from the version asked for. An object that stops matching the selector is told as
 * deleted, one that starts matching as added. Bookmarks tell the version reached to who allows them.
 */
export function serveWatch(
  store: ClusterStore,
  { resource, namespace, query, matches }: WatchRequest,
  response: ServerResponse,
): void {
  const from = query.get("resourceVersion") ?? "";
  if (!/^\d*$/.test(from))
    throw new ApiError(
      500,
      "",
      `resourceVersion: Invalid value: ${JSON.stringify(from)}: strconv.ParseUint: parsing ${JSON.stringify(from)}: invalid syntax`,
    );
  const initial = query.get("sendInitialEvents") === "true" || from === "" || from === "0";
  const missed = initial
    ? store.list(resource, namespace).map((object): WatchEvent => ({ type: "ADDED", object, resource }))
    : store.since(Number(from));
  if (missed === undefined)
    throw new ApiError(410, "Expired", `too old resource version: ${from} (${store.resourceVersion})`);
  response.writeHead(200, { "content-type": "application/json", "transfer-encoding": "chunked" });
  response.flushHeaders();

  const apiVersion = apiVersionOf(resource);
  const write = (type: string, object: object) =>
    response.write(`${JSON.stringify({ type, object: { ...object, apiVersion } })}\n`);
  const send = (event: WatchEvent): void => {
    if (event.resource.group !== resource.group || event.resource.plural !== resource.plural) return;
    if (namespace !== undefined && event.object.metadata.namespace !== namespace) return;
    const told = seen(event, matches);
    if (told !== undefined) write(told.type, told.object);
  };
  const bookmark = (annotations?: Record<string, string>): void => {
    if (query.get("allowWatchBookmarks") !== "true") return;
    const metadata = {
      resourceVersion: store.resourceVersion,
      creationTimestamp: null,
      ...(annotations && { annotations }),
    };
    write("BOOKMARK", { kind: resource.kind, metadata });
  };
  missed.forEach(send);
  if (query.get("sendInitialEvents") === "true") bookmark({ "k8s.io/initial-events-end": "true" });
  const stop = store.watch(send);
  const ticks = setInterval(bookmark, BOOKMARK_MS);
  const seconds = Number(query.get("timeoutSeconds") ?? 0);
  const end = () => {
    bookmark();
    response.end();
  };
  const timer = seconds > 0 ? setTimeout(end, seconds * 1000) : undefined;
  response.on("close", () => {
    clearInterval(ticks);
    clearTimeout(timer);
    stop();
  });
}

/** The event as a watcher with this selector sees it. */
function seen(
  { type, object, before }: WatchEvent,
  matches: (object: KubeObject) => boolean,
): { type: WatchEvent["type"]; object: KubeObject } | undefined {
  const now = type !== "DELETED" && matches(object);
  const then = type === "DELETED" ? matches(object) : before !== undefined && matches(before);
  if (now) return { type: then ? "MODIFIED" : "ADDED", object };
  if (!then) return undefined;
  // The watcher gets what it knew last, at the version of the change.
  const { resourceVersion } = object.metadata;
  const last = before ?? object;
  return {
    type: "DELETED",
    object: { ...last, metadata: { ...last.metadata, ...(resourceVersion !== undefined && { resourceVersion }) } },
  };
}
