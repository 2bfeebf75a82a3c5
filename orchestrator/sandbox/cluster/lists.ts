import { apiVersionOf, type KubeObject, type Resource } from "./object";
import { fieldMatcher, labelMatcher } from "./selectors";
import type { ClusterStore } from "./store";

/** The objects of a kind that a request asks for, in pages where it says how large. */
export function listObjects(
  store: ClusterStore,
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
) {
  const all = store
    .list(resource, namespace)
    .filter(matcher(query))
    .sort((a, b) => order(a).localeCompare(order(b)));
  const limit = Number(query.get("limit") ?? 0);
  const start = Number(Buffer.from(query.get("continue") ?? "", "base64").toString() || 0);
  const items = limit > 0 ? all.slice(start, start + limit) : all.slice(start);
  const rest = all.length - start - items.length;
  const more =
    rest > 0
      ? { continue: Buffer.from(String(start + items.length)).toString("base64"), remainingItemCount: rest }
      : {};
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion: store.resourceVersion, ...more },
    items,
  };
}

/** What label and field selector of a request select. */
export function matcher(query: URLSearchParams): (object: KubeObject) => boolean {
  const labels = labelMatcher(query.get("labelSelector") ?? "");
  const fields = fieldMatcher(query.get("fieldSelector") ?? "");
  return (object) => labels(object.metadata.labels ?? {}) && fields(object);
}

const order = ({ metadata }: KubeObject) => `${metadata.namespace ?? ""}/${metadata.name}`;
