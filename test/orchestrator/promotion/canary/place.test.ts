import { expect } from "chai";
import { canaryPlaceOf } from "../../../../orchestrator/promotion/canary/place";
import type { Json } from "../../../../orchestrator/promotion/canonical";
import { aRecord } from "../values";

describe("where a release's canary runs", () => {
  const settings = (rollout?: Json) => ({
    "slipway:domain": "slipway.example",
    "slipway:application": { database: {}, ...(rollout !== undefined && { rollout }) },
  });
  const of = (production: Json) =>
    canaryPlaceOf(aRecord({ configuration: { dev: {}, staging: {}, production } }), "production");

  it("is what its own settings ask for, by the names of its environment [D5.3] [D5.4]", () => {
    expect(of(settings({ by: "argo-rollouts" }))).to.deep.equal({ namespace: "production", name: "app" });
  });
  it("is nowhere without an application, pod by pod, or by Flagger", () => {
    const without: Json[] = [{}, settings(), settings({ by: "rolling" }), settings({ by: "flagger", loadTester: "x" })];
    for (const production of without) expect(of(production)).to.equal(undefined);
  });
});
