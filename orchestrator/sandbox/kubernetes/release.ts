import { UNKNOWN } from "../../engine/builtin/model";
import { containsUnknown, equal, isObject } from "../../engine/builtin/values";
import { PartlyDone, type DiffResult, type Json, type Properties, type ResourceCall } from "../provider/serve";
import { UnknownKind, type KubeApi } from "./api";
import { NotReady, untilGone, untilReady } from "./await";
import { render, type Rendered } from "./charts";
import { isWebhookConfiguration } from "./charts/webhooks";
import { asleep } from "./dormant";
import { parseId, type Failure } from "./inputs";
import { refOf, type KubeObject, type ObjectRef } from "./object";
import { randomBytes } from "node:crypto";

export const RELEASE = "kubernetes:helm.sh/v3:Release";

/** Helm applies under this name. */
const MANAGER = "helm";
/** Annotations by which Helm knows its own objects. */
const OWNER_NAME = "meta.helm.sh/release-name";
const OWNER_NAMESPACE = "meta.helm.sh/release-namespace";

/** Input fields of a release that the rehearsal acts upon, or that make no difference in it. */
const FIELDS = new Set([
  ...["name", "chart", "version", "namespace", "values", "repositoryOpts", "skipCrds", "skipAwait", "timeout"],
  ...[
    "atomic",
    "cleanupOnFail",
    "createNamespace",
    "description",
    "disableWebhooks",
    "forceUpdate",
    "lint",
    "maxHistory",
  ],
  ...[
    "dependencyUpdate",
    "resetValues",
    "reuseValues",
    "waitForJobs",
    "allowNullValues",
    "disableOpenapiValidation",
    "devel",
  ],
  ...["renderSubchartNotes", "recreatePods", "replace", "verify", "keyring", "disableCRDHooks", "compat"],
  ...["resourceNames", "manifest", "valueYamlFiles", "postrender", "__defaults"],
]);

/** Helm releases, each as the objects its chart is known to create with the values the product sets. */
export class Releases {
  constructor(private readonly awaitSeconds: number) {}

  check(
    call: ResourceCall,
    olds: Properties | undefined,
    news: Properties,
    defaultNamespace: string,
  ): { inputs: Properties; failures: Failure[] } {
    const { __defaults: _defaults, ...inputs } = news;
    const failures: Failure[] = Object.keys(inputs)
      .filter((key) => !FIELDS.has(key))
      .map((property) => ({ property, reason: "is not a field of a Helm release" }));
    inputs["namespace"] ??= defaultNamespace;
    inputs["name"] ??= olds?.["name"] ?? `${call.name}-${randomBytes(4).toString("hex")}`;
    inputs["values"] ??= {};
    for (const key of ["valueYamlFiles", "postrender"])
      if (inputs[key] !== undefined)
        failures.push({ property: key, reason: "is not supported in a rehearsal: set the values themselves" });
    if (!containsUnknown(inputs["chart"]) && !containsUnknown(inputs["version"])) failures.push(...mistakes(inputs));
    return { inputs, failures };
  }

  diff(olds: Properties, news: Properties): DiffResult {
    const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((key) => key !== "__defaults");
    const diffs = keys.filter((key) => !equal(olds[key], news[key]));
    const replaces = diffs.filter((key) => key === "name" || key === "namespace");
    return { changes: diffs.length > 0, diffs, replaces, deleteBeforeReplace: replaces.length > 0 };
  }

  /** Outputs as far as a preview knows them. */
  planned(inputs: Properties, olds?: Properties): Properties {
    if (containsUnknown(inputs)) return { ...inputs, status: UNKNOWN, resourceNames: UNKNOWN };
    const rendered = this.rendered(inputs);
    return {
      ...inputs,
      resourceNames: namesOf(rendered.objects),
      status: statusOf(inputs, rendered, revisionOf(olds) + 1),
    };
  }

  private rendered(inputs: Properties): Rendered {
    return render({
      chart: String(inputs["chart"]),
      version: typeof inputs["version"] === "string" ? inputs["version"] : undefined,
      release: String(inputs["name"]),
      namespace: String(inputs["namespace"]),
      values: isObject(inputs["values"]) ? inputs["values"] : {},
    });
  }

