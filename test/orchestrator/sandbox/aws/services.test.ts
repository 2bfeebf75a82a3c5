import { expect } from "chai";
import { rehearsalCloud } from "../../../../orchestrator/sandbox/aws/cloud";
import { awsRefusal, useAccount } from "./fixture";

const LOGS = "aws:cloudwatch/logGroup:LogGroup";
const KEY = "aws:kms/key:Key";
const QUEUE = "aws:sqs/queue:Queue";
const ZONE = "aws:route53/zone:Zone";

describe("the smaller services of the rehearsal", () => {
  const world = useAccount();
  const taken: Readonly<Record<string, [type: string, name: string, code: string]>> = {
    "a log group": [LOGS, "/aws/eks/slipway-dev/cluster", "ResourceAlreadyExistsException"],
    "a key's alias": ["aws:kms/alias:Alias", "alias/slipway", "AlreadyExistsException"],
    "a backup vault": ["aws:backup/vault:Vault", "slipway", "AlreadyExistsException"],
    "a queue": [QUEUE, "slipway", "QueueAlreadyExists"],
  };
  for (const [what, [type, name, code]] of Object.entries(taken))
    it(`refuses ${what} under a name that is taken: ${code}`, async () => {
      await world.make(type, { name });
      const error = await awsRefusal(world.make(type, { name }, "second"));
      expect(error.code).to.equal(code);
      expect(error.message).to.include(name);
      await world.make(type, { name: `${name}-2` }, "third");
    });

  it("gives keys ids like KMS's own, and no two the same", async () => {
    const keys = [await world.make(KEY, {}, "a"), await world.make(KEY, {}, "b")];
    keys.forEach(({ id, outputs }) => {
      expect(id).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(outputs["arn"]).to.equal(`arn:aws:kms:eu-central-1:111122223333:key/${id}`);
    });
    expect(keys[0]?.id).to.not.equal(keys[1]?.id);
  });
  it("points an alias at its key", async () => {
    const { outputs } = await world.make("aws:kms/alias:Alias", { name: "alias/slipway", targetKeyId: "k-1" });
    expect(outputs).to.include({
      arn: "arn:aws:kms:eu-central-1:111122223333:alias/slipway",
      targetKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/k-1",
    });
  });
  it("knows a queue by its URL [A3.3]", async () => {
    const { id, outputs } = await world.make(QUEUE, { name: "slipway-interruption" });
    expect(id).to.equal("https://sqs.eu-central-1.amazonaws.com/111122223333/slipway-interruption");
    expect(outputs).to.include({ url: id, arn: "arn:aws:sqs:eu-central-1:111122223333:slipway-interruption" });
  });
  it("knows a budget by account and name [B5]", async () =>
    expect(await world.id("aws:budgets/budget:Budget", { name: "slipway-dev" })).to.equal("111122223333:slipway-dev"));
  it("gives a zone four name servers", async () => {
    const { id, outputs } = await world.make(ZONE, { name: "dev.example.org" });
    expect(id).to.match(/^Z[0-9A-F]{20}$/);
    expect(outputs).to.include({ zoneId: id, arn: `arn:aws:route53:::hostedzone/${id}` });
    expect(new Set(outputs["nameServers"] as string[]).size).to.equal(4);
  });
  it("keeps a zone with records in it, unless it is to go with them [A21.4]", async () => {
    const cloud = rehearsalCloud(world.surroundings);
    for (const [name, forceDestroy] of [
      ["kept.example.org", false],
      ["forced.example.org", true],
    ] as const) {
      const id = await world.id(ZONE, { name, forceDestroy }, name);
      await cloud.putRecord({ name: `demo.${name}`, type: "A", values: ["192.0.2.1"] });
      if (forceDestroy) await world.remove(ZONE, id);
      else expect((await awsRefusal(world.remove(ZONE, id))).code).to.equal("HostedZoneNotEmpty");
    }
    expect(world.account.all(ZONE).map(({ inputs }) => inputs["name"])).to.deep.equal(["kept.example.org"]);
  });
});
