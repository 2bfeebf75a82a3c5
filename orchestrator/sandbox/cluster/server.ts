import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as https from "node:https";
import { accessReviews, answerReview } from "./access-reviews";
import type { ServerIdentity } from "./certificates";
import type { FieldValidation } from "./custom-resources";
import { discovery } from "./discovery";
import { listObjects, matcher } from "./lists";
import { fieldsOf, specOf, type KubeObject, type Resource } from "./object";
import { deleted, json, readBody, unknownPath, warner } from "./replies";
import { ApiError, invalid, notFound } from "./status";
import type { ClusterStore } from "./store";
import type { Verbs, WriteOptions } from "./verbs";
import { serveWatch } from "./watch";

/** The cluster's API over HTTPS on the loopback interface; nobody gets in without the admin token. */
export class ApiServer {
  private readonly server: https.Server;

  constructor(
    private readonly store: ClusterStore,
    private readonly verbs: Verbs,
    private readonly version: string,
    private readonly token: string,
    identity: ServerIdentity,
  ) {
    this.server = https.createServer(
      { cert: identity.certificate, key: identity.key },
      (request, response) => void this.answer(request, response),
    );
  }

  /** Listens on the wanted port when it is free, else on any. */
  listen(wanted: number): Promise<number> {
    const attempt = (port: number) =>
      new Promise<number>((resolve, reject) => {
        this.server.once("error", reject);
        this.server.listen(port, "127.0.0.1", () => {
          this.server.off("error", reject);
          resolve((this.server.address() as { port: number }).port);
        });
      });
    return attempt(wanted).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE" && error.code !== "EACCES") throw error;
      return attempt(0);
    });
  }
  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (!this.authorised(request.headers.authorization)) throw new ApiError(401, "Unauthorized", "Unauthorized");
      const url = new URL(request.url ?? "/", "https://localhost");
      if (await this.plain(url, response)) return;
      const body = await readBody(request);
      const reply = this.route(
        url,
        request.method ?? "GET",
        request.headers["content-type"] ?? "",
        body,
        response,
        request,
      );
      if (reply !== undefined) json(response, reply.code, reply.body);
    } catch (error) {
      const refusal =
        error instanceof ApiError
          ? error
          : new ApiError(500, "InternalError", error instanceof Error ? error.message : String(error));
      if (!response.headersSent) json(response, refusal.code, refusal.body);
      else response.end();
    }
  }

  private authorised(header: string | undefined): boolean {
    const given = Buffer.from(/^Bearer +(\S+)$/i.exec(header ?? "")?.[1] ?? "");
    const wanted = Buffer.from(this.token);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  /** Health and discovery: everything that is not an object. */
  private plain(url: URL, response: ServerResponse): Promise<boolean> {
    const path = url.pathname.replace(/\/$/, "");
    if (["/healthz", "/livez", "/readyz"].includes(path)) {
      const verbose = url.searchParams.has("verbose");
      response
        .writeHead(200, { "content-type": "text/plain" })
        .end(
          verbose
            ? "[+]ping ok\n[+]log ok\n[+]etcd ok\n[+]poststarthook/start-apiextensions-controllers ok\nreadyz check passed\n"
            : "ok",
        );
      return Promise.resolve(true);
    }
    const document = discovery(path, [...this.store.resources.all(), ...accessReviews], this.version);
    if (document !== undefined) json(response, 200, document);
    return Promise.resolve(document !== undefined);
  }

  private route(
    url: URL,
    method: string,
    contentType: string,
    body: unknown,
    response: ServerResponse,
    request: IncomingMessage,
  ): { code: number; body: unknown } | undefined {
    const match =
      /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))(?:\/namespaces\/([^/]+)(?=\/))?(?:\/([^/]+))(?:\/([^/]+))?(?:\/(.+))?$/.exec(
        url.pathname,
      );
    if (match === null) return unknownPath(response);
    const [, core, group = "", version = core ?? "", namespace, plural = "", name, subresource] = match;
    const review = accessReviews.find((one) => one.group === group && one.version === version && one.plural === plural);
    if (review !== undefined && method === "POST")
      return { code: 201, body: answerReview(this.store, review.kind, namespace, body) };
    const resource = this.store.resources.at(group, version, plural);
    if (resource === undefined) {
      if (!this.store.resources.all().some((one) => one.group === group && one.version === version))
        return unknownPath(response);
      throw new ApiError(404, "NotFound", "the server could not find the requested resource");
    }
    const query = url.searchParams;
    const options = {
      dryRun: query.get("dryRun") === "All",
      manager: query.get("fieldManager") ?? managerOf(request, contentType),
      force: query.get("force") === "true",
      fieldValidation: fieldValidationOf(query.get("fieldValidation") ?? "", method),
      warn: warner(response),
    };
    const known = (found: KubeObject | undefined): KubeObject => {
      if (found === undefined) throw notFound(plural, group, name ?? "");
      return found;
    };
    if (method === "GET" && name === undefined) {
      if (query.get("watch") === "true" || query.get("watch") === "1") {
        serveWatch(this.store, { resource, namespace, query, matches: matcher(query) }, response);
        return undefined;
      }
      return { code: 200, body: listObjects(this.store, resource, namespace, query) };
    }
    if (method === "GET" && subresource === "log") {
      const pod = known(this.store.get(resource, name as string, namespace));
      response
        .writeHead(200, { "content-type": "text/plain" })
        .end(pod.metadata.annotations?.["rehearsal.slipway.dev/log"] ?? "");
      return undefined;
    }
    if (method === "GET" && subresource === "scale")
      return { code: 200, body: scaleOf(known(this.store.get(resource, name as string, namespace))) };
    if (method === "GET") return { code: 200, body: known(this.store.get(resource, name as string, namespace)) };
    if (method === "POST" && subresource === "eviction") {
      this.verbs.evict(name as string, namespace ?? "", options.dryRun);
      return { code: 201, body: { kind: "Status", apiVersion: "v1", status: "Success", code: 201 } };
    }
    if (method === "POST" && name === undefined)
      return { code: 201, body: this.verbs.create(resource, namespace, body as KubeObject, options) };
    if (subresource === "scale")
      return { code: 200, body: this.scale(resource, name as string, namespace, fieldsOf(body), options) };
    if (method === "PUT" && name !== undefined)
      return {
        code: 200,
        body: this.verbs.replace(resource, name, namespace, body as KubeObject, subresource, options),
      };
    if (method === "PATCH" && name !== undefined) {
      // An apply makes what is not there.
      const code = this.store.get(resource, name, namespace) === undefined ? 201 : 200;
      return { code, body: this.verbs.patch(resource, name, namespace, contentType, body, subresource, options) };
    }
    if (method === "DELETE") {
      const orphan = (query.get("propagationPolicy") ?? fieldsOf(body)["propagationPolicy"]) === "Orphan";
      const dryRun = options.dryRun || JSON.stringify(fieldsOf(body)["dryRun"] ?? "").includes("All");
      if (name !== undefined) {
        const object = this.verbs.delete(resource, name, namespace, dryRun, orphan);
        return {
          code: 200,
          body: deleted(resource, object),
        };
      }
      const list = listObjects(this.store, resource, namespace, query);
      list.items.forEach((object) =>
        this.verbs.delete(resource, object.metadata.name, object.metadata.namespace, dryRun, orphan),
      );
      return { code: 200, body: list };
    }
    throw new ApiError(405, "MethodNotAllowed", `the server does not allow this method on the requested resource`);
  }

  private scale(
    resource: Resource,
    name: string,
    namespace: string | undefined,
    body: Record<string, unknown>,
    options: WriteOptions,
  ): object {
    const replicas = fieldsOf(body["spec"])["replicas"];
    return scaleOf(
      this.verbs.patch(
        resource,
        name,
        namespace,
        "application/merge-patch+json",
        { spec: { replicas } },
        undefined,
        options,
      ),
    );
  }
}

/** Whoever writes without a name is called by its program; who applies has to say a name. */
const managerOf = (request: IncomingMessage, contentType: string): string =>
  contentType.includes("apply-patch") ? "" : (request.headers["user-agent"]?.split("/")[0] ?? "unknown");

function fieldValidationOf(text: string, method: string): FieldValidation {
  if (text === "") return "Warn";
  if (text === "Strict" || text === "Warn" || text === "Ignore") return text;
  const options = method === "POST" ? "CreateOptions" : method === "PUT" ? "UpdateOptions" : "PatchOptions";
  const message = `Unsupported value: ${JSON.stringify(text)}: supported values: "", "Ignore", "Strict", "Warn"`;
  throw invalid(options, "meta.k8s.io", "", [{ field: "fieldValidation", message }]);
}

function scaleOf(object: KubeObject): object {
  const { replicas, selector } = specOf(object);
  const labels = Object.entries(fieldsOf(fieldsOf(selector)["matchLabels"]))
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(",");
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: object.metadata,
    spec: { replicas },
    status: { replicas: fieldsOf(object["status"])["replicas"] ?? 0, selector: labels },
  };
}