  async install(api: KubeApi, inputs: Properties): Promise<{ id: string; outputs: Properties }> {
    const namespace = String(inputs["namespace"]);
    if (inputs["createNamespace"] === true)
      await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, { manager: MANAGER });
    const outputs = await this.put(api, inputs, undefined);
    return { id: `${namespace}/${String(inputs["name"])}`, outputs };
  }

  async upgrade(api: KubeApi, old: { inputs: Properties; outputs: Properties }, news: Properties): Promise<Properties> {
    const outputs = await this.put(api, news, old);
    const wanted = new Set(this.rendered(news).objects.map((object) => keyOf(refOf(object))));
    await this.removeAll(
      api,
      recorded(old.outputs).filter((ref) => !wanted.has(keyOf(ref))),
    );
    return outputs;
  }

  /** Applies and waits; when it is atomic, a failure leaves what was there before, or nothing. */
  private async put(
    api: KubeApi,
    inputs: Properties,
    old: { inputs: Properties; outputs: Properties } | undefined,
  ): Promise<Properties> {
    const rendered = this.rendered(inputs);
    const applied: KubeObject[] = [];
    const name = `${String(inputs["namespace"])}/${String(inputs["name"])}`;
    const outputs = (status: string): Properties => ({
      ...inputs,
      resourceNames: namesOf(rendered.objects),
      status: { ...(statusOf(inputs, rendered, revisionOf(old?.outputs) + 1) as { [key: string]: Json }), status },
    });
    try {
      for (const definition of rendered.definitions)
        if ((await api.get(refOf(definition))) === undefined) await this.applyOne(api, definition);
      const objects = rendered.objects.filter((object) => api.playsWebhooks || !isWebhookConfiguration(object));
      for (const object of objects) applied.push(await this.applyOne(api, owned(object, inputs)));
      if (inputs["skipAwait"] !== true) {
        const seconds =
          typeof inputs["timeout"] === "number" ? Math.min(inputs["timeout"], this.awaitSeconds) : this.awaitSeconds;
        await allReady(api, applied, seconds);
      }
      return outputs("deployed");
    } catch (error) {
      const reason =
        error instanceof NotReady
          ? `${error.live.kind} ${error.live.metadata.name}: ${error.reasons.join("; ")}`
          : error instanceof UnknownKind
            ? `unable to build kubernetes objects from release manifest: ${error.message}: ensure CRDs are installed first`
            : (error as Error).message;
      if (inputs["atomic"] === true) {
        await this.rollBack(api, applied, old);
        const undone =
          old === undefined ? "the release is uninstalled, atomic is set" : "the release is rolled back, atomic is set";
        throw new Error(`Helm release "${name}" failed to initialize completely: ${undone}: ${reason}`, {
          cause: error,
        });
      }
      throw new PartlyDone(name, outputs("failed"), [
        `Helm release "${name}" was created, but has a failed status. Use the \`helm\` command to investigate the error, correct it, then retry. Reason: ${reason}`,
      ]);
    }
  }

  private async rollBack(
    api: KubeApi,
    applied: readonly KubeObject[],
    old: { inputs: Properties } | undefined,
  ): Promise<void> {
    const before = old === undefined ? [] : this.rendered(old.inputs).objects;
    for (const object of before) await this.applyOne(api, owned(object, (old as { inputs: Properties }).inputs));
    const wanted = new Set(before.map((object) => keyOf(refOf(object))));
    await this.removeAll(
      api,
      applied.map(refOf).filter((ref) => !wanted.has(keyOf(ref))),
    );
  }

  private async applyOne(api: KubeApi, object: KubeObject): Promise<KubeObject> {
    const existing = await api.get(refOf(object));
    const [owner, ownerNamespace] = [OWNER_NAME, OWNER_NAMESPACE].map((key) => existing?.metadata.annotations?.[key]);
    const mine = object.metadata.annotations ?? {};
    // What a kept definition was installed by before may be taken over; everything else belongs to its release.
    if (
      existing !== undefined &&
      !isKept(existing) &&
      (owner !== mine[OWNER_NAME] || ownerNamespace !== mine[OWNER_NAMESPACE])
    )
      throw new Error(
        `Unable to continue with install: ${object.kind} "${object.metadata.name}" in namespace "${object.metadata.namespace ?? ""}" exists and cannot be imported into the current release: invalid ownership metadata; annotation validation error: key "${OWNER_NAME}" must equal "${mine[OWNER_NAME] ?? ""}": current value is "${owner ?? ""}"`,
      );
    const put = api.servesOnDemand ? asleep(object, existing) : object;
    const live = await api.apply(put, { manager: MANAGER, force: true });
    // Custom objects of the same chart come after their definitions, which have to be established.
    return object.kind === "CustomResourceDefinition" ? untilReady(api, live, this.awaitSeconds) : live;
  }

  async uninstall(api: KubeApi, outputs: Properties): Promise<void> {
    await this.removeAll(api, recorded(outputs));
  }

  /** Removes in reverse, all but what its annotation keeps. */
  private async removeAll(api: KubeApi, refs: readonly ObjectRef[]): Promise<void> {
    const found = await Promise.all(refs.map((ref) => api.get(ref)));
    const going = refs.filter((_ref, i) => found[i] !== undefined && !isKept(found[i]));
    for (const ref of [...going].reverse()) await api.delete(ref);
    await Promise.all(going.map((ref) => untilGone(api, ref, this.awaitSeconds)));
  }

  /** A release is there as long as its workloads are; one that lost an object shows as drift by its status. */
  async read(
    api: KubeApi,
    id: string,
    inputs: Properties,
    outputs: Properties,
  ): Promise<{ id: string; inputs: Properties; outputs: Properties } | undefined> {
    if (inputs["chart"] === undefined) {
      const { name } = parseId(id);
      throw new Error(
        `Helm release ${name} cannot be imported in a rehearsal: the cluster does not keep Helm's own records`,
      );
    }
    const refs = recorded(outputs);
    const found = await Promise.all(refs.map((ref) => api.get(ref)));
    const missing = refs.filter((_ref, i) => found[i] === undefined);
    if (missing.length === refs.length) return undefined;
    if (missing.length === 0) return { id, inputs, outputs };
    const status = isObject(outputs["status"]) ? outputs["status"] : {};
    // Different values make the next update put back what is missing.
    const known = { ...inputs, values: {} };
    return { id, inputs: known, outputs: { ...outputs, status: { ...status, status: "failed" } } };
  }
}

