import { at, conditionOf, listAt, refOf, type KubeObject, type ObjectRef } from "../kubernetes/object";
import { readinessOf } from "../kubernetes/readiness";
import { flags, message, type Operator, type OperatorContext } from "./operator";

export const FLUX_SOURCE = "source.toolkit.fluxcd.io/v1";
export const FLUX_KUSTOMIZE = "kustomize.toolkit.fluxcd.io/v1";
const MANAGER = "kustomize-controller";
const FINALIZER = "finalizers.fluxcd.io";
/** By which Flux knows what it delivered. */
const OWNER = { name: "kustomize.toolkit.fluxcd.io/name", namespace: "kustomize.toolkit.fluxcd.io/namespace" };

/** Flux's source and kustomize controllers: deliver what Git declares, as the account that the delivery names. */
export const flux: Operator = {
  name: "flux",
  deployment: { "app.kubernetes.io/component": "kustomize-controller", "app.kubernetes.io/part-of": "flux" },
  kinds: [
    { apiVersion: FLUX_SOURCE, kind: "GitRepository" },
    { apiVersion: FLUX_KUSTOMIZE, kind: "Kustomization" },
  ],
  async reconcile(context) {
    const { world } = context;
    if (!this.kinds.every((kind) => world.knows(kind))) return true;
    for (const repository of world.list(FLUX_SOURCE, "GitRepository")) await fetched(context, repository);
    let blocked = false;
    for (const one of world.list(FLUX_KUSTOMIZE, "Kustomization"))
      blocked = !(await (one.metadata.deletionTimestamp === undefined ? deliver : finish)(context, one)) || blocked;
    return blocked;
  },
};

const text = (object: unknown, ...path: (string | number)[]): string => String(at(object, ...path) ?? "");

async function fetched({ world, now }: OperatorContext, repository: KubeObject): Promise<void> {
  if (conditionOf(repository, "Ready")?.status === "True") return;
  await world.status(repository, {
    conditions: [condition(now(), "True", "Succeeded", `stored artifact for revision '${revisionOf(repository)}'`)],
    observedGeneration: repository.metadata.generation,
  });
}

/** As Flux names a revision: what moves, and where it is. */
function revisionOf(repository: KubeObject): string {
  const {
    commit,
    tag,
    branch = "master",
  } = { ...(at(repository, "spec", "ref") as Record<string, string> | undefined) };
  return commit ?? tag ?? branch;
}

const condition = (time: string, status: "True" | "False" | "Unknown", reason: string, said: string) => ({
  type: "Ready",
  status,
  reason,
  message: said,
  lastTransitionTime: time,
});

interface Outcome {
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly revision?: string;
  readonly delivered?: readonly KubeObject[];
}

/** Brings one Kustomization to what its folder declares; false while it is not there yet. */
async function deliver(context: OperatorContext, given: KubeObject): Promise<boolean> {
  const { world, now } = context;
  // Suspended, nothing is delivered and nothing is mended.
  if (at(given, "spec", "suspend") === true) return true;
  const guarded = await world.guard(given, FINALIZER, true);
  const outcome = await applied(context, guarded);
  const before = conditionOf(guarded, "Ready");
  const inventory = outcome.delivered?.map(entryOf);
  const same =
    before?.status === outcome.status &&
    before.message === outcome.message &&
    at(guarded, "status", "lastAppliedRevision") ===
      (outcome.revision ?? at(guarded, "status", "lastAppliedRevision")) &&
    (inventory === undefined ||
      JSON.stringify(listAt(guarded, "status", "inventory", "entries")) === JSON.stringify(inventory));
  if (!same)
    await world.status(guarded, {
      conditions: [condition(now(), outcome.status, outcome.reason, outcome.message)],
      ...(outcome.revision !== undefined && { lastAppliedRevision: outcome.revision }),
      ...(inventory !== undefined && { inventory: { entries: inventory } }),
      observedGeneration: guarded.metadata.generation,
    });
  return outcome.status === "True";
}

const failed = (reason: string, said: string): Outcome => ({ status: "False", reason, message: said });

async function applied(context: OperatorContext, given: KubeObject): Promise<Outcome> {
  const { world, git, self } = context;
  const { namespace = "" } = given.metadata;
  const source = { namespace, ...(at(given, "spec", "sourceRef") as { name: string; namespace?: string }) };
  if (source.namespace !== namespace && flags(self, "no-cross-namespace-refs").includes("true"))
    return failed(
      "AccessDenied",
      `can't access 'GitRepository/${source.namespace}/${source.name}', cross-namespace references have been blocked`,
    );
  const repository = world.get({ apiVersion: FLUX_SOURCE, kind: "GitRepository", ...source });
  if (repository === undefined)
    return failed("ArtifactFailed", `GitRepository.source.toolkit.fluxcd.io "${source.name}" not found`);
  const path = text(given, "spec", "path");
  const folder = git(path);
  if (folder === undefined)
    return failed(
      "ArtifactFailed",
      `kustomization path not found: stat /tmp/kustomization/${path.replace(/^\.\//, "")}: no such file or directory`,
    );
  const live: KubeObject[] = [];
  const wanted = await Promise.all(folder.objects.map((object) => placed(context, given, object)));
  try {
    for (const object of wanted) {
      const refused = await refusal(context, given, object);
      if (refused !== undefined) return failed("ReconciliationFailed", refused);
      await world.follow({ apiVersion: object.apiVersion, kind: object.kind });
      live.push(await world.ensure(object, MANAGER));
    }
  } catch (error) {
    return failed("ReconciliationFailed", message(error));
  }
  if (at(given, "spec", "prune") === true)
    await prune(context, given, new Set(wanted.map((object) => entryOf(object).id)));
  const revision = `${revisionOf(repository)}@sha1:${folder.revision}`;
  const healthy = at(given, "spec", "wait") !== true || live.every(isHealthy);
  return healthy
    ? {
        status: "True",
        reason: "ReconciliationSucceeded",
        message: `Applied revision: ${revision}`,
        revision,
        delivered: wanted,
      }
    : { status: "Unknown", reason: "Progressing", message: "Running health checks", delivered: wanted };
}

