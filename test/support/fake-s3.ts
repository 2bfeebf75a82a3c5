import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What goes wrong with the next PUTs, in order. */
export type Mishap =
  /** S3 asks to try again. */
  | "conflict"
  /** It is done, but the answer never arrives. */
  | "lost answer"
  /** It never arrives. */
  | "lost request";

/**
 * S3's REST interface as far as a ledger uses it, as published: signed requests to one bucket, PUT with `If-None-Match: *`
 * only (412 where the key exists, 409 on a conflict), a checksum that must be right, GET with NoSuchKey, ListObjectsV2 in
 * pages. Whatever else is asked for is refused: no object is ever overwritten or deleted through it.
 */
export class S3Fake {
  readonly objects = new Map<string, { bytes: Buffer; metadata: Record<string, string> }>();
  readonly mishaps: Mishap[] = [];
  readonly asked: string[] = [];
  private readonly server = createServer((request, response) => void this.answer(request, response));

  constructor(
    private readonly bucket: string,
    private readonly pageSize = 3,
  ) {}

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? "/", "http://s3");
    const header = (name: string) => String(request.headers[name] ?? "");
    const send = (status: number, text: string | Buffer = "", headers: Record<string, string> = {}) => {
      response.writeHead(status, { "content-type": "application/xml", ...headers });
      response.end(text);
    };
    const error = (status: number, code: string) =>
      send(status, `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
    this.asked.push(`${request.method} ${url.pathname}`);
    if (!/^AWS4-HMAC-SHA256 Credential=\S+, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/.test(header("authorization"))) {
      return error(403, "AccessDenied");
    }
    const [, bucket = "", ...rest] = url.pathname.split("/");
    if (bucket !== this.bucket) return error(404, "NoSuchBucket");
    const key = decodeURIComponent(rest.join("/"));
    const signed = header("x-amz-content-sha256");
    if (/^[0-9a-f]{64}$/.test(signed) && signed !== createHash("sha256").update(body).digest("hex")) {
      return error(400, "XAmzContentSHA256Mismatch");
    }
    if (request.method === "GET" && key === "") return this.list(url, send, error);
    if (request.method === "GET") {
      const found = this.objects.get(key);
      if (found === undefined) return error(404, "NoSuchKey");
      const metadata = Object.entries(found.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value] as const);
      return send(200, found.bytes, { "content-type": "application/json", ...Object.fromEntries(metadata) });
    }
    if (request.method !== "PUT" || key === "") return error(405, "MethodNotAllowed");
    if (header("if-none-match") !== "*") return error(501, "NotImplemented");
    const checksum = createHash("sha256").update(body).digest("base64");
    if (header("x-amz-checksum-sha256") !== checksum) return error(400, "BadDigest");
    const mishap = this.mishaps.shift();
    if (mishap === "lost request") return void request.socket.destroy();
    if (mishap === "conflict") return error(409, "ConditionalRequestConflict");
    if (this.objects.has(key)) return error(412, "PreconditionFailed");
    const metadata = Object.entries(request.headers).flatMap(([name, value]) =>
      name.startsWith("x-amz-meta-") ? [[name.slice("x-amz-meta-".length), String(value)] as const] : [],
    );
    this.objects.set(key, { bytes: body, metadata: Object.fromEntries(metadata) });
    if (mishap === "lost answer") return void request.socket.destroy();
    return send(200, "", { etag: '"0"' });
  }

  private list(
    url: URL,
    send: (status: number, text: string) => void,
    error: (status: number, code: string) => void,
  ): void {
    if (url.searchParams.get("list-type") !== "2") return error(501, "NotImplemented");
    const prefix = url.searchParams.get("prefix") ?? "";
    const after = url.searchParams.get("continuation-token") ?? "";
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted();
    const page = keys.slice(0, this.pageSize);
    const more = keys.length > page.length;
    const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("");
    const next = more ? `<NextContinuationToken>${page.at(-1) ?? ""}</NextContinuationToken>` : "";
    send(
      200,
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>${String(more)}</IsTruncated>${next}${contents}</ListBucketResult>`,
    );
  }
}
