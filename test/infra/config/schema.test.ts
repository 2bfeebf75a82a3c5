import { expect } from "chai";
import { schema } from "../../../infra/config/schema";
import { rawConfig } from "../../support/pulumi";

describe("the shape of the configuration", () => {
  it("takes no key it does not know, at any depth", () => {
    for (const place of ["network", "cluster", "nodePools", "entryPoint", "backup", "budget"]) {
      const raw = structuredClone(rawConfig("dev")) as Record<string, Record<string, unknown>>;
      raw[place]!["nobodyReadsThis"] = 1;
      expect(schema.safeParse(raw).success, place).to.equal(false);
    }
  });
  it("[B2.2] keeps the cap of pods per node in dev", () => {
    expect(schema.parse(rawConfig("dev")).nodePools.maxPodsPerNode).to.equal(50);
  });
});
