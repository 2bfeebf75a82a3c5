import { at, listAt, selects, type KubeObject } from "../kubernetes/object";
import { flags, type Operator, type OperatorContext } from "./operator";
import { withConditions } from "./world";

const API = "trust.cert-manager.io/v1alpha1";

/** trust-manager: what a Bundle names is copied to the namespaces that it selects. */
export const trustManager: Operator = {
  name: "trust-manager",
  deployment: { "app.kubernetes.io/name": "trust-manager" },
  kinds: [
    { apiVersion: API, kind: "Bundle" },
    { apiVersion: "v1", kind: "Secret" },
    { apiVersion: "v1", kind: "ConfigMap" },
    { apiVersion: "v1", kind: "Namespace" },
  ],
  async reconcile(context) {
    const { world } = context;
    if (!this.kinds.every((kind) => world.knows(kind))) return true;
    let blocked = false;
    for (const bundle of world.list(API, "Bundle")) blocked = !(await sync(context, bundle)) || blocked;
    return blocked;
  },
};

async function sync({ world, self, now }: OperatorContext, bundle: KubeObject): Promise<boolean> {
  const [namespace = "cert-manager"] = flags(self, "trust-namespace");
  const parts = listAt<{ secret?: { name: string; key: string } }>(bundle, "spec", "sources").map(({ secret }) => {
    const found = world.get({ apiVersion: "v1", kind: "Secret", name: secret?.name ?? "", namespace });
    const value = at(found, "data", secret?.key ?? "");
    return typeof value === "string" ? Buffer.from(value, "base64").toString() : undefined;
  });
  const say = (status: "True" | "False", reason: string, message: string) =>
    world.status(bundle, {
      conditions: withConditions(bundle["status"], [{ type: "Synced", status, reason, message }], now),
    });
  if (parts.length === 0 || parts.includes(undefined)) {
    await say("False", "SourceNotFound", "Bundle source was not found: a secret or its key is not there");
    return false;
  }
  const target = at(bundle, "spec", "target");
  const key = String(at(target, "configMap", "key"));
  const labels = at(target, "namespaceSelector", "matchLabels") ?? {};
  const { name } = bundle.metadata;
  for (const place of world.list("v1", "Namespace"))
    if (selects(labels, place.metadata.labels) && place.metadata.deletionTimestamp === undefined)
      await world.ensure(
        {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name, namespace: place.metadata.name, labels: { "trust.cert-manager.io/bundle": name } },
          data: { [key]: parts.join("") },
        },
        "trust-manager",
      );
  await say("True", "Synced", "Successfully synced Bundle to namespaces that match this label selector");
  return true;
}
