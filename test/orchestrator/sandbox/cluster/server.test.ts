import { expect } from "chai";
import { EmbeddedClusters } from "../../../../orchestrator/sandbox/cluster/embedded";
import type { ClusterAccess } from "../../../../orchestrator/sandbox/cluster/host";
import { useFolder } from "../../../support/folder";
import { ask, MERGE } from "./client";
import { configMap, workload } from "./fixture";

const MAPS = "/api/v1/namespaces/default/configmaps";

describe("the server of the embedded API", () => {
  const folder = useFolder();
  let clusters: EmbeddedClusters;
  let access: ClusterAccess;
  beforeEach(async () => {
    clusters = new EmbeddedClusters(folder());
    access = await clusters.ensure("one", "1.36");
  });
  afterEach(() => clusters.close());
  const names = (items: unknown) => (items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);

  it("lists in pages, each object once", async () => {
    for (const name of ["a", "b", "c"])
      await ask(access, "POST", MAPS, configMap({}, { name, labels: { page: "yes" } }));
    const first = (await ask(access, "GET", `${MAPS}?labelSelector=page&limit=2`)).body;
    expect(names(first["items"])).to.deep.equal(["a", "b"]);
    expect(first.metadata).to.include({ remainingItemCount: 1 });
    const next = encodeURIComponent(String(first.metadata?.["continue"]));
    const second = (await ask(access, "GET", `${MAPS}?labelSelector=page&limit=2&continue=${next}`)).body;
    expect(names(second["items"])).to.deep.equal(["c"]);
    expect(second.metadata).not.to.have.property("continue");
  });
  it("tells in a header what it lets pass: a pod below the namespace's warning level", async () => {
    const labels = { "pod-security.kubernetes.io/warn": "baseline" };
    await ask(access, "PATCH", "/api/v1/namespaces/default", { metadata: { labels } }, MERGE);
    const deployment = workload("Deployment");
    const spec = { hostNetwork: true, containers: [{ name: "app", image: "x" }] };
    const told = await ask(access, "POST", "/apis/apps/v1/namespaces/default/deployments?dryRun=All", {
      ...deployment,
      spec: { selector: { matchLabels: { app: "web" } }, template: { metadata: { labels: { app: "web" } }, spec } },
    });
    expect(told.code).to.equal(201);
    expect(told.warnings).to.deep.equal([
      'would violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    ]);
  });
  it("scales by the scale of a workload and reads it back", async () => {
    const url = "/apis/apps/v1/namespaces/default/deployments";
    await ask(access, "POST", url, workload("Deployment"));
    await ask(access, "PATCH", `${url}/web/scale`, { spec: { replicas: 3 } }, MERGE);
    const { body } = await ask(access, "GET", `${url}/web/scale`);
    expect(body).to.deep.include({ kind: "Scale", spec: { replicas: 3 } });
    expect(body["status"]).to.deep.include({ selector: "app=web" });
  });
  it("deletes what a selector selects, and nothing else", async () => {
    for (const [name, app] of [
      ["a", "x"],
      ["b", "y"],
    ] as const)
      await ask(access, "POST", MAPS, configMap({}, { name, labels: { app } }));
    await ask(access, "DELETE", `${MAPS}?labelSelector=app%3Dx`);
    expect(names((await ask(access, "GET", `${MAPS}?labelSelector=app`)).body["items"])).to.deep.equal(["b"]);
  });
  it("takes no body larger than etcd would", async () => {
    const large = await ask(access, "POST", MAPS, configMap({ a: "x".repeat(3 * 1024 * 1024) }));
    expect(large.code).to.equal(413);
  });
  it("is ready once it answers, and plain about paths it does not know", async () => {
    expect((await ask(access, "GET", "/readyz")).body.message).to.equal("ok");
    expect((await ask(access, "GET", "/none")).body.message).to.equal("404 page not found");
  });
});
