import { randomBytes } from "node:crypto";
import { equal } from "../../engine/builtin/values";
import type { ClusterHost } from "../cluster/host";
import { PartlyDone, type Json, type Properties, type ResourceCall, type StandIn } from "../provider/serve";
import { ApiError, UnknownKind, described, type KubeApi } from "./api";
import { AWAIT_SECONDS, NotReady, untilGone, untilReady } from "./await";
import { Connections, UNREACHABLE, sameCluster, settingsOf } from "./connection";
import { compare } from "./diff";
import { complete, isKnown, isPatch, objectOf, project, refFrom, writtenPart } from "./inputs";
import { pathOf, refOf, type KubeObject } from "./object";
import { RELEASE, Releases } from "./release";

/** Version of the package whose provider is played. */
export const KUBERNETES_VERSION = "4.34.2";

export interface KubernetesStandInOptions {
  /** Where clusters run right now; a kubeconfig only says which one. */
  readonly clusters: ClusterHost;
  /** How long readiness is waited for at most; a program's own annotation goes first. */
  readonly awaitSeconds?: number;
}

/**
 * The Kubernetes provider, over any Kubernetes API: objects go in by server-side apply, a preview asks the server by
 * dry run, readiness is waited for as the provider does, and Helm releases are the workloads their chart is known to
 * create.
 */
export function createKubernetesStandIn({
  clusters,
  awaitSeconds = AWAIT_SECONDS,
}: KubernetesStandInOptions): StandIn & { close(): void } {
  const connections = new Connections(clusters);
  const releases = new Releases(awaitSeconds);

  const reach = (call: ResourceCall): KubeApi => {
    const api = connections.find(call.peer);
    if (api === undefined) throw new Error(UNREACHABLE);
    return api;
  };
  const scopeOf = async (call: ResourceCall, inputs: Properties) => {
    const { apiVersion, kind } = inputs;
    const api = connections.find(call.peer);
    if (api === undefined || typeof apiVersion !== "string" || typeof kind !== "string") return undefined;
    return (await api.serves(apiVersion, kind))?.namespaced;
  };

  return {
    configure(inputs, { peer }) {
      connections.configure(peer, settingsOf(inputs));
      return Promise.resolve();
    },

    diffConfig(olds, news) {
      // A kubeconfig with a new address or token for the same cluster is not a change of anything.
      const same = sameCluster(settingsOf(olds), settingsOf(news));
      const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
      const diffs = keys.filter((key) => (key === "kubeconfig" ? !same : !equal(olds[key], news[key])));
      return { changes: diffs.length > 0, diffs, replaces: same ? [] : ["kubeconfig"] };
    },

    async check(call, olds, news) {
      if (call.type === RELEASE) return releases.check(call, olds, news, connections.namespaceOf(call.peer));
      const scope = { namespaced: await scopeOf(call, news), namespace: connections.namespaceOf(call.peer) };
      return complete(call, olds, news, scope);
    },

    diff(call, old, news) {
      return Promise.resolve(
        call.type === RELEASE ? releases.diff(old.inputs, news) : compare(call.type, old.inputs, news),
      );
    },

    async create(call, inputs, preview) {
      if (call.type === RELEASE) {
        if (preview) return { id: "", outputs: releases.planned(inputs) };
        return releases.install(reach(call), inputs);
      }
      if (preview) return { id: "", outputs: await rehearse(connections.find(call.peer), inputs, managerName()) };
      const api = reach(call);
      const manager = managerName();
      const live = await put(api, call, inputs, manager, "created");
      return { id: pathOf(refOf(live)), outputs: await settled(api, call, inputs, live, manager, awaitSeconds) };
    },

    async update(call, old, news, preview) {
      if (call.type === RELEASE) {
        if (preview) return releases.planned(news, old.outputs);
        return releases.upgrade(reach(call), old, news);
      }
      const manager = typeof old.outputs["__fieldManager"] === "string" ? old.outputs["__fieldManager"] : managerName();
      if (preview) return rehearse(connections.find(call.peer), news, manager);
      const api = reach(call);
      const live = await put(api, call, news, manager, "updated");
      return settled(api, call, news, live, manager, awaitSeconds);
    },

    async delete(call, id, outputs) {
      const api = reach(call);
      if (call.type === RELEASE) return releases.uninstall(api, outputs);
      const ref = refFrom(call.type, id, outputs);
      if (isPatch(call.type, outputs)) {
        // Giving up the fields, not the object: an apply that names none.
        const { apiVersion, kind, name, namespace } = ref;
        if ((await api.get(ref)) === undefined) return;
        const metadata = namespace === undefined ? { name } : { name, namespace };
        await api.apply({ apiVersion, kind, metadata }, { manager: String(outputs["__fieldManager"]) });
        return;
      }
      await api.delete(ref);
      await untilGone(api, ref, awaitSeconds);
    },

    async read(call, id, inputs, outputs) {
      if (call.type === RELEASE) return releases.read(reach(call), id, inputs, outputs);
      const live = await reach(call).get(refFrom(call.type, id, { ...outputs, ...inputs }));
      if (live === undefined) return undefined;
      const manager = typeof outputs["__fieldManager"] === "string" ? outputs["__fieldManager"] : managerName();
      const imported = Object.keys(inputs).length === 0;
      const known = imported ? writtenPart(live) : (project(live as unknown as Json, inputs) as Properties);
      return { id: pathOf(refOf(live)), inputs: known, outputs: outputsOf(live, manager) };
    },

    async invoke(token, args) {
      if (token !== "kubernetes:yaml:decode")
        throw new Error(`the rehearsal's kubernetes provider has no function ${token}; it has kubernetes:yaml:decode`);
      const { parseAllDocuments } = await import("yaml");
      const documents = parseAllDocuments(String(args["text"] ?? ""));
      const result = documents.map((document) => document.toJSON() as Json).filter((object) => object !== null);
      return { result };
    },

    secretOutputs: (type) => (type === "kubernetes:core/v1:Secret" ? ["data", "stringData"] : []),
    close: () => connections.close(),
  };
}

