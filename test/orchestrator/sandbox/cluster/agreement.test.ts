import { expect } from "chai";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { EmbeddedClusters } from "../../../../orchestrator/sandbox/cluster/embedded";
import type { ClusterAccess } from "../../../../orchestrator/sandbox/cluster/host";
import { atHand } from "../../../../orchestrator/sandbox/control-plane/binaries";
import { ControlPlanes } from "../../../../orchestrator/sandbox/control-plane/control-planes";
import { useFolder } from "../../../support/folder";
import { ask, type Reply } from "./client";
import { requests, setUp } from "./requests";

const VERSION = "1.36";

describe("the embedded API beside a real API server", function () {
  this.timeout(60_000);
  const folder = useFolder();

  it("answers every request of the table alike: code, reason, message and warnings", async function () {
    if (!(await atHand(VERSION, process.env))) {
      process.stdout.write("      skipped: no control plane of 1.36 is at hand (slipway control-plane)\n");
      return this.skip();
    }
    const embedded = new EmbeddedClusters(path.join(folder(), "embedded"));
    const planes = new ControlPlanes({ directory: path.join(folder(), "real"), variables: process.env });
    try {
      const [ours, real] = await Promise.all([embedded.ensure("one", VERSION), planes.ensure("one", VERSION)]);
      const [mine, theirs] = await Promise.all([answers(ours), answers(real)]);
      const different = requests
        .map(({ title }) => ({ title, embedded: mine[title], real: theirs[title] }))
        .filter((row) => !isDeepStrictEqual(row.embedded, row.real));
      expect(different, JSON.stringify(different, null, 2)).to.deep.equal([]);
    } finally {
      await Promise.all([embedded.close(), planes.close()]);
    }
  });
});

/** Title → what was answered. */
async function answers(access: ClusterAccess): Promise<Record<string, object>> {
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
  return all;
}
/** What is left of what was sent; of a list, the names. */
const accepted = ({ body }: Reply) =>
  body["kind"] === "Widget"
    ? { spec: body["spec"] }
    : {
        data: body["data"],
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
