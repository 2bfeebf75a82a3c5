import { expect } from "chai";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { EmbeddedClusters } from "../../../../orchestrator/sandbox/cluster/embedded";
import type { ClusterAccess } from "../../../../orchestrator/sandbox/cluster/host";
import { APPLY, ask } from "./client";

const configMap = (data: Record<string, string>, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", ...metadata },
  data,
});
const MAPS = "/api/v1/namespaces/default/configmaps";

describe("the embedded Kubernetes API", () => {
  let directory: string;
  let clusters: EmbeddedClusters;
  let access: ClusterAccess;
  beforeEach(async () => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-cluster-"));
    clusters = new EmbeddedClusters(directory);
    access = await clusters.ensure("one", "1.36");
  });
  afterEach(async () => {
    await clusters.close();
    fs.rmSync(directory, { recursive: true, force: true });
  });

  it("lets nobody in without the token, with a wrong one, or with the token as anything but a bearer's", async () => {
    const as = async (authorization: string) =>
      (await ask(access, "GET", MAPS, undefined, undefined, authorization)).code;
    expect(await as("")).to.equal(401);
    expect(await as("Bearer wrong")).to.equal(401);
    expect(await as(access.token)).to.equal(401);
    expect(await as(`Basic ${access.token}`)).to.equal(401);
    expect(await as(`Bearer ${access.token} more`)).to.equal(401);
    expect(await as(`bearer ${access.token}`)).to.equal(200);
  });

  it("answers as the API server does for what is missing, there already, or changed meanwhile", async () => {
    const missing = await ask(access, "GET", "/api/v1/namespaces/none");
    expect([missing.code, missing.body.message]).to.deep.equal([404, 'namespaces "none" not found']);
    const made = await ask(access, "POST", MAPS, configMap({ a: "1" }));
    expect(made.code).to.equal(201);
    const again = await ask(access, "POST", MAPS, configMap({ a: "1" }));
    expect([again.code, again.body.message]).to.deep.equal([409, 'configmaps "settings" already exists']);
    const version = made.body.metadata?.["resourceVersion"];
    expect(
      (await ask(access, "PUT", `${MAPS}/settings`, configMap({ a: "2" }, { resourceVersion: version }))).code,
    ).to.equal(200);
    const stale = await ask(access, "PUT", `${MAPS}/settings`, configMap({ a: "3" }, { resourceVersion: version }));
    expect(stale.code).to.equal(409);
    expect(stale.body.message).to.match(/^Operation cannot be fulfilled on configmaps "settings"/);
  });

  it("stores nothing on a dry run", async () => {
    expect((await ask(access, "POST", `${MAPS}?dryRun=All`, configMap({ a: "1" }))).code).to.equal(201);
    expect((await ask(access, "GET", `${MAPS}/settings`)).code).to.equal(404);
  });

  it("refuses an apply over another manager's field, takes it by force, and removes what a manager drops", async () => {
    const url = (manager: string, force = false) => `${MAPS}/settings?fieldManager=${manager}&force=${force}`;
    await ask(access, "PATCH", url("first"), configMap({ a: "1", b: "1" }), APPLY);
    const refused = await ask(access, "PATCH", url("second"), configMap({ a: "2" }), APPLY);
    expect(refused.code).to.equal(409);
    expect(refused.body.message).to.equal('Apply failed with 1 conflict: conflict with "first": .data.a');
    await ask(access, "PATCH", url("second", true), configMap({ a: "2" }), APPLY);
    const dropped = await ask(access, "PATCH", url("first"), configMap({ c: "1" }), APPLY);
    expect(dropped.body.data).to.deep.equal({ a: "2", c: "1" });
  });

  it("has the same objects, token and authority after a restart, and keeps them from other users", async () => {
    await ask(access, "POST", MAPS, configMap({ a: "1" }));
    await clusters.close();
    clusters = new EmbeddedClusters(directory);
    await clusters.resume();
    const resumed = await clusters.ensure("one", "1.36");
    expect(resumed.token).to.equal(access.token);
    expect(resumed.certificateAuthority).to.equal(access.certificateAuthority);
    expect((await ask(resumed, "GET", `${MAPS}/settings`)).body.data).to.deep.equal({ a: "1" });
    const folder = path.join(directory, "one");
    expect(fs.statSync(folder).mode & 0o077).to.equal(0);
    for (const file of ["cluster.json", "objects.jsonl"])
      expect(fs.statSync(path.join(folder, file)).mode & 0o077, file).to.equal(0);
  });
});
