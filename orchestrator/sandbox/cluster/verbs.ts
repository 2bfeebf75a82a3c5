import { randomBytes } from "node:crypto";
import { admit } from "./admission";
import { applyTo, recordUpdate } from "./apply";
import { decode, requireDeclared, type FieldValidation } from "./custom-resources";
import { Deletions } from "./deletions";
import { apiVersionOf, fieldsOf, specOf, statusOf, type KubeObject, type Resource } from "./object";
import { jsonPatch, mergePatch, strategicPatch } from "./patch";
import { selectorMatcher } from "./selectors";
import { stamp, type ClusterStore } from "./store";
import { askWebhooks } from "./webhooks";
import { alreadyExists, ApiError, badRequest, conflict, invalid, notFound } from "./status";

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly manager: string;
  readonly force: boolean;
  /** What is let through and told to the client all the same (Warning headers). */
  readonly warn?: (text: string) => void;
  /** For fields a custom resource's definition does not know; the API server's own default is `Warn`. */
  readonly fieldValidation?: FieldValidation;
}
const silent = (): void => undefined;

/** The writes of the API, on one store: admission, ownership of fields, deletion with finalizers and owners. */
export class Verbs {
  private readonly deletions: Deletions;

  constructor(private readonly store: ClusterStore) {
    this.deletions = new Deletions(store);
  }

  private time(): string {
    return stamp(this.store.now());
  }

  create(resource: Resource, namespace: string | undefined, body: KubeObject, options: WriteOptions): KubeObject {
    const object = decoded(resource, this.identified(resource, namespace, body), options);
    if (this.store.get(resource, object.metadata.name, namespace) !== undefined)
      throw alreadyExists(resource.plural, resource.group, object.metadata.name);
    const { status: _status, ...fresh } = object;
    const content = resource.subresources?.includes("status") ? fresh : object;
    return this.save(resource, content as KubeObject, undefined, options, (admitted) =>
      recordUpdate(undefined, admitted, options.manager, this.time()),
    );
  }

  replace(
    resource: Resource,
    name: string,
    namespace: string | undefined,
    body: KubeObject,
    subresource: string | undefined,
    options: WriteOptions,
  ): KubeObject {
    const before = this.require(resource, name, namespace);
    if (body.metadata.name !== undefined && body.metadata.name !== name) throw misnamed(body.metadata.name, name);
    const wanted = body.metadata.resourceVersion;
    if (wanted !== undefined && wanted !== before.metadata.resourceVersion)
      throw conflict(resource.plural, resource.group, name);
    const named = this.identified(resource, namespace, { ...body, metadata: { ...body.metadata, name } });
    const object = decoded(resource, named, options);
    return this.write(resource, before, object, subresource, options);
  }

  patch(
    resource: Resource,
    name: string,
    namespace: string | undefined,
    contentType: string,
    body: unknown,
    subresource: string | undefined,
    options: WriteOptions,
  ): KubeObject {
    const before = this.store.get(resource, name, namespace);
    if (contentType.includes("apply-patch"))
      return this.apply(resource, name, namespace, body as KubeObject, subresource, before, options);
    if (before === undefined) throw notFound(resource.plural, resource.group, name);
    if (!/(json|merge|strategic-merge)-patch\+json/.test(contentType))
      throw new ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type");
    const changed = contentType.includes("json-patch")
      ? jsonPatch(before, body as never)
      : contentType.includes("strategic-merge")
        ? strategicPatch(before, body)
        : mergePatch(before, body);
    const object = decoded(resource, changed as KubeObject, options, true);
    const given = fieldsOf(fieldsOf(body)["metadata"])["resourceVersion"];
    if (given !== undefined && given !== before.metadata.resourceVersion)
      throw conflict(resource.plural, resource.group, name);
    return this.write(
      resource,
      before,
      { ...object, metadata: { ...object.metadata, name, ...(namespace ? { namespace } : {}) } },
      subresource,
      options,
    );
  }

  private apply(
    resource: Resource,
    name: string,
    namespace: string | undefined,
    body: KubeObject,
    subresource: string | undefined,
    before: KubeObject | undefined,
    options: WriteOptions,
  ): KubeObject {
    const { manager, force } = options;
    if (manager === "")
      throw invalid("PatchOptions", "meta.k8s.io", "", [
        { field: "fieldManager", message: "Required value: is required for apply patch" },
      ]);
    const applied = this.identified(resource, namespace, { ...body, metadata: { ...body.metadata, name } });
    requireDeclared(resource, body, name);
    const merged = applyTo(before, applied, manager, force, this.time());
    if (subresource === "status" && before !== undefined)
      return this.write(resource, before, merged, subresource, options);
    return this.save(
      resource,
      { ...merged, ...(before?.["status"] === undefined ? {} : { status: before["status"] }) },
      before,
      options,
      () => merged.metadata.managedFields,
    );
  }

