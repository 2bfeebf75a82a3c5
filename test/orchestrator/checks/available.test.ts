import { expect } from "chai";
import { deploymentsAvailable } from "../../../orchestrator/checks/available";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";
import { strict } from "../../support/rollout";

const deployment = (name: string, availableReplicas: number) => ({
  metadata: { name, namespace: "n" },
  spec: { template: { metadata: { labels: { app: name } } } },
  status: { availableReplicas },
});
const budget = (selector?: object) => ({
  metadata: { name: "b", namespace: "n" },
  spec: { ...(selector && { selector }) },
});
const ask = (deployments: object[], budgets: object[], highAvailability: boolean, single: string[] = []) =>
  deploymentsAvailable(
    strict<ClusterView>("view", {
      list: ((_version: string, kind: string) =>
        Promise.resolve(kind === "Deployment" ? deployments : budgets)) as ClusterView["list"],
    }),
    "A8.2",
    "all run",
    "n",
    highAvailability,
    single,
  );

describe("deployments of a namespace", () => {
  it("[B2.4] need a second replica and a budget that selects them, where high availability is on", async () => {
    const good = budget({ matchLabels: { app: "a" } });
    expect((await ask([deployment("a", 2)], [good], true)).verdict).to.equal("passed");
    expect((await ask([deployment("a", 1)], [good], true)).detail).to.include("1 replicas available, 2 needed");
    for (const blind of [[], [budget({ matchLabels: { app: "other" } })], [budget()]])
      expect((await ask([deployment("a", 2)], blind, true)).detail).to.include("no PodDisruptionBudget selects it");
    expect((await ask([deployment("a", 2)], [budget({})], true)).verdict, "an empty selector is all").to.equal(
      "passed",
    );
  });
  it("are enough once in dev, and where one copy is all there may be", async () => {
    expect((await ask([deployment("a", 1)], [], false)).verdict).to.equal("passed");
    expect((await ask([deployment("a", 1)], [], true, ["a"])).verdict).to.equal("passed");
    expect((await ask([deployment("a", 0)], [], false)).verdict).to.equal("failed");
  });
  it("are not there without one: nothing seen is no pass", async () => {
    expect((await ask([], [], true)).verdict).to.not.equal("passed");
  });
});
