import type { KubeApi } from "../kubernetes/api";
import { at, listAt, selects } from "../kubernetes/object";

/**
 * Why External Secrets cannot log in to a Vault in the cluster; undefined when it can. What a person sets up in it, the
 * authentication and the role, is taken as done: there is nothing behind the played Vault to ask.
 */
export async function vaultProblem(api: KubeApi, provider: unknown): Promise<string | undefined> {
  const server = String(at(provider, "server"));
  const invalid = (reason: string) => `unable to validate store: ${reason}`;
  const [, service = "", namespace = ""] = /^https:\/\/([a-z0-9-]+)\.([a-z0-9-]+)\.svc:8200$/.exec(server) ?? [];
  const front = await api.get({ apiVersion: "v1", kind: "Service", name: service || "none", namespace });
  if (service === "" || front === undefined) return invalid(`dial tcp: lookup ${server}: no such host`);

  const [name, key] = ["name", "key"].map((field) => String(at(provider, "caProvider", field)));
  const place = String(at(provider, "caProvider", "namespace"));
  const authority = await api.get({ apiVersion: "v1", kind: "Secret", name: String(name), namespace: place });
  if (at(authority, "data", String(key)) === undefined)
    return invalid(`failed to get certificate from caProvider: ${String(name)} has no ${String(key)}`);

  const { name: account, namespace: home } = (at(provider, "auth", "kubernetes", "serviceAccountRef") ?? {}) as Record<
    string,
    unknown
  >;
  const known = await api.get({
    apiVersion: "v1",
    kind: "ServiceAccount",
    name: String(account),
    namespace: String(home),
  });
  if (known === undefined) return invalid(`ServiceAccount "${String(account)}" not found`);

  // Which of them is active is a label that Vault gives itself, and here nothing does.
  const { "vault-active": _active, ...labels } = (at(front, "spec", "selector") ?? {}) as Record<string, string>;
  const { items: pods } = await api.list("v1", "Pod", namespace);
  const open = pods.some(
    (pod) =>
      selects(labels, pod.metadata.labels) &&
      listAt<{ type: string; status: string }>(pod, "status", "conditions").some(
        ({ type, status }) => type === "Ready" && status === "True",
      ),
  );
  return open ? undefined : invalid("Error making API request. Code: 503. Errors: * Vault is sealed");
}