/** Waits for everything; a workload that does not come up explains the Service without endpoints, so it is told first. */
async function allReady(api: KubeApi, objects: readonly KubeObject[], seconds: number): Promise<void> {
  const ended = await Promise.allSettled(objects.map((object) => untilReady(api, object, seconds)));
  const failed = ended.flatMap((end) => (end.status === "rejected" ? [end.reason as Error] : []));
  const first = failed.find((error) => error instanceof NotReady && error.live.kind !== "Service") ?? failed[0];
  if (first !== undefined) throw first;
}

function mistakes(inputs: Properties): Failure[] {
  try {
    const values = containsUnknown(inputs["values"]) ? {} : inputs["values"];
    if (containsUnknown(inputs["name"]) || containsUnknown(inputs["namespace"])) return [];
    render({
      chart: String(inputs["chart"]),
      version: typeof inputs["version"] === "string" ? inputs["version"] : undefined,
      release: String(inputs["name"]),
      namespace: String(inputs["namespace"]),
      values: isObject(values) ? values : {},
      partial: containsUnknown(inputs["values"]),
    });
    return [];
  } catch (error) {
    return [{ property: "values", reason: (error as Error).message }];
  }
}

function owned(object: KubeObject, inputs: Properties): KubeObject {
  const { name, labels, annotations, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: {
      ...metadata,
      name,
      labels: { ...labels, "app.kubernetes.io/managed-by": "Helm" },
      annotations: {
        ...annotations,
        [OWNER_NAME]: String(inputs["name"]),
        [OWNER_NAMESPACE]: String(inputs["namespace"]),
      },
    },
  };
}

const isKept = (object: KubeObject): boolean => object.metadata.annotations?.["helm.sh/resource-policy"] === "keep";
const keyOf = ({ apiVersion, kind, namespace = "", name }: ObjectRef): string =>
  [apiVersion, kind, namespace, name].join("|");

/** Objects a release made, by its own record: what another version of the chart would make says nothing of them. */
function recorded(outputs: Properties): ObjectRef[] {
  const names = isObject(outputs["resourceNames"]) ? outputs["resourceNames"] : {};
  return Object.entries(names).flatMap(([type, paths]) => {
    const [, kind = "", apiVersion = ""] = /^([^/]+)\/(.+)$/.exec(type) ?? [];
    return (Array.isArray(paths) ? paths : []).map((path) => ({ apiVersion, kind, ...parseId(String(path)) }));
  });
}

/** `Deployment/apps/v1` → paths, as the provider lists them. */
function namesOf(objects: readonly KubeObject[]): { [kind: string]: Json } {
  const names: { [kind: string]: string[] } = {};
  for (const { kind, apiVersion, metadata } of objects) {
    const path = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
    (names[`${kind}/${apiVersion}`] ??= []).push(path);
  }
  return names;
}

function statusOf(inputs: Properties, rendered: Rendered, revision: number): Json {
  return {
    name: inputs["name"] as Json,
    namespace: inputs["namespace"] as Json,
    revision,
    chart: rendered.chart,
    version: rendered.version,
    appVersion: rendered.appVersion,
    status: "deployed",
  };
}

function revisionOf(outputs: Properties | undefined): number {
  const status = outputs?.["status"];
  return isObject(status) && typeof status["revision"] === "number" ? status["revision"] : 0;
}
