import * as https from "node:https";
import type { IncomingMessage } from "node:http";
import { createSecureContext } from "node:tls";
import type { ClusterAccess } from "../cluster/host";
import { pathOf, refOf, type KubeObject, type ObjectRef } from "./object";

/** An answer of the API server that is not a success; the message is the server's own. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** The cluster does not serve the kind (its definition is not installed, or not yet). */
export class UnknownKind extends Error {
  constructor(apiVersion: string, kind: string) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
    this.name = "UnknownKind";
  }
}

export interface Served {
  readonly plural: string;
  readonly namespaced: boolean;
}

export type WatchEvent = { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: KubeObject };

/** The server itself gives up a request after a minute (kube-apiserver --request-timeout); a busy machine needs some of it. */
const ANSWER_MS = 60_000;
/** Asked again later, as every client of Kubernetes does. */
const TOO_MANY = 429;
/** A control plane whose API server or store died is back in less. */
const RETURN_MS = 20_000;
/** Time between two attempts to watch again after the stream broke off. */
const REWATCH_MS = 200;

/**
 * The few calls the stand-ins need of a Kubernetes API, over HTTPS and nothing else: what works against the embedded
 * server works against a real control plane.
 */
export class KubeApi {
  private readonly agent: https.Agent;
  private readonly streams: https.Agent;
  private closed = false;
  private readonly served = new Map<string, Promise<Map<string, Served>>>();

  constructor(private readonly access: ClusterAccess) {
    // One context for all connections: reading the certificate for each is what a connection would cost most.
    const tls = { secureContext: createSecureContext({ ca: access.certificateAuthority }), keepAlive: true };
    this.agent = new https.Agent({ ...tls, maxSockets: 8 });
    this.streams = new https.Agent({ ...tls, maxSockets: Infinity });
  }

  get cluster(): string {
    return this.access.name;
  }

  /** Whether what registers admission webhooks may be put here. */
  get playsWebhooks(): boolean {
    return this.access.playsWebhooks === true;
  }

  /** Whether definitions of kinds that nobody uses sleep here until somebody writes one. */
  get servesOnDemand(): boolean {
    return this.access.servesOnDemand === true;
  }

  /** Ends idle connections; watches end by their own signal. */
  close(): void {
    this.closed = true;
    this.agent.destroy();
    this.streams.destroy();
  }

  /** How the cluster serves a kind; asked again as long as it is not served, since definitions come and go. */
  async serves(apiVersion: string, kind: string): Promise<Served | undefined> {
    const known = (await this.discover(apiVersion)).get(kind);
    if (known !== undefined) return known;
    this.served.delete(apiVersion);
    return (await this.discover(apiVersion)).get(kind);
  }

  private discover(apiVersion: string): Promise<Map<string, Served>> {
    const pending = this.served.get(apiVersion) ?? this.readKinds(apiVersion);
    this.served.set(apiVersion, pending);
    pending.catch(() => this.served.delete(apiVersion));
    return pending;
  }

  private async readKinds(apiVersion: string): Promise<Map<string, Served>> {
    try {
      const list = (await this.call("GET", rootOf(apiVersion))) as {
        resources?: { name: string; kind: string; namespaced: boolean }[];
      };
      return new Map(
        (list.resources ?? [])
          .filter(({ name }) => !name.includes("/"))
          .map(({ name, kind, namespaced }) => [kind, { plural: name, namespaced }]),
      );
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return new Map();
      throw error;
    }
  }

  private async pathFor(ref: Omit<ObjectRef, "name"> & { name?: string | undefined }): Promise<string> {
    const served = await this.serves(ref.apiVersion, ref.kind);
    if (served === undefined) throw new UnknownKind(ref.apiVersion, ref.kind);
    const scope = served.namespaced && ref.namespace !== undefined ? `/namespaces/${ref.namespace}` : "";
    const name = ref.name === undefined ? "" : `/${encodeURIComponent(ref.name)}`;
    return `${rootOf(ref.apiVersion)}${scope}/${served.plural}${name}`;
  }