/** As the provider names itself: one manager for each resource. */
function managerName(): string {
  return `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
}

function outputsOf(live: KubeObject, manager: string): Properties {
  const { managedFields: _managed, ...metadata } = live.metadata;
  return {
    ...(live as unknown as Properties),
    metadata: metadata as unknown as Json,
    __fieldManager: manager,
    __initialApiVersion: live.apiVersion,
  };
}

/** Outputs of a preview: the server's answer to a dry run where it can be asked, else what is known by itself. */
async function rehearse(api: KubeApi | undefined, inputs: Properties, manager: string): Promise<Properties> {
  if (api === undefined || !isKnown(inputs)) return inputs;
  const object = objectOf(inputs);
  try {
    const answer = await api.apply(object, { manager, dryRun: true, force: forced(object) });
    const {
      uid: _u,
      resourceVersion: _r,
      creationTimestamp: _c,
      managedFields: _m,
      generation: _g,
      ...metadata
    } = answer.metadata;
    const { status: _status, ...rest } = answer;
    return { ...(rest as unknown as Properties), metadata: metadata as unknown as Json };
  } catch (error) {
    // Its namespace or its kind will only be there once the same run has made them.
    const early = error instanceof UnknownKind || (error instanceof ApiError && error.code === 404);
    if (early) return inputs;
    throw new Error(`${described(object)}: ${explained(error)}`, { cause: error });
  }
}

async function put(
  api: KubeApi,
  call: ResourceCall,
  inputs: Properties,
  manager: string,
  verb: "created" | "updated",
): Promise<KubeObject> {
  const object = objectOf(inputs);
  if (object.metadata["generateName"] !== undefined && (object.metadata as { name?: string }).name === undefined)
    return api.create(object);
  if (isPatch(call.type, inputs) && (await api.get(refOf(object))) === undefined)
    throw new Error(`resource ${described(object)} was not successfully patched: there is no such object`);
  try {
    return await api.apply(object, { manager, force: forced(object) });
  } catch (error) {
    throw new Error(
      `resource ${described(object)} was not successfully ${verb} by the Kubernetes API server: ${explained(error)}`,
      { cause: error },
    );
  }
}

const forced = (object: KubeObject): boolean => object.metadata.annotations?.["pulumi.com/patchForce"] === "true";

function explained(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ApiError) || error.code !== 409 || !message.includes("conflict")) return message;
  return `Server-Side Apply field conflict detected. See https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting help: ${message}`;
}

async function settled(
  api: KubeApi,
  call: ResourceCall,
  inputs: Properties,
  live: KubeObject,
  manager: string,
  seconds: number,
): Promise<Properties> {
  if (isPatch(call.type, inputs)) return outputsOf(live, manager);
  try {
    return outputsOf(await untilReady(api, live, seconds), manager);
  } catch (error) {
    if (!(error instanceof NotReady)) throw error;
    const said = `the Kubernetes API server reported that "${described(live)}" failed to fully initialize or become live`;
    throw new PartlyDone(pathOf(refOf(live)), outputsOf(error.live, manager), [
      `${said}: ${error.reasons[0] ?? ""}`,
      ...error.reasons.slice(1),
    ]);
  }
}
