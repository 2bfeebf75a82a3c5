import { at, conditionOf, listAt, refOf, type KubeObject } from "../kubernetes/object";
import { readinessOf } from "../kubernetes/readiness";
import { covers } from "./world";
import { message, namespaceOf, type Operator, type OperatorContext } from "./operator";

export const ARGO_API = "argoproj.io/v1alpha1";
const MANAGER = "argocd-controller";
/** The account of what delivers. */
const CONTROLLER = "argocd-application-controller";
const FINALIZER = "resources-finalizer.argocd.argoproj.io";
/** By which Argo CD knows what it delivered: `application:group/kind:namespace/name`. */
const TRACKING = "argocd.argoproj.io/tracking-id";

/** Argo CD's controller with its repository server: delivers what Git declares, within what projects allow. */
export const argoCd: Operator = {
  name: "argo-cd",
  deployment: { "app.kubernetes.io/name": "argocd-repo-server" },
  kinds: [
    { apiVersion: ARGO_API, kind: "AppProject" },
    { apiVersion: ARGO_API, kind: "Application" },
  ],
  async reconcile(context) {
    const { world, self } = context;
    if (!this.kinds.every((kind) => world.knows(kind))) return true;
    let blocked = false;
    for (const application of world.list(ARGO_API, "Application", namespaceOf(self)))
      blocked =
        !(application.metadata.deletionTimestamp === undefined
          ? await deliver(context, application)
          : await cascade(context, application)) || blocked;
    return blocked;
  },
};

interface Status {
  readonly sync: { readonly status: "Synced" | "OutOfSync" | "Unknown"; readonly revision?: string };
  readonly health: { readonly status: "Healthy" | "Progressing" | "Degraded" | "Unknown" };
  readonly conditions: readonly { readonly type: string; readonly message: string }[];
  readonly operation?: { readonly phase: "Succeeded" | "Failed"; readonly message: string };
  readonly resources: readonly KubeObject[];
}

/** Brings one application to what its folder declares; false while it is not there yet. */
async function deliver(context: OperatorContext, application: KubeObject): Promise<boolean> {
  const invalid = specProblem(context, application);
  const status = invalid === undefined ? await synced(context, application) : refused("InvalidSpecError", invalid);
  await write(context, application, status);
  return status.sync.status === "Synced" && status.health.status === "Healthy";
}

function refused(type: string, text: string): Status {
  return {
    sync: { status: "Unknown" },
    health: { status: "Unknown" },
    conditions: [{ type, message: text }],
    resources: [],
  };
}

const text = (object: unknown, ...path: (string | number)[]): string => String(at(object, ...path) ?? "");

function projectOf({ world, self }: OperatorContext, application: KubeObject): KubeObject | undefined {
  const name = text(application, "spec", "project");
  return world.get({ apiVersion: ARGO_API, kind: "AppProject", name, namespace: namespaceOf(self) });
}

/** What the project says of where an application comes from and goes, in Argo CD's words. */
function specProblem(context: OperatorContext, application: KubeObject): string | undefined {
  const project = projectOf(context, application);
  const named = text(application, "spec", "project");
  if (project === undefined) return `Application referencing project ${named} which does not exist`;
  const repository = text(application, "spec", "source", "repoURL");
  if (!listAt<string>(project, "spec", "sourceRepos").some((allowed) => matches(allowed, repository)))
    return `application repo ${repository} is not permitted in project '${named}'`;
  const { server, namespace } = { server: "", namespace: "", ...(at(application, "spec", "destination") as object) };
  const permitted = listAt(project, "spec", "destinations").some(
    (allowed) => matches(text(allowed, "server"), server) && matches(text(allowed, "namespace"), namespace),
  );
  return permitted
    ? undefined
    : `application destination server '${server}' and namespace '${namespace}' do not match any of the allowed destinations in project '${named}'`;
}

