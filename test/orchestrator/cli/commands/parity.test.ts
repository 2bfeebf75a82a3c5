import { expect } from "chai";
import { sideOf } from "../../../../orchestrator/cli/commands/parity";
import { compare } from "../../../../orchestrator/parity/compare";
import { configOf } from "../../../support/pulumi";

describe("one side of a comparison", () => {
  const side = (environment: string, value: string) =>
    sideOf(configOf(environment), [{ urn: "urn:pulumi:x::slipway::t::a", type: "t", inputs: { value } }]);
  const equal = (staging: string, production: string) =>
    compare(side("staging", staging), side("production", production), []).differences.length === 0;

  it("knows an environment's own names, domain and account wherever they stand", () => {
    expect(equal("slipway-staging", "slipway-production")).to.equal(true);
    expect(equal("arn:aws:iam::222222222222:role/x", "arn:aws:iam::333333333333:role/x")).to.equal(true);
    expect(equal("demo.staging.slipway.example", "demo.slipway.example")).to.equal(true);
    expect(equal("staging", "production")).to.equal(true);
    expect(equal("/slipway/staging/flow", "/slipway/production/flow")).to.equal(true);
  });
  it("takes no other word for its own: an issuer is called staging everywhere", () => {
    expect(equal("letsencrypt-staging", "letsencrypt-production")).to.equal(false);
    expect(equal("letsencrypt-production", "letsencrypt-production")).to.equal(true);
  });
});
