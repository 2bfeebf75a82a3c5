import { expect } from "chai";
import { deliveryOf, LOOK_SECONDS, type DeliveryArgs } from "../../../infra/environments/delivery";
import { specOf } from "../../support/environments";

const of = (kind: DeliveryArgs["kind"], more: Partial<DeliveryArgs> = {}) =>
  deliveryOf({
    kind,
    names: specOf(kind).names,
    repository: "https://git.example.com/platform",
    revision: "main",
    folder: "apps/shop",
    ...more,
  });

describe("the GitOps object of an environment", () => {
  it("[C7.1] stands on a path of its own", () => {
    const paths = (["qa", "staging", "production"] as const).map(
      (kind) => (of(kind)["spec"] as { source: { path: string } }).source.path,
    );
    expect(paths).to.deep.equal([
      "apps/shop/overlays/qa",
      "apps/shop/overlays/staging",
      "apps/shop/overlays/production",
    ]);
  });
  it("[C7.2] prunes and mends; paused, it does nothing and says until when and why", () => {
    expect(of("production")["spec"]).to.have.nested.property("syncPolicy.automated.prune", true);
    const paused = of("production", { paused: { until: "2026-06-01T12:00:00Z", reason: "incident 7" } });
    expect(paused["spec"]).to.not.have.nested.property("syncPolicy.automated");
    expect(paused.metadata.annotations).to.deep.equal({
      "slipway.dev/paused-until": "2026-06-01T12:00:00Z",
      "slipway.dev/paused-because": "incident 7",
    });
  });
  it("[C7.2] looks every 2 minutes for QA, every 10 for production", () => {
    expect([LOOK_SECONDS.qa, LOOK_SECONDS.production]).to.deep.equal([120, 600]);
  });
  it("[C1.10] leaves the number of copies to the autoscaler where there is one", () => {
    expect(of("staging")["spec"]).to.have.nested.property("ignoreDifferences[0].jsonPointers[0]", "/spec/replicas");
    expect(of("qa")["spec"]).to.not.have.property("ignoreDifferences");
  });
});
