import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { EmbeddedClusters } from "../../../../orchestrator/sandbox/cluster/embedded";
import type { ClusterHost } from "../../../../orchestrator/sandbox/cluster/host";
import { atHand } from "../../../../orchestrator/sandbox/control-plane/binaries";
import { ControlPlanes } from "../../../../orchestrator/sandbox/control-plane/control-planes";
import { useFolder } from "../../../support/folder";
import { answers } from "./answers";

const VERSION = "1.36";
/** What kube-apiserver v1.36.3 answered. */
const record = JSON.parse(fs.readFileSync(path.join(__dirname, "answers-1.36.json"), "utf8")) as Record<string, object>;

describe("the embedded API beside a real API server", function () {
  this.timeout(60_000);
  const folder = useFolder();
  const agrees = async (host: ClusterHost) => {
    try {
      const given = await answers(await host.ensure("one", VERSION));
      const titles = [...new Set([...Object.keys(record), ...Object.keys(given)])];
      const different = titles
        .map((title) => ({ title, given: given[title], recorded: record[title] }))
        .filter((row) => !isDeepStrictEqual(row.given, row.recorded));
      expect(different, JSON.stringify(different, null, 2)).to.deep.equal([]);
    } finally {
      await host.close();
    }
  };

  it("answers every request of the table as a real one did: code, reason, message and warnings", async () => {
    await agrees(new EmbeddedClusters(folder()));
  });
  it("has a true record: a real one still answers so", async function () {
    if (!(await atHand(VERSION, process.env))) {
      process.stdout.write(`      skipped: no control plane of ${VERSION} is at hand (slipway control-plane)\n`);
      return this.skip();
    }
    await agrees(new ControlPlanes({ directory: folder(), variables: process.env }));
  });
});