function matches(pattern: string, value: string): boolean {
  const expression = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${expression}$`).test(value);
}

async function synced(context: OperatorContext, application: KubeObject): Promise<Status> {
  const path = text(application, "spec", "source", "path");
  const folder = context.git(path);
  if (folder === undefined) return refused("ComparisonError", `${path}: app path does not exist`);
  const wanted = await Promise.all(folder.objects.map((object) => placed(context, application, object)));
  const { revision } = folder;
  const failed = (problem: string): Status => ({
    sync: { status: "OutOfSync", revision },
    health: { status: "Degraded" },
    conditions: [{ type: "SyncError", message: problem }],
    operation: { phase: "Failed", message: problem },
    resources: wanted,
  });
  const project = projectOf(context, application);
  const forbidden = wanted.find((object) => !isPermitted(project, object));
  if (forbidden !== undefined) {
    const [group] = groupOf(forbidden);
    return failed(
      `resource ${group}:${forbidden.kind} is not permitted in project ${text(application, "spec", "project")}`,
    );
  }
  const live: KubeObject[] = [];
  try {
    for (const object of wanted) live.push(await applied(context, respecting(context, application, object)));
  } catch (error) {
    return failed(message(error));
  }
  return {
    sync: { status: "Synced", revision },
    health: { status: live.every(isHealthy) ? "Healthy" : "Progressing" },
    conditions: [],
    operation: { phase: "Succeeded", message: "successfully synced (all tasks run)" },
    resources: wanted,
  };
}

const groupOf = ({ apiVersion }: KubeObject): [group: string, version: string] => {
  const [first = "", second] = apiVersion.split("/");
  return second === undefined ? ["", first] : [first, second];
};

/** Into the application's namespace, and marked as its own. */
async function placed({ world }: OperatorContext, application: KubeObject, object: KubeObject): Promise<KubeObject> {
  const { namespaced = true } = (await world.api.serves(object.apiVersion, object.kind)) ?? {};
  const namespace = object.metadata.namespace ?? text(application, "spec", "destination", "namespace");
  const [group] = groupOf(object);
  const id = `${application.metadata.name}:${group}/${object.kind}:${namespace}/${object.metadata.name}`;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(namespaced && { namespace }),
      annotations: { ...object.metadata.annotations, [TRACKING]: id },
    },
  };
}

/** Kinds in a namespace by the project's list when it has one; kinds of the cluster only when they are listed. */
function isPermitted(project: KubeObject | undefined, object: KubeObject): boolean {
  const [group] = groupOf(object);
  const on = (list: readonly Record<string, unknown>[]) =>
    list.some((entry) => matches(text(entry, "group"), group) && matches(text(entry, "kind"), object.kind));
  if (object.metadata.namespace === undefined) return on(listAt(project, "spec", "clusterResourceWhitelist"));
  const listed = at(project, "spec", "namespaceResourceWhitelist");
  return listed === undefined || on(listAt(project, "spec", "namespaceResourceWhitelist"));
}

/** What the application leaves to others stays as it is (RespectIgnoreDifferences); what is not there yet is made whole. */
function respecting({ world }: OperatorContext, application: KubeObject, object: KubeObject): KubeObject {
  const [group] = groupOf(object);
  const pointers = listAt(application, "spec", "ignoreDifferences")
    .filter((one) => text(one, "group") === group && text(one, "kind") === object.kind)
    .flatMap((one) => listAt<string>(one, "jsonPointers"));
  const live = world.get(refOf(object));
  if (pointers.length === 0 || live === undefined) return object;
  const wanted = structuredClone(object);
  for (const pointer of pointers) {
    const path = pointer.slice(1).split("/");
    const last = path.pop() ?? "";
    const [holder, now] = [at(wanted, ...path), at(live, ...path)] as (Record<string, unknown> | undefined)[];
    if (holder === undefined || !(last in holder)) continue;
    // What somebody took away stays away, too.
    if (now !== undefined && last in now) holder[last] = now[last];
    else delete holder[last];
  }
  return wanted;
}

/** Server-side apply where something differs; the answer is what the cluster holds. */
async function applied({ world, self }: OperatorContext, object: KubeObject): Promise<KubeObject> {
  await world.follow({ apiVersion: object.apiVersion, kind: object.kind });
  // What it writes it writes as its own account, whose rights the API server knows.
  if (!covers(world.get(refOf(object)), object)) {
    const forbidden = await world.forbids({ name: CONTROLLER, namespace: namespaceOf(self) }, object);
    if (forbidden !== undefined) throw new Error(forbidden);
  }
  return world.ensure(object, MANAGER);
}

/** As the kind's own health check says; an application below is as healthy as it says itself. */
function isHealthy(object: KubeObject): boolean {
  if (object.kind === "Application") return at(object, "status", "health", "status") === "Healthy";
  if (object.kind === "Service") return true;
  if (object.kind === "Rollout")
    return (
      at(object, "status", "phase") === "Healthy" &&
      at(object, "status", "observedGeneration") === String(object.metadata.generation ?? 1)
    );
  if (conditionOf(object, "Degraded")?.status === "True") return false;
  return readinessOf(object, []).ready;
}

async function write(
  { world, now }: OperatorContext,
  application: KubeObject,
  { sync, health, conditions, operation, resources }: Status,
): Promise<void> {
  const before = application["status"];
  const same = (path: string, value: unknown) => JSON.stringify(at(before, path)) === JSON.stringify(value);
  const brief = resources.map((object) => {
    const [group, version] = groupOf(object);
    const { name, namespace = "" } = object.metadata;
    return { group, version, kind: object.kind, namespace, name, status: sync.status };
  });
  if (same("sync", sync) && same("health", health) && same("resources", brief) && same("conditions", conditions))
    return;
  await world.status(application, {
    sync,
    health,
    conditions,
    resources: brief,
    reconciledAt: now(),
    ...(operation && { operationState: { ...operation, finishedAt: now() } }),
  });
}

/** An application that goes takes along what it delivered, then lets itself go; false while something is left. */
async function cascade(context: OperatorContext, application: KubeObject): Promise<boolean> {
  const { world } = context;
  if (application.metadata.finalizers?.includes(FINALIZER) !== true) return true;
  const delivered = listAt(application, "status", "resources").map((one) => ({
    apiVersion: [text(one, "group"), text(one, "version")].filter((part) => part !== "").join("/"),
    kind: text(one, "kind"),
    name: text(one, "name"),
    namespace: text(one, "namespace"),
  }));
  let left = 0;
  for (const ref of delivered) {
    const live = await world.api.get(ref);
    if (live?.metadata.annotations?.[TRACKING]?.startsWith(`${application.metadata.name}:`) !== true) continue;
    left++;
    if (live.metadata.deletionTimestamp === undefined) await world.api.delete(refOf({ ...live, ...ref }));
  }
  if (left > 0) return false;
  await world.guard(application, FINALIZER, false);
  return true;
}
