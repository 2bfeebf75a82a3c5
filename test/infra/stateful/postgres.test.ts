import { expect } from "chai";
import { clusterSpec, instancesOf, objectStoreSpec, scheduledBackups } from "../../../infra/stateful/postgres";
import { configOf } from "../../support/pulumi";

describe("the reference Postgres", () => {
  const production = configOf("production");
  const dev = configOf("dev");

  it("[B4.1] [B4.2] is one instance in dev and one per zone elsewhere", () => {
    expect([instancesOf(dev), instancesOf(configOf("staging")), instancesOf(production)]).to.deep.equal([1, 3, 3]);
    expect(clusterSpec(production).affinity).to.include({
      topologyKey: "topology.kubernetes.io/zone",
      podAntiAffinityType: "required",
    });
    expect(clusterSpec(dev).affinity.podAntiAffinityType).to.equal("preferred");
  });
  it("[A11.7] gives a start a minute and much more, and leaves probes to the operator", () => {
    expect(clusterSpec(production).startDelay).to.be.at.least(60);
    expect(clusterSpec(production)).to.not.have.any.keys("probes", "livenessProbeTimeout");
  });
  it("[A11.8] hands nobody the superuser", () => {
    expect(clusterSpec(production).enableSuperuserAccess).to.equal(false);
  });
  it("lets a node of dev be drained: no budget over a single instance", () => {
    expect([clusterSpec(dev).enablePDB, clusterSpec(production).enablePDB]).to.deep.equal([false, true]);
  });
  it("[B4.2] commits in two zones and archives every five minutes", () => {
    expect(clusterSpec(production).postgresql).to.deep.include({
      synchronous: { method: "any", number: 1, dataDurability: "preferred" },
    });
    expect(clusterSpec(production).postgresql.parameters.archive_timeout).to.equal("5min");
    expect(clusterSpec(dev).postgresql).to.not.have.property("synchronous");
  });
  it("[A15.5] archives by the plugin, not by what CloudNativePG phases out", () => {
    expect(clusterSpec(production)).to.not.have.property("backup");
    expect(clusterSpec(production).plugins).to.have.length(1);
    expect(clusterSpec(dev)).to.not.have.property("plugins");
  });
  it("[B4.2] backs up half an hour after Velero, in cron of six fields, the first time at once", () => {
    const backups = scheduledBackups(production) as Record<string, { schedule: string; immediate: boolean }>;
    expect(Object.fromEntries(Object.entries(backups).map(([name, one]) => [name, one.schedule]))).to.deep.equal({
      "checkout-hourly": "0 37 * * * *",
      "checkout-daily": "0 0 3 * * *",
    });
    for (const one of Object.values(backups)) expect(one.immediate).to.equal(true);
    expect(scheduledBackups(dev)).to.deep.equal({});
  });
  it("[A15.5] keeps archives as long as configured, with rights by Pod Identity and no keys", () => {
    expect(objectStoreSpec(production, "b")).to.deep.include({ retentionPolicy: "35d" });
    expect(objectStoreSpec(production, "b").configuration).to.deep.include({
      destinationPath: "s3://b/",
      s3Credentials: { inheritFromIAMRole: true },
    });
  });
});
