import type { IncomingMessage, ServerResponse } from "node:http";
import { parse as parseYaml } from "yaml";
import type { KubeObject, Resource } from "./object";
import { ApiError, badRequest } from "./status";

/** Bodies of this size are refused, as the API server does for what etcd would not take. */
const BODY_LIMIT = 3 * 1024 * 1024;

/** The body of a request, JSON or YAML; undefined when there is none. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT)
      throw new ApiError(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (text === "") return undefined;
  try {
    return text.startsWith("{") || text.startsWith("[") ? (JSON.parse(text) as unknown) : (parseYaml(text) as unknown);
  } catch (error) {
    throw badRequest(`couldn't parse the body: ${(error as Error).message}`);
  }
}

export function json(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** No object at all: the API server answers in plain text. */
export function unknownPath(response: ServerResponse): undefined {
  response.writeHead(404, { "content-type": "text/plain" }).end("404 page not found\n");
}

/** Warning headers (RFC 7234), each text once; their bytes are UTF-8. */
export function warner(response: ServerResponse): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text)) return;
    told.add(text);
    response.appendHeader("warning", Buffer.from(`299 - ${JSON.stringify(text)}`).toString("latin1"));
  };
}

/** Kinds whose deletion is answered with the object; others get a Status. */
const RETURNED = new Set([
  "Namespace",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Pod",
  "ResourceQuota",
  "Service",
  "ServiceAccount",
  "CSIDriver",
  "StorageClass",
  "VolumeAttachment",
]);
/** An object with finalizers is only marked. */
const survives = ({ metadata }: KubeObject) => (metadata.finalizers ?? []).length > 0;
const success = ({ group, plural }: Resource, { metadata: { name, uid } }: KubeObject) => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  details: { name, ...(group !== "" && { group }), kind: plural, uid },
});
/** What a deletion is answered with. */
export const deleted = (resource: Resource, object: KubeObject): object =>
  RETURNED.has(resource.kind) || survives(object) ? object : success(resource, object);
