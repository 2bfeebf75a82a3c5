import type { KubeApi } from "./api";
import { untilServed } from "./await";
import { at, listAt, refOf, type KubeObject } from "./object";

/**
 * A real API server spends about a megabyte and two of its watches on every custom kind it serves, its controllers some
 * more; charts bring some two hundred. Kinds that nothing in a rehearsal reads or writes are registered there without a
 * served version, others in the one that is stored; a version is served as soon as somebody writes an object of it.
 */
const DEFINITION = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" } as const;

/** Kinds with an open schema that an operator, a check or a promotion reads before anybody has written one. */
const READ: Readonly<Record<string, readonly string[] | "all">> = {
  "acme.cert-manager.io": "all",
  "argoproj.io": ["AnalysisRun", "AnalysisTemplate", "Rollout"],
  "cert-manager.io": "all",
  "chaos-mesh.org": "all",
  "elbv2.k8s.aws": ["TargetGroupBinding"],
  "gateway.envoyproxy.io": ["SecurityPolicy"],
  "gateway.networking.k8s.io": ["GRPCRoute", "ReferenceGrant", "TCPRoute", "TLSRoute", "UDPRoute"],
  "monitoring.coreos.com": ["Alertmanager", "Prometheus", "ServiceMonitor"],
  "networking.istio.io": ["Gateway"],
  "policy.linkerd.io": ["HTTPRoute"],
  "secrets-store.csi.x-k8s.io": ["SecretProviderClassPodStatus"],
};
/** From starting to serve a version to its being told by discovery. */
const SERVED_SECONDS = 30;

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema?: { readonly openAPIV3Schema?: { readonly properties?: Readonly<Record<string, object>> } };
}
const versionsOf = (definition: KubeObject | undefined) => listAt<Version>(definition, "spec", "versions");
const servedBy = (definition: KubeObject | undefined) =>
  versionsOf(definition)
    .filter(({ served }) => served)
    .map(({ name }) => name);

/** Whether a definition is of a kind that nobody misses until he writes one: its schema is open, and nobody reads it. */
export function isSpare(definition: KubeObject): boolean {
  const [group, kind] = [at(definition, "spec", "group"), at(definition, "spec", "names", "kind")].map(String);
  const read = READ[group ?? ""];
  return read !== "all" && read?.includes(kind ?? "") !== true && isOpen(definition);
}

/** The platform writes nothing of it: the schema names no field of its own. */
function isOpen(definition: KubeObject): boolean {
  const properties = versionsOf(definition)[0]?.schema?.openAPIV3Schema?.properties ?? {};
  return Object.entries(properties).every(
    ([key, schema]) =>
      ["apiVersion", "kind", "metadata", "status"].includes(key) || "x-kubernetes-preserve-unknown-fields" in schema,
  );
}

/**
 * A chart's object as it is put on a cluster that serves on demand: a spare definition sleeps, of one that the platform
 * writes the older versions do. What was woken before stays awake.
 */
export function asleep(object: KubeObject, existing: KubeObject | undefined): KubeObject {
  if (object.kind !== DEFINITION.kind) return object;
  const [spare, open, woken] = [isSpare(object), isOpen(object), servedBy(existing)];
  const versions = versionsOf(object).map((version) => ({
    ...version,
    served: version.served && ((!spare && (open || version.storage)) || woken.includes(version.name)),
  }));
  return { ...object, spec: { ...(object["spec"] as object), versions } };
}

/** Serves a version of a kind that sleeps on the cluster. False when there is none: its chart is not installed. */
export async function awaken(api: KubeApi, apiVersion: string, kind: string): Promise<boolean> {
  const [group, version] = apiVersion.split("/");
  const { items } = await api.list(DEFINITION.apiVersion, DEFINITION.kind);
  const found = items.find(
    (one) =>
      at(one, "spec", "group") === group &&
      at(one, "spec", "names", "kind") === kind &&
      versionsOf(one).some(({ name, served }) => name === version && !served),
  );
  if (found === undefined) return false;
  const versions = versionsOf(found).map((one) => (one.name === version ? { ...one, served: true } : one));
  await untilServed(api, await api.merge(refOf(found), { spec: { versions } }), SERVED_SECONDS);
  return true;
}
