import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { Account, accountIdOf, regions } from "../../../../orchestrator/sandbox/aws/account";
import { useFolder } from "../../../support/folder";

describe("the rehearsal's account", () => {
  const folder = useFolder();
  const opened: Account[] = [];
  const open = (region = "eu-central-1") => {
    const account = new Account(path.join(folder(), "account"), "111122223333", region);
    opened.push(account);
    return account;
  };
  afterEach(() => opened.splice(0).forEach((account) => account.close()));
  const object = (id: string, type = "aws:ec2/vpc:Vpc", urn = "urn:a") => ({ id, type, urn, inputs: {}, outputs: {} });

  it("tells things of the same id by their type", () => {
    const account = open();
    account.put(object("slipway", "aws:iam/role:Role"));
    account.put(object("slipway", "aws:eks/cluster:Cluster"));
    expect(account.get("slipway", "aws:iam/role:Role")?.type).to.equal("aws:iam/role:Role");
    expect(account.get("slipway", "aws:ec2/vpc:Vpc")).to.equal(undefined);
    account.drop(object("slipway", "aws:iam/role:Role"));
    expect(account.all().map(({ type }) => type)).to.deep.equal(["aws:eks/cluster:Cluster"]);
  });
  it("lists the ids made for a URN oldest first: what a resume adopts", () => {
    const account = open();
    [object("vpc-1"), object("vpc-2", undefined, "urn:b"), object("vpc-3")].forEach((one) => account.put(one));
    expect(account.idsOf("urn:a")).to.deep.equal(["vpc-1", "vpc-3"]);
    expect(account.idsOf("urn:c")).to.deep.equal([]);
  });
  it("is the same account again after the process ended without a word", () => {
    open().put(object("vpc-1"));
    expect(open().all()).to.deep.equal([object("vpc-1")]);
  });
  it("keeps what it holds from other users of the machine", () => {
    open().put(object("vpc-1"));
    const directory = path.join(folder(), "account");
    expect(fs.statSync(directory).mode & 0o777).to.equal(0o700);
    expect(fs.statSync(path.join(directory, "aws.jsonl")).mode & 0o777).to.equal(0o600);
  });
  it("gives hex of the length asked for, never the same twice", () => {
    const account = open();
    const drawn = Array.from({ length: 200 }, () => account.hex("vpc", 17));
    drawn.forEach((one) => expect(one).to.match(/^[0-9a-f]{17}$/));
    expect(new Set(drawn).size).to.equal(200);
  });
  it("writes ARNs with the region, and without where the service is global", () => {
    const account = open();
    expect(account.arn("ec2", "vpc/vpc-1")).to.equal("arn:aws:ec2:eu-central-1:111122223333:vpc/vpc-1");
    expect(account.arn("iam", "role/r", false)).to.equal("arn:aws:iam::111122223333:role/r");
  });
  it("[A1.1] has at least three zones in every region, named after it", () => {
    expect(open("us-east-1").zones).to.include.members(["us-east-1a", "us-east-1f"]);
    for (const [region, zones] of Object.entries(regions)) {
      expect(zones.length, region).to.be.at.least(3);
      zones.forEach((zone) => expect(zone).to.match(new RegExp(`^${region}[a-f]$`)));
    }
    expect(open("mars-north-1").zones).to.deep.equal([]);
  });
  it("is the account that the administrators' role lives in", () => {
    expect(accountIdOf("arn:aws:iam::333333333333:role/teams/platform-admin")).to.equal("333333333333");
  });
});
