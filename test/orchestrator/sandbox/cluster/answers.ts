import type { ClusterAccess } from "../../../../orchestrator/sandbox/cluster/host";
import { ask, type Reply } from "./client";
import { requests, setUp } from "./requests";

/** What a cluster answers to every request of the table: title → code, warnings, and what matters of the body. */
export async function answers(access: ClusterAccess): Promise<Record<string, object>> {
  for (const { method, url, body } of setUp) {
    const { code, body: answer } = await ask(access, method, url, body);
    if (code >= 300) throw new Error(`${method} ${url}: ${answer.message ?? code}`);
  }
  await served(access);
  const all: Record<string, object> = {};
  for (const { title, method = "POST", url, body, type } of requests) {
    const reply = await ask(access, method, url, body, type);
    all[title] = {
      code: reply.code,
      warnings: reply.warnings,
      ...(reply.code < 400 ? accepted(reply) : refused(reply)),
    };
  }
  // As it is on record: fields without a value are left out.
  return JSON.parse(JSON.stringify(all)) as Record<string, object>;
}
/** What is left of what was sent; of a list, the names. */
const accepted = ({ body }: Reply) =>
  body["kind"] === "Widget"
    ? { spec: body["spec"] }
    : {
        // A real one leaves out a map without keys.
        data: Object.keys((body["data"] ?? {}) as object).length === 0 ? undefined : body["data"],
        items: (body["items"] as { metadata: { name: string } }[] | undefined)?.map(({ metadata }) => metadata.name),
      };
/** A whole object in a message has times and names of its own. */
const withoutObject = (message: string) => message.replace(/Invalid value: "\{.*\}"/, 'Invalid value: "{…}"');
/** The order of several causes is left to chance by a real API server; so their list stands for the message. */
function refused({ body: { reason, message = "", details } }: Reply): object {
  const causes = ((details ?? {}) as { causes?: object[] }).causes ?? [];
  return causes.length < 2
    ? { reason, message: withoutObject(message) }
    : {
        reason,
        message: message.split("[")[0],
        causes: causes.map((cause) => JSON.stringify(cause, ["reason", "message", "field"])).sort(),
      };
}

/** A definition is served, and a namespace gets its account, a moment after they are made. */
async function served(access: ClusterAccess): Promise<void> {
  const accounts = ["based", "strict", "small", "warned", "counted"].map(
    (name) => `/api/v1/namespaces/${name}/serviceaccounts/default`,
  );
  for (const url of ["/apis/test.dev/v1/widgets", ...accounts])
    for (let code = 0; code !== 200;) code = (await ask(access, "GET", url)).code;
}