  /** The path to write to: whoever writes the first object of a kind that sleeps wakes it. */
  private async pathToWrite(ref: Parameters<KubeApi["pathFor"]>[0]): Promise<string> {
    try {
      return await this.pathFor(ref);
    } catch (error) {
      if (!(error instanceof UnknownKind) || !this.servesOnDemand) throw error;
      const { awaken } = await import("./dormant.js");
      if (!(await awaken(this, ref.apiVersion, ref.kind))) throw error;
      return this.pathFor(ref);
    }
  }

  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    try {
      return (await this.call("GET", await this.pathFor(ref))) as KubeObject;
    } catch (error) {
      if (error instanceof UnknownKind || (error instanceof ApiError && error.code === 404)) return undefined;
      throw error;
    }
  }

  /** Objects of a kind in all namespaces, or in one. */
  async list(apiVersion: string, kind: string, namespace?: string): Promise<{ items: KubeObject[]; version: string }> {
    const answer = (await this.call("GET", await this.pathFor({ apiVersion, kind, namespace }))) as {
      items?: KubeObject[];
      metadata?: { resourceVersion?: string };
    };
    // Items of a list come without their type.
    const items = (answer.items ?? []).map((item) => ({ ...item, apiVersion, kind }));
    return { items, version: answer.metadata?.resourceVersion ?? "" };
  }

  /** Server-side apply. A conflict with another manager is an error unless forced. */
  async apply(
    object: KubeObject,
    { manager, force = false, dryRun = false }: { manager: string; force?: boolean; dryRun?: boolean },
  ): Promise<KubeObject> {
    const query = new URLSearchParams({
      fieldManager: manager,
      force: String(force),
      ...(dryRun && { dryRun: "All" }),
    });
    const base = await (dryRun ? this.pathFor(refOf(object)) : this.pathToWrite(refOf(object)));
    const path = `${base}?${query.toString()}`;
    return (await this.call("PATCH", path, object, "application/apply-patch+yaml")) as KubeObject;
  }

  async create(object: KubeObject): Promise<KubeObject> {
    const { name: _name, ...collection } = refOf(object);
    return (await this.call("POST", await this.pathToWrite(collection), object)) as KubeObject;
  }

  /** Merge patch of the object, or of its status. */
  async merge(ref: ObjectRef, patch: object, subresource?: "status"): Promise<KubeObject> {
    const path = `${await this.pathFor(ref)}${subresource === undefined ? "" : `/${subresource}`}`;
    return (await this.call("PATCH", path, patch, "application/merge-patch+json")) as KubeObject;
  }

  /** Starts a deletion; an object that is not there is fine. A pod has `graceSeconds` to end, its own when not given. */
  async delete(
    ref: ObjectRef,
    propagation: "Background" | "Foreground" | "Orphan" = "Background",
    graceSeconds?: number,
  ): Promise<void> {
    try {
      await this.call("DELETE", await this.pathFor(ref), {
        apiVersion: "v1",
        kind: "DeleteOptions",
        propagationPolicy: propagation,
        ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }),
      });
    } catch (error) {
      if (error instanceof UnknownKind || (error instanceof ApiError && error.code === 404)) return;
      throw error;
    }
  }

  /**
   * Follows a kind until the signal ends it: `reset` gets the full list at the start and whenever the stream had to be
   * taken up anew, `event` every change in between. Resolves when the first list was delivered.
   */
  async follow(
    kind: { readonly apiVersion: string; readonly kind: string; readonly namespace?: string },
    on: { reset(items: KubeObject[]): void; event(event: WatchEvent): void; lost?(error: Error): void },
    signal: AbortSignal,
  ): Promise<void> {
    const start = async (): Promise<string> => {
      const { items, version } = await this.list(kind.apiVersion, kind.kind, kind.namespace);
      if (!signal.aborted) on.reset(items);
      return version;
    };
    const version = await start();
    /** The whole list once more, however long the server takes to come back. */
    const again = async (): Promise<string> => {
      for (;;) {
        try {
          return await start();
        } catch (error) {
          if (signal.aborted || error instanceof UnknownKind) return "";
          await pause(REWATCH_MS, signal);
        }
      }
    };
    const carryOn = async (from: string): Promise<void> => {
      let next = from;
      while (!signal.aborted) {
        try {
          next = await this.stream(kind, next, on.event, signal);
        } catch (error) {
          if (signal.aborted) return;
          on.lost?.(error as Error);
          await pause(REWATCH_MS, signal);
          next = await again();
        }
      }
    };
    void carryOn(version);
  }

  /** One watch request to its end; resolves with the version to go on from. */
  private async stream(
    kind: { readonly apiVersion: string; readonly kind: string; readonly namespace?: string },
    from: string,
    deliver: (event: WatchEvent) => void,
    signal: AbortSignal,
  ): Promise<string> {
    const query = new URLSearchParams({
      watch: "true",
      allowWatchBookmarks: "true",
      ...(from && { resourceVersion: from }),
    });
    const path = `${await this.pathFor(kind)}?${query.toString()}`;
    const response = await this.send("GET", path, undefined, undefined, this.streams, signal);
    if (response.statusCode !== 200) throw failure(response.statusCode ?? 0, await text(response));
    let rest = "";
    let version = from;
    response.setEncoding("utf8");
    for await (const chunk of response as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "" || signal.aborted) continue;
        const event = JSON.parse(line) as { type: string; object: KubeObject };
        if (event.type === "ERROR") throw failure(Number(event.object["code"] ?? 0), JSON.stringify(event.object));
        version = event.object.metadata.resourceVersion ?? version;
        if (event.type !== "BOOKMARK") deliver(event as WatchEvent);
      }
    }
    return version;
  }

  private async call(method: string, path: string, body?: object, contentType = "application/json"): Promise<unknown> {
    const exchange = async () => {
      const response = await this.send(method, path, body, contentType, this.agent);
      return { response, answer: await text(response) };
    };
    for (let waited = 0; ; waited += REWATCH_MS) {
      // A server that went away comes back: what it may not have done is asked again, what would be done twice is not.
      const { response, answer } = await exchange().catch(async (error: NodeJS.ErrnoException) => {
        const unheard = error.code === "ECONNREFUSED";
        const lost = unheard || error.code === "ECONNRESET" || error.code === "EPIPE";
        if (!lost || (method === "POST" && !unheard) || !(await this.back())) throw error;
        return exchange();
      });
      const code = response.statusCode ?? 0;
      if (code >= 200 && code <= 299) return JSON.parse(answer);
      // It says so as long as it still reads its store after a start, and has done nothing.
      const again = code === TOO_MANY || (code === 404 && (await this.comes(path, answer)));
      if (!again || waited >= RETURN_MS || this.closed) throw failure(code, answer);
      await new Promise((resolve) => setTimeout(resolve, REWATCH_MS));
    }
  }

  /**
   * Whether a path that is not there is one that discovery tells of: the handler of a new definition's kind is there a
   * moment later. What the server knows, it answers with a status.
   */
  private async comes(path: string, answer: string): Promise<boolean> {
    const [, root = "", plural = ""] = /^(\/apis\/[^/]+\/[^/?]+)\/(?:namespaces\/[^/?]+\/)?([^/?]+)/.exec(path) ?? [];
    if (plural === "" || answer.startsWith("{")) return false;
    const body = await text(await this.send("GET", root, undefined, undefined, this.agent));
    return body.startsWith("{") && body.includes(`"name":"${plural}"`);
  }

  /** Waits until the server is ready again; false when it does not come back in time or nobody needs it any more. */
  private async back(): Promise<boolean> {
    for (let waited = 0; waited < RETURN_MS && !this.closed; waited += REWATCH_MS) {
      const code = await this.send("GET", "/readyz", undefined, undefined, this.agent).then(
        (response) => (response.resume(), response.statusCode),
        () => undefined,
      );
      if (code === 200) return true;
      await new Promise((resolve) => setTimeout(resolve, REWATCH_MS));
    }
    return false;
  }

  private send(
    method: string,
    path: string,
    body: object | undefined,
    contentType: string | undefined,
    agent: https.Agent,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      accept: "application/json",
      authorization: `Bearer ${this.access.token}`,
      ...(payload && { "content-type": contentType, "content-length": payload.length }),
    };
    return new Promise((resolve, reject) => {
      const request = https.request(
        `${this.access.endpoint}${path}`,
        // A watch is silent for as long as nothing happens.
        { method, headers, agent, ...(signal ? { signal } : { timeout: ANSWER_MS }) },
        resolve,
      );
      request.on("timeout", () =>
        request.destroy(new Error(`${method} ${path} had no answer in ${ANSWER_MS / 1000} s`)),
      );
      request.on("error", reject);
      request.end(payload);
    });
  }
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

async function text(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function failure(code: number, body: string): ApiError {
  try {
    const status = JSON.parse(body) as { message?: string; reason?: string };
    return new ApiError(code, status.reason ?? "", status.message ?? body);
  } catch {
    return new ApiError(code, "", body === "" ? `the API server answered ${code}` : body);
  }
}

/** Waits, or less long when told to stop. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** As error texts name an object: `cert-manager/webhook` or `demo`. */
export const described = (object: KubeObject): string => pathOf(refOf(object));
