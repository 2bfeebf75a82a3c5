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
  it("[H4.3] takes a time zone by its name, never an offset", () => {
    const zoned = (timeZone: string) => {
      const raw = structuredClone(rawConfig("dev")) as { cost: { workingHours: { timeZone: string } } };
      raw.cost.workingHours.timeZone = timeZone;
      return schema.safeParse(raw).success;
    };
    for (const name of ["Europe/Berlin", "America/New_York", "UTC"]) expect(zoned(name), name).to.equal(true);
    for (const name of ["+02:00", "Europe/Berlim", "Berlin", ""]) expect(zoned(name), name).to.equal(false);
  });
  it("[B2.2] keeps the cap of pods per node in dev", () => {
    expect(schema.parse(rawConfig("dev")).nodePools.maxPodsPerNode).to.equal(50);
  });
});
