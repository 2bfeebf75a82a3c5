import { expect } from "chai";
import { ConfigError, didYouMean } from "../../../infra/config/mistakes";

describe("configuration mistakes", () => {
  it("are written with key, value, rule and fix", () => {
    const error = new ConfigError("dev", [{ key: "network.cidr", value: '"x"', rule: "a network", fix: "write one" }]);
    expect(error.message).to.equal(
      'Pulumi.dev.yaml has 1 mistake:\n  slipway:network.cidr = "x"\n    rule: a network\n    fix:  write one',
    );
  });
  it("suggest a name only when it is near", () => {
    expect(didYouMean("netwrok", ["network", "cluster"])).to.equal("network");
    expect(didYouMean("zzzzzz", ["network", "cluster"])).to.equal(undefined);
  });
});
