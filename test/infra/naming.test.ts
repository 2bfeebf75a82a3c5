import { expect } from "chai";
import { clusterName, named, platformTags } from "../../infra/naming";
import { configOf } from "../support/pulumi";

describe("names and tags", () => {
  it("[B2.3] everything says who pays, who answers and where it belongs", () => {
    expect(platformTags(configOf("dev"))).to.deep.equal({
      environment: "dev",
      region: "eu-central-1",
      "cost-centre": "engineering",
      owner: "platform-team",
      vlan: "10",
      "managed-by": "slipway",
    });
  });
  it("a resource's own name stands beside the platform's tags", () =>
    expect(named({ owner: "x" }, "vpc")).to.deep.equal({ owner: "x", Name: "vpc" }));
  it("clusters are told apart by environment", () =>
    expect(["dev", "production"].map((name) => clusterName(configOf(name)))).to.deep.equal([
      "slipway-dev",
      "slipway-production",
    ]));
});
