import * as https from "node:https";
import type { ClusterAccess } from "../../../../orchestrator/sandbox/cluster/host";

export interface Reply {
  readonly code: number;
  readonly body: {
    readonly reason?: string;
    readonly message?: string;
    readonly metadata?: Record<string, unknown>;
    readonly [field: string]: unknown;
  };
  /** Texts of the Warning headers. */
  readonly warnings: readonly string[];
}
export const APPLY = "application/apply-patch+yaml";
export const JSON_PATCH = "application/json-patch+json";
export const STRATEGIC = "application/strategic-merge-patch+json";
export const MERGE = "application/merge-patch+json";

/** One request to a cluster's API, as its administrator; an empty token sends none. */
export function ask(
  access: ClusterAccess,
  method: string,
  url: string,
  body?: object,
  type = "application/json",
  authorization = `Bearer ${access.token}`,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": type, ...(authorization === "" ? {} : { authorization }) };
    const options = { method, headers, ca: access.certificateAuthority, agent: false };
    const request = https.request(`${access.endpoint}${url}`, options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        const headers = [response.headersDistinct["warning"] ?? []].flat().join(", ");
        const warnings = [...headers.matchAll(/299 - ("(?:[^"\\]|\\.)*")/g)].map(
          ([, text = '""']) => JSON.parse(text) as string,
        );
        resolve({ code: response.statusCode ?? 0, body: bodyOf(text), warnings });
      });
    });
    request.on("error", reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** What is no JSON, such as the answer for unknown paths, is the message. */
const bodyOf = (text: string): Reply["body"] =>
  text.startsWith("{") ? (JSON.parse(text) as Reply["body"]) : { message: text.trim() };
