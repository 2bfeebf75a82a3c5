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
  it("[C1.8] [D5.3] sizes and the way a new version comes are typed choices", () => {
    const production = (more: object) => {
      const raw = structuredClone(rawConfig("production")) as { application: object };
      raw.application = { database: { host: "db.example.com", cidrs: ["10.99.0.0/28"] }, ...more };
      return schema.safeParse(raw);
    };
    expect(production({}).data?.application).to.deep.include({ profile: "equal", rollout: { by: "rolling" } });
    expect(production({ profile: "graded", rollout: { by: "argo-rollouts" } }).success).to.equal(true);
    expect(production({ rollout: { by: "flagger", loadTester: "http://loadtester.flagger/" } }).success).to.equal(true);
    expect(production({ profile: "large" }).success).to.equal(false);
    expect(production({ rollout: { by: "hand" } }).success).to.equal(false);
    expect(production({ rollout: { by: "argo-rollouts", loadTester: "http://loadtester.flagger/" } }).success).to.equal(
      false,
    );
    // A load tester outside of the cluster would be let in by nothing.
    for (const loadTester of [undefined, "https://load.example.com/", "http://load.example.com/"])
      expect(production({ rollout: { by: "flagger", loadTester } }).success, loadTester ?? "").to.equal(false);
  });
  it("[B2.2] keeps the cap of pods per node in dev", () => {
    expect(schema.parse(rawConfig("dev")).nodePools.maxPodsPerNode).to.equal(50);
  });
});