  /** An ordinary change of an object, or of its status alone. */
  private write(
    resource: Resource,
    before: KubeObject,
    object: KubeObject,
    subresource: string | undefined,
    options: WriteOptions,
  ): KubeObject {
    const parts =
      subresource === "status"
        ? { ...before, status: object["status"] }
        : resource.subresources?.includes("status")
          ? { ...object, ...(before["status"] === undefined ? {} : { status: before["status"] }) }
          : object;
    return this.save(resource, parts as KubeObject, before, { ...options, subresource }, (admitted) =>
      recordUpdate(before, admitted, options.manager, this.time()),
    );
  }

  private save(
    resource: Resource,
    object: KubeObject,
    before: KubeObject | undefined,
    { dryRun, warn = silent, subresource }: WriteOptions & { readonly subresource?: string | undefined },
    owners: (admitted: KubeObject) => KubeObject["metadata"]["managedFields"],
  ): KubeObject {
    const admitted = admit(this.store, resource, object, before, warn);
    askWebhooks(this.store, resource, admitted, before === undefined ? "CREATE" : "UPDATE", subresource);
    const managedFields = owners(admitted);
    const complete: KubeObject = {
      ...admitted,
      metadata: {
        ...admitted.metadata,
        ...(before?.metadata.deletionTimestamp === undefined
          ? {}
          : { deletionTimestamp: before.metadata.deletionTimestamp }),
        ...(managedFields ? { managedFields } : {}),
      },
    };
    if (dryRun)
      return {
        ...complete,
        metadata: {
          ...complete.metadata,
          uid: before?.metadata.uid ?? "00000000-0000-4000-8000-000000000000",
          creationTimestamp: before?.metadata.creationTimestamp ?? this.time(),
        },
      };
    const stored = this.store.put(resource, complete);
    if (stored.metadata.deletionTimestamp !== undefined && (stored.metadata.finalizers ?? []).length === 0)
      this.deletions.finish(resource, stored);
    return stored;
  }

  /** Status written by a controller: no admission, no ownership. */
  putStatus(resource: Resource, object: KubeObject, status: unknown): void {
    const live = this.store.get(resource, object.metadata.name, object.metadata.namespace);
    if (live !== undefined) this.store.put(resource, { ...live, status });
  }

  /** Removes an object with what it owns, or marks it while it has finalizers. */
  delete(
    resource: Resource,
    name: string,
    namespace: string | undefined,
    dryRun: boolean,
    orphan: boolean,
  ): KubeObject {
    const object = this.require(resource, name, namespace);
    return dryRun ? object : this.deletions.delete(resource, object, orphan);
  }

  /** Eviction refuses what would break a PodDisruptionBudget. */
  evict(name: string, namespace: string, dryRun: boolean): void {
    const pods = this.store.resources.ofKind("v1", "Pod") as Resource;
    const pod = this.require(pods, name, namespace);
    for (const budget of this.store.kind("policy/v1", "PodDisruptionBudget", namespace)) {
      if (!selectorMatcher(specOf(budget)["selector"])(pod.metadata.labels ?? {})) continue;
      if (Number(statusOf(budget)["disruptionsAllowed"] ?? 0) < 1)
        throw new ApiError(
          429,
          "TooManyRequests",
          "Cannot evict pod as it would violate the pod's disruption budget.",
          {
            causes: [
              {
                reason: "DisruptionBudget",
                message: `The disruption budget ${budget.metadata.name} needs ${String(statusOf(budget)["desiredHealthy"] ?? 0)} healthy pods and has ${String(statusOf(budget)["currentHealthy"] ?? 0)} currently`,
              },
            ],
          },
        );
    }
    this.delete(pods, name, namespace, dryRun, false);
  }

  private require(resource: Resource, name: string, namespace: string | undefined): KubeObject {
    const found = this.store.get(resource, name, namespace);
    if (found === undefined) throw notFound(resource.plural, resource.group, name);
    return found;
  }

  /** The object under the name, namespace and version the request named; what contradicts them is refused. */
  private identified(resource: Resource, namespace: string | undefined, body: KubeObject): KubeObject {
    const apiVersion = apiVersionOf(resource);
    if (body.kind !== undefined && body.kind !== resource.kind)
      throw badRequest(`the kind in the data (${body.kind}) does not match the expected kind (${resource.kind})`);
    if (body.apiVersion !== undefined && body.apiVersion !== apiVersion)
      throw badRequest(
        `the API version in the data (${body.apiVersion}) does not match the expected API version (${apiVersion})`,
      );
    const metadata = { ...body.metadata };
    if (!metadata.name && metadata.generateName)
      metadata.name = `${metadata.generateName}${randomBytes(3).toString("hex").slice(0, 5)}`;
    if (
      resource.namespaced &&
      metadata.namespace !== undefined &&
      namespace !== undefined &&
      metadata.namespace !== namespace
    )
      throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
    if (resource.namespaced) metadata.namespace = namespace ?? metadata.namespace ?? "default";
    else delete metadata.namespace;
    return { ...body, apiVersion, kind: resource.kind, metadata };
  }
}

const misnamed = (given: string, name: string) =>
  badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);

function decoded(
  resource: Resource,
  object: KubeObject,
  { fieldValidation = "Warn", warn = silent }: WriteOptions,
  patched = false,
): KubeObject {
  return decode(resource, object, { fieldValidation, warn, patched });
}
