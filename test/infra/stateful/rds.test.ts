import { expect } from "chai";
import { parseConfig, type PlatformConfig } from "../../../infra/config";
import { instanceSettings, parameters } from "../../../infra/stateful/rds";
import { levelOf } from "../../../policy/rule";
import { rules } from "../../../policy/rules";
import { judge } from "../../support/policy";
import { rawConfig, type Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

const withRds = (environment: string, more: object = {}): PlatformConfig => {
  const raw = rawConfig(environment);
  const stateful = raw["stateful"] as { kafka: object; postgres: object };
  const postgres = { ...stateful.postgres, engine: "rds", diskGib: 100, ...more };
  return parseConfig({ ...raw, stateful: { ...stateful, postgres } }, environment);
};

describe("Postgres by RDS", () => {
  let seen: Registered[];
  before(async () => {
    seen = (await recorded("production", withRds("production"))).seen;
  });
  const own = (type: string) => seen.find((one) => one.name === "stateful-rds" && one.type === type)?.inputs;

  it("[A11.1] makes the instance, and neither operator nor archive of one in the cluster", () => {
    expect(own("aws:rds/instance:Instance")).to.include({
      engine: "postgres",
      identifier: "slipway-production-checkout",
    });
    const made = seen.map(({ name }) => name);
    for (const name of ["stateful-cloudnative-pg", "stateful-postgres", "stateful-postgres-key"])
      expect(made).to.not.include(name);
  });
  it("[B4.2] [B4.1] [B4.3] has a standby where availability counts, and keeps backups by environment", () => {
    expect(instanceSettings(withRds("production"))).to.include({ multiAz: true, backupRetentionPeriod: 35 });
    expect(instanceSettings(withRds("dev"))).to.include({ multiAz: false, backupRetentionPeriod: 7 });
  });
  it("[A11.8] lets in nodes and pods of the cluster over TLS, and leaves the password to AWS", () => {
    const group = own("aws:ec2/securityGroup:SecurityGroup") as {
      ingress: Record<string, unknown>[];
      egress: object[];
    };
    expect(group.ingress).to.have.length(1);
    expect(group.ingress[0]).to.include({ fromPort: 5432, toPort: 5432 }).and.not.have.any.keys("cidrBlocks");
    expect(group.egress).to.deep.equal([]);
    expect(parameters).to.deep.include({ name: "rds.force_ssl", value: "1", applyMethod: "immediate" });
    const instance = own("aws:rds/instance:Instance");
    expect(instance).to.include({ manageMasterUserPassword: true, publiclyAccessible: false, monitoringInterval: 60 });
    expect(instance).to.not.have.any.keys("password", "passwordWo");
  });
  it("[E1.4] satisfies every rule of the policy pack that judges a resource", () => {
    const found = rules.flatMap((rule) =>
      rule.scope === "stack" || rule.only !== undefined || levelOf(rule, "production") === "disabled"
        ? []
        : seen
            .filter(({ name }) => name.startsWith("stateful-rds"))
            .flatMap(({ type, name, inputs }) =>
              judge(rule, type, inputs, rule.tuned?.["production"]).violations.map((text) => `${name}: ${text}`),
            ),
    );
    expect(found).to.deep.equal([]);
  });
  it("[B6.1] writes its logs into groups that have an end and a key, there before RDS makes them without", () => {
    const groups = seen.filter(
      ({ type, name }) => type === "aws:cloudwatch/logGroup:LogGroup" && name.startsWith("stateful-rds"),
    );
    expect(groups.map(({ inputs }) => inputs["name"])).to.deep.equal([
      "/aws/rds/instance/slipway-production-checkout/postgresql",
      "/aws/rds/instance/slipway-production-checkout/upgrade",
    ]);
    for (const { inputs } of groups) expect(inputs).to.include({ retentionInDays: 30 }).and.have.property("kmsKeyId");
    const made = seen.map(({ name, type }) => `${type} ${name}`);
    expect(made.indexOf("aws:cloudwatch/logGroup:LogGroup stateful-rds-upgrade")).to.be.below(
      made.indexOf("aws:rds/instance:Instance stateful-rds"),
    );
  });
  it("leaves a last snapshot under a name of its own, so that a second instance can be taken down too", () => {
    expect(seen.some(({ type, name }) => /RandomId$/.test(type) && name === "stateful-rds-final")).to.equal(true);
    expect(String(own("aws:rds/instance:Instance")?.["finalSnapshotIdentifier"])).to.match(
      /^slipway-production-checkout-final-/,
    );
  });
  it("is refused a volume that RDS does not make", () => {
    expect(() => withRds("dev", { diskGib: 10 })).to.throw(/stateful\.postgres\.diskGib/);
    expect(() => withRds("dev", { instanceClass: "m7g.large" })).to.throw(/db\.m7g\.large/);
  });
});
