import { expect } from "chai";
import { viewCluster, type ClusterView } from "../../../orchestrator/checks/cluster-view";
import { createClients } from "../../../orchestrator/checks/clients";
import { refusalOfTooMuch } from "../../../orchestrator/checks/quota-probe";
import type { PlatformOutputs } from "../../../infra/outputs";
import { awsReader, soundAws } from "../../support/world";
import { CLUSTER, nodes } from "../sandbox/kubernetes/fixture";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

describe("a workload that asks for too much [A17.3]", () => {
  let world: ClusterWorld;
  let view: ClusterView;
  before(async () => {
    world = await openWorld();
    await world.fixture.clusters.setNodes(CLUSTER, "general", nodes(1, "general"));
    await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } });
    const { kubernetes } = await createClients({
      target: "rehearsal",
      outputs: { kubeconfig: world.fixture.access.kubeconfig } as PlatformOutputs,
      aws: awsReader(soundAws()),
    });
    view = await viewCluster(kubernetes);
  });
  after(() => world.fixture.close());

  it("is not said to be refused when nobody refused it, and is gone afterwards", async () => {
    expect(await refusalOfTooMuch(view, impatient, "team", "1")).to.equal(undefined);
    for (const [apiVersion, kind] of [
      ["apps/v1", "Deployment"],
      ["apps/v1", "ReplicaSet"],
      ["v1", "Pod"],
    ] as const)
      expect(
        (await view.list(apiVersion, kind, "team")).filter((one) => one.metadata?.deletionTimestamp === undefined),
        kind,
      ).to.deep.equal([]);
  });
});
