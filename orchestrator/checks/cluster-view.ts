import * as https from "node:https";
import type { KubernetesObject, V1Pod } from "@kubernetes/client-node";
import type { Kubernetes } from "./check";

/** Seconds to wait for one answer of the API server; a server that is slower than this is not healthy. */
const ANSWER_TIMEOUT_SECONDS = 15;

/** Reads and probes one cluster through its API, by apiVersion and kind. */
export interface ClusterView {
  /** Objects of a kind; an empty list when the cluster does not serve the kind. */
  list<T extends KubernetesObject>(apiVersion: string, kind: string, namespace?: string): Promise<T[]>;
  get<T extends KubernetesObject>(
    apiVersion: string,
    kind: string,
    name: string,
    namespace?: string,
  ): Promise<T | undefined>;
  create<T extends KubernetesObject>(object: T): Promise<T>;
  /** Puts a new object before the API server and its webhooks without keeping it: undefined, or why it was refused. */
  tryCreate(object: KubernetesObject): Promise<string | undefined>;
  /** Deletes in the background; an object that is not there is fine. */
  remove(object: { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } }): Promise<void>;
  /** `/readyz?verbose`: the checks that do not pass (componentstatuses is deprecated, A2.3). */
  failingHealthChecks(): Promise<string[]>;
}

/** The API server answers that it cannot serve this kind yet, or not just now (429). */
export function isTooEarly(error: unknown): error is Error {
  return error instanceof Error && (error as { code?: unknown }).code === 429;
}

export async function viewCluster(kubernetes: Kubernetes): Promise<ClusterView> {
  // Loaded when a check first needs it: the client costs a third of a second, which start-up must not pay.
  const { ApiException, KubernetesObjectApi } = await import("@kubernetes/client-node");
  const api = KubernetesObjectApi.makeApiClient(kubernetes.config);
  const unknownKind = (error: unknown) =>
    error instanceof Error && error.message.startsWith("Unrecognized API version and kind");
  const absent = (error: unknown) => unknownKind(error) || (error instanceof ApiException && error.code === 404);
  return {
    async list<T extends KubernetesObject>(apiVersion: string, kind: string, namespace?: string) {
      try {
        return (await api.list<T>(apiVersion, kind, namespace)).items as T[];
      } catch (error) {
        if (absent(error)) return [];
        throw error;
      }
    },
    async get<T extends KubernetesObject>(apiVersion: string, kind: string, name: string, namespace?: string) {
      try {
        const header = { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace } };
        return (await api.read(header)) as unknown as T;
      } catch (error) {
        if (absent(error)) return undefined;
        throw error;
      }
    },
    create: (object) => api.create(object),
    async tryCreate(object) {
      try {
        await api.create(object, undefined, "All");
        return undefined;
      } catch (error) {
        if (!unknownKind(error) && !(error instanceof ApiException)) throw error;
        const message = error instanceof ApiException ? messageOf(error.body) : "";
        // A group nobody has defined is not found as such; a namespace that is not there says so.
        if (absent(error) && !message.startsWith("namespaces ")) return `no matches for kind "${String(object.kind)}"`;
        return message;
      }
    },
    async remove(object) {
      try {
        await api.delete(object, undefined, undefined, 0, undefined, "Background");
      } catch (error) {
        if (!absent(error)) throw error;
      }
    },
    failingHealthChecks: () => failingHealthChecks(kubernetes),
  };
}

/** What a Status says, which the client hands over as text or as an object. */
function messageOf(body: unknown): string {
  const status = (typeof body === "string" ? parsed(body) : body) as { message?: string } | undefined;
  return status?.message ?? String(body);
}
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function failingHealthChecks({ config }: Kubernetes): Promise<string[]> {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error("the kubeconfig names no cluster");
  const options: https.RequestOptions = { timeout: ANSWER_TIMEOUT_SECONDS * 1000 };
  await config.applyToHTTPSOptions(options);
  const body = await new Promise<string>((resolve, reject) => {
    const request = https.get(`${server}/readyz?verbose`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(Buffer.concat(chunks).toString()));
    });
    request.on("timeout", () =>
      request.destroy(new Error(`${server}/readyz did not answer within ${ANSWER_TIMEOUT_SECONDS} s`)),
    );
    request.on("error", reject);
  });
  // One line per check: `[+]etcd ok` or `[-]etcd failed: reason withheld`.
  const lines = body.split("\n").filter((line) => line.startsWith("[") || line.includes("check"));
  if (lines.length === 0) throw new Error(`${server}/readyz answered nothing that can be read`);
  return lines.filter((line) => line.startsWith("[-]")).map((line) => line.slice(3));
}

/** A pod counts when it is Ready, or has finished well. */
export function podProblem(pod: V1Pod): string | undefined {
  if (pod.status?.phase === "Succeeded") return undefined;
  const ready = pod.status?.conditions?.find((condition) => condition.type === "Ready");
  if (ready?.status === "True") return undefined;
  const waiting = pod.status?.containerStatuses
    ?.map((status) => status.state?.waiting?.reason)
    .find((reason) => reason !== undefined);
  const scheduled = pod.status?.conditions?.find(
    (condition) => condition.type === "PodScheduled" && condition.status === "False",
  );
  return waiting ?? scheduled?.message ?? ready?.reason ?? `phase ${pod.status?.phase ?? "unknown"}`;
}

/** `namespace/name`, as people write it. */
export function nameOf(object: KubernetesObject): string {
  const { namespace, name } = object.metadata ?? {};
  return namespace === undefined ? String(name) : `${namespace}/${String(name)}`;
}

/** Status of a condition in `status.conditions`, as most kinds carry it. */
export function condition(
  object: KubernetesObject | undefined,
  type: string,
): { status: string; reason?: string; message?: string } | undefined {
  const status = (
    object as
      { status?: { conditions?: { type: string; status: string; reason?: string; message?: string }[] } } | undefined
  )?.status;
  return status?.conditions?.find((entry) => entry.type === type);
}