/** Into the namespace it is delivered to, and marked with who delivered it. */
async function placed({ world }: OperatorContext, given: KubeObject, object: KubeObject): Promise<KubeObject> {
  const { namespaced = true } = (await world.api.serves(object.apiVersion, object.kind)) ?? {};
  const target = text(given, "spec", "targetNamespace");
  const namespace = target !== "" ? target : (object.metadata.namespace ?? "default");
  const labels = { [OWNER.name]: given.metadata.name, [OWNER.namespace]: given.metadata.namespace ?? "" };
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(namespaced && { namespace }),
      labels: { ...object.metadata.labels, ...labels },
    },
  };
}

/** What the API server would say to the account that the delivery acts as; undefined when it may. */
async function refusal(
  { world, self }: OperatorContext,
  given: KubeObject,
  object: KubeObject,
): Promise<string | undefined> {
  const named = text(given, "spec", "serviceAccountName");
  const account = named !== "" ? named : flags(self, "default-service-account")[0];
  // Without the lock-down it is the controller itself, which is cluster-admin.
  if (account === undefined) return undefined;
  const { namespace = "" } = given.metadata;
  const user = `system:serviceaccount:${namespace}:${account}`;
  const { plural } = (await world.api.serves(object.apiVersion, object.kind)) ?? { plural: object.kind.toLowerCase() };
  const [first = "", second] = object.apiVersion.split("/");
  const group = second === undefined ? "" : first;
  const review = await world.api.create({
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    metadata: { name: "" },
    spec: {
      user,
      groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
      resourceAttributes: { namespace: object.metadata.namespace, verb: "patch", group, resource: plural },
    },
  });
  if (at(review, "status", "allowed") === true) return undefined;
  const where =
    object.metadata.namespace === undefined
      ? "at the cluster scope"
      : `in the namespace "${object.metadata.namespace}"`;
  return `${object.kind}/${object.metadata.namespace ?? ""}/${object.metadata.name} dry-run failed (Forbidden): ${plural}${group === "" ? "" : `.${group}`} "${object.metadata.name}" is forbidden: User "${user}" cannot patch resource "${plural}" in API group "${group}" ${where}`;
}

function isHealthy(object: KubeObject): boolean {
  if (object.kind === "Kustomization" || object.kind === "GitRepository")
    return conditionOf(object, "Ready")?.status === "True";
  return object.kind === "Service" || readinessOf(object, []).ready;
}

/** As Flux writes its inventory: namespace_name_group_kind, and the version beside it. */
function entryOf({ apiVersion, kind, metadata }: KubeObject): { id: string; v: string } {
  const [first = "", second] = apiVersion.split("/");
  const [group, version] = second === undefined ? ["", first] : [first, second];
  return { id: `${metadata.namespace ?? ""}_${metadata.name}_${group}_${kind}`, v: version };
}
function refFrom({ id, v }: { id: string; v: string }): ObjectRef {
  const [namespace = "", name = "", group = "", kind = ""] = id.split("_");
  return { apiVersion: group === "" ? v : `${group}/${v}`, kind, name, ...(namespace !== "" && { namespace }) };
}

/** Takes away what it delivered and what is declared no more. @returns how much is still there */
async function prune({ world }: OperatorContext, given: KubeObject, kept: ReadonlySet<string>): Promise<number> {
  let left = 0;
  for (const entry of listAt<{ id: string; v: string }>(given, "status", "inventory", "entries")) {
    if (kept.has(entry.id)) continue;
    const live = await world.api.get(refFrom(entry));
    if (live?.metadata.labels?.[OWNER.name] !== given.metadata.name) continue;
    left++;
    if (live.metadata.deletionTimestamp === undefined) await world.api.delete(refOf({ ...live, ...refFrom(entry) }));
  }
  return left;
}

/** One that goes takes along what it delivered, then lets itself go; false while something is left. */
async function finish(context: OperatorContext, given: KubeObject): Promise<boolean> {
  if (given.metadata.finalizers?.includes(FINALIZER) !== true) return true;
  const keeps = at(given, "spec", "prune") !== true || at(given, "spec", "suspend") === true;
  if (!keeps && (await prune(context, given, new Set())) > 0) return false;
  await context.world.guard(given, FINALIZER, false);
  return true;
}
