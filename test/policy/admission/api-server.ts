import * as fs from "node:fs";
import * as https from "node:https";
import * as os from "node:os";
import path from "node:path";
import { atHand } from "../../../orchestrator/sandbox/control-plane/binaries";
import { ControlPlane } from "../../../orchestrator/sandbox/control-plane/control-plane";
import type { Manifest } from "../cases/case";

/** The Kubernetes whose semantics the rules follow. */
const VERSION = "1.36";

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  /** What the API server warned of: one text per violated policy. */
  readonly warnings: readonly string[];
}

/** A real API server, where its programs are at hand. */
export class ApiServer {
  private constructor(
    private readonly plane: ControlPlane,
    private readonly folder: string,
    private readonly resources: ReadonlyMap<string, { name: string; namespaced: boolean }>,
  ) {}

  static available(): Promise<boolean> {
    return atHand(VERSION, process.env);
  }

  static async start(): Promise<ApiServer> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-policy-"));
    const plane = await ControlPlane.start({ name: "policy", version: VERSION, folder, variables: process.env });
    return new ApiServer(plane, folder, new Map());
  }

  async stop(): Promise<void> {
    await this.plane.stop();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  /** Address of a kind's collection; undefined when the API server does not serve it. */
  async collection({ apiVersion, kind, metadata }: Manifest): Promise<string | undefined> {
    const base = String(apiVersion).includes("/") ? `/apis/${String(apiVersion)}` : `/api/${String(apiVersion)}`;
    const key = `${base} ${String(kind)}`;
    if (!this.resources.has(key)) {
      const { status, body } = await this.ask("GET", base);
      const list = status === 200 ? (body["resources"] as { name: string; kind: string; namespaced: boolean }[]) : [];
      for (const { name, kind: one, namespaced } of list)
        if (!name.includes("/")) (this.resources as Map<string, unknown>).set(`${base} ${one}`, { name, namespaced });
    }
    const found = this.resources.get(key);
    if (found === undefined) return undefined;
    const namespace = (metadata as { namespace?: string } | undefined)?.namespace ?? "default";
    return `${base}${found.namespaced ? `/namespaces/${namespace}` : ""}/${found.name}`;
  }

  /** Creates an object, or only pretends to; undefined when its kind is not served. */
  async create(manifest: Manifest, dryRun = false): Promise<Answer | undefined> {
    const place = await this.collection(manifest);
    return place === undefined ? undefined : this.ask("POST", `${place}${dryRun ? "?dryRun=All" : ""}`, manifest);
  }

  ask(method: string, where: string, body?: unknown): Promise<Answer> {
    const { endpoint, certificateAuthority, token } = this.plane.access;
    return new Promise((resolve, reject) => {
      const request = https.request(
        new URL(where, endpoint),
        {
          method,
          ca: certificateAuthority,
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (piece: string) => (text += piece));
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              body: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : { text },
              warnings: [response.headers["warning"] ?? []].flat().flatMap((header) => header.split(/, (?=299 )/)),
            }),
          );
        },
      );
      request.on("error", reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
