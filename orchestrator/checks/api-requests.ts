import * as https from "node:https";
import type { Kubernetes } from "./check";

/** Seconds to wait for one answer, as in cluster-view.ts. */
const ANSWER_TIMEOUT_SECONDS = 15;
/** Questions asked at once: as many as one API server's fair share takes without queueing one of them. */
const CONNECTIONS = 16;

/** What the API server answered: a refusal is an answer, too. */
export interface Answer {
  readonly code: number;
  readonly body: Readonly<Record<string, unknown>>;
}
/** Requests as they are, where an answer's own words count. */
export interface ApiRequests {
  post(path: string, body: object): Promise<Answer>;
  close(): void;
}

/** Opens a few connections that stay open: a review is a thousand small questions. */
export async function apiRequests({ config }: Kubernetes): Promise<ApiRequests> {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error("the kubeconfig names no cluster");
  const options: https.RequestOptions = { timeout: ANSWER_TIMEOUT_SECONDS * 1000 };
  await config.applyToHTTPSOptions(options);
  const { agent } = options;
  // The client's own agent, which knows certificates and proxies, with connections that last.
  if (agent instanceof https.Agent) Object.assign(agent, { keepAlive: true, maxSockets: CONNECTIONS });
  return {
    post: (path, body) => send(`${server}${path}`, { ...options, method: "POST" }, JSON.stringify(body)),
    close: () => {
      if (agent instanceof https.Agent) agent.destroy();
    },
  };
}

function send(url: string, options: https.RequestOptions, text: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...options.headers, "content-type": "application/json" };
    const request = https.request(url, { ...options, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const answer = Buffer.concat(chunks).toString("utf8");
        try {
          resolve({ code: response.statusCode ?? 0, body: JSON.parse(answer) as Record<string, unknown> });
        } catch {
          reject(new Error(`${url} answered ${response.statusCode ?? 0} and no JSON`));
        }
      });
    });
    request.on("timeout", () => request.destroy(new Error(`${url} had no answer in ${ANSWER_TIMEOUT_SECONDS} s`)));
    request.on("error", reject);
    request.end(text);
  });
}
