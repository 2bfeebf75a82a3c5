import { expect } from "chai";
import type { Database } from "../../../orchestrator/checks/aws/reader";
import type { CheckContext } from "../../../orchestrator/checks/check";
import { managedDatabases, withoutStandby } from "../../../orchestrator/checks/stateful-managed";
import { once } from "../../support/world";

const output = {
  identifier: "slipway-production-checkout",
  host: "checkout.example.invalid",
  port: 5432,
  database: "checkout",
  secretArn: "arn:secret",
  keyArn: "arn:key",
  securityGroupId: "sg-1",
  parameterGroup: "slipway-production-checkout",
};
const sound: Database = {
  identifier: output.identifier,
  status: "available",
  public: false,
  multiAz: true,
  keyArn: "arn:key",
  deletionProtection: true,
  backupDays: 35,
  subnetIds: ["private-0", "private-1"],
  securityGroupIds: ["sg-1"],
  parameterGroup: output.parameterGroup,
  parametersInSync: true,
  secretArn: "arn:secret",
};
const context = (database: Database | undefined) =>
  ({
    clients: { aws: { database: () => Promise.resolve(database) }, proof: { aws: "stand-in" } },
    config: { highAvailability: true, backup: { enabled: true, retentionDays: 90 } },
    outputs: {
      stateful: { managed: [output] },
      network: { privateSubnets: [{ id: "private-0" }, { id: "private-1" }] },
    },
    waitUntil: once,
  }) as unknown as CheckContext;

describe("databases that AWS runs", () => {
  const bad = async (database: Database | undefined) =>
    (await managedDatabases(context(database)))
      .filter(({ verdict }) => verdict !== "passed")
      .map(({ detail }) => detail);

  it("[A11.2] [A11.8] pass when they are there as the environment asks", async () => {
    expect(await bad(sound)).to.deep.equal([]);
    expect(await withoutStandby(context(sound))).to.deep.equal([]);
  });
  it("[A11.2] fail when they are not there, or not available", async () => {
    expect(await bad(undefined)).to.deep.equal(Array(2).fill(`${output.identifier}: does not exist`));
    expect(await bad({ ...sound, status: "creating" })).to.deep.equal([`${output.identifier}: is creating`]);
  });
  const { keyArn: _key, ...unencrypted } = sound;
  const { secretArn: _secret, ...ownPassword } = sound;
  const wrong: Readonly<Record<string, Database>> = {
    "has a public address": { ...sound, public: true },
    "is in a subnet that is not private": { ...sound, subnetIds: ["private-0", "public-0"] },
    "somebody else may reach it": { ...sound, securityGroupIds: ["sg-1", "sg-open"] },
    "is not encrypted by its own key": unencrypted,
    "can be deleted in one step": { ...sound, deletionProtection: false },
    "has no standby in another zone": { ...sound, multiAz: false },
    "keeps backups for 7 of 35 days": { ...sound, backupDays: 7 },
    "TLS may not be forced": { ...sound, parameterGroup: "default.postgres17" },
    "waits for a restart": { ...sound, parametersInSync: false },
    "master password that AWS does not keep": ownPassword,
  };
  for (const [reason, database] of Object.entries(wrong))
    it(`[A11.8] fail for one that ${reason}`, async () => {
      const found = await bad(database);
      expect(found).to.have.length(1);
      expect(found[0]).to.contain(reason);
    });
  it("[A11.3] are explained without a standby", async () => {
    const [found] = await withoutStandby(context({ ...sound, multiAz: false }));
    expect(found).to.include({ requirement: "A11.3" });
  });
});
