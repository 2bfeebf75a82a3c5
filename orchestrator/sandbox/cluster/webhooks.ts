import { fieldsOf, listOf, specOf, type KubeObject, type Resource } from "./object";
import { backendsOf } from "./probes";
import { selectorMatcher } from "./selectors";
import type { ClusterStore } from "./store";
import { ApiError } from "./status";

const GROUP = "admissionregistration.k8s.io/v1";
/** Mutating ones are asked first, as the API server does. */
const KINDS = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"] as const;
/** What `timeoutSeconds` is when it is not said. */
const TIMEOUT_SECONDS = 10;

/**
 * Asks the admission webhooks that are registered for a write, as far as a cluster without programs can: whoever has a
 * ready pod behind its Service agrees, whoever has none is not reached, and then `failurePolicy` decides. The
 * registrations themselves are never put before a webhook.
 */
export function askWebhooks(
  store: ClusterStore,
  resource: Resource,
  object: KubeObject,
  operation: "CREATE" | "UPDATE",
  subresource: string | undefined,
): void {
  if (resource.group === "admissionregistration.k8s.io") return;
  for (const kind of KINDS)
    for (const registered of store.kind(GROUP, kind))
      for (const webhook of listOf(registered["webhooks"])) {
        if (!concerns(store, webhook, resource, object, operation, subresource)) continue;
        const trouble = unreached(store, webhook);
        if (trouble !== undefined && webhook["failurePolicy"] !== "Ignore") throw trouble;
      }
}

type Webhook = Readonly<Record<string, unknown>>;

function concerns(
  store: ClusterStore,
  webhook: Webhook,
  resource: Resource,
  object: KubeObject,
  operation: string,
  subresource: string | undefined,
): boolean {
  const named = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  const anyOf = subresource === undefined ? ["*", "*/*", named] : ["*/*", named, `${resource.plural}/*`];
  const ruled = listOf(webhook["rules"]).some(
    (rule) =>
      among(rule["operations"], ["*", operation]) &&
      among(rule["apiGroups"], ["*", resource.group]) &&
      among(rule["apiVersions"], ["*", resource.version]) &&
      among(rule["resources"], anyOf),
  );
  if (!ruled) return false;
  const selected = webhook["objectSelector"];
  if (selected !== undefined && !selectorMatcher(selected)(object.metadata.labels ?? {})) return false;
  const where = webhook["namespaceSelector"];
  if (where === undefined || !resource.namespaced) return true;
  const namespace = store.find("v1", "Namespace", object.metadata.namespace ?? "");
  return selectorMatcher(where)(namespace?.metadata.labels ?? {});
}

const among = (given: unknown, wanted: readonly string[]): boolean =>
  Array.isArray(given) && given.some((one) => wanted.includes(String(one)));

/** Why a webhook cannot be asked, in the API server's words. */
function unreached(store: ClusterStore, webhook: Webhook): ApiError | undefined {
  const { name, namespace, path = "/", port = 443 } = fieldsOf(fieldsOf(webhook["clientConfig"])["service"]);
  const service = store.find("v1", "Service", String(name), String(namespace));
  const known = service !== undefined && specOf(service)["selector"] !== undefined;
  if (known && backendsOf(store, service).length > 0) return undefined;
  const address = `https://${String(name)}.${String(namespace)}.svc:${String(port)}${String(path)}`;
  const seconds = String(webhook["timeoutSeconds"] ?? TIMEOUT_SECONDS);
  const why = known ? `no endpoints available for service "${String(name)}"` : `service "${String(name)}" not found`;
  return new ApiError(
    500,
    "InternalError",
    `Internal error occurred: failed calling webhook "${String(webhook["name"])}": failed to call webhook: Post "${address}?timeout=${seconds}s": ${why}`,
  );
}
