import * as fs from "node:fs";
import { expect } from "chai";
import { schedulesOf } from "../../../infra/schedules";
import { instancesOf } from "../../../infra/stateful/postgres";
import { clusterName } from "../../../infra/naming";
import { configOf, root } from "../../support/pulumi";

const names = ["dev", "staging", "production"] as const;
const [dev, staging, production] = names.map(configOf) as [
  ReturnType<typeof configOf>,
  ReturnType<typeof configOf>,
  ReturnType<typeof configOf>,
];

describe("the three environments", () => {
  it("[B2.5] [B1.5] are a stack each over the same components, their settings written down and versioned", () => {
    const stacks = fs.readdirSync(root).filter((file) => /^Pulumi\..+\.yaml$/.test(file));
    expect(stacks.sort()).to.deep.equal(names.map((name) => `Pulumi.${name}.yaml`).sort());
  });
  it("[B7.1] [B7.2] [B7.3] are clusters of their own, in networks that share no address", () => {
    expect(new Set(names.map((name) => clusterName(configOf(name)))).size).to.equal(3);
    expect(names.map((name) => configOf(name).network.cidr.split(".").slice(0, 2).join("."))).to.deep.equal([
      "10.10",
      "10.20",
      "10.30",
    ]);
    expect(fs.readFileSync(`${root}/docs/decisions.md`, "utf8")).to.match(/A cluster for each environment.*B7/s);
  });
  it("[B1.3] [B8.1] [B8.2] staging is production's mirror: version, availability, database, network policy", () => {
    for (const of of [
      (one: typeof dev) => one.cluster.version,
      (one: typeof dev) => one.highAvailability,
      (one: typeof dev) => one.networkPolicy,
      (one: typeof dev) => instancesOf(one),
      (one: typeof dev) => one.stateful.kafka.enabled,
      (one: typeof dev) => one.charts,
    ])
      expect(of(staging)).to.deep.equal(of(production));
  });
  it("[B1.2] dev's data is disposable, and it stands once", () => {
    expect([dev.highAvailability, dev.backup.enabled, instancesOf(dev)]).to.deep.equal([false, false, 1]);
  });
  it("[B1.4] [B4.2] production stands in every zone, is backed up by the hour and by the day, and never rests", () => {
    expect([production.highAvailability, instancesOf(production)]).to.deep.equal([true, 3]);
    expect(schedulesOf(production).map(({ name }) => name)).to.deep.equal(["hourly", "daily"]);
    expect(production.cost.workingHours).to.equal(undefined);
  });
});
