import { expect } from "chai";
import type { AwsReader } from "../../../orchestrator/checks/aws/reader";
import { examineAccount } from "../../../orchestrator/doctor/account";
import { strict } from "../../support/rollout";
import { expectRemedies, missing } from "./fixture";

describe("what the doctor asks of an account", () => {
  it("needs an identity and three zones [A0.1]", async () => {
    const account = (aws: Partial<AwsReader>) =>
      examineAccount({
        environment: "dev",
        region: "eu-central-1",
        adminRoleArns: ["arn:aws:iam::1:role/teams/platform-admin"],
        aws: strict<AwsReader>("aws", aws),
      });
    const identity = () => Promise.resolve({ account: "1", arn: "arn:aws:sts::1:assumed-role/platform-admin/ann" });
    const zones = (...names: string[]) => ({ identity, availabilityZones: () => Promise.resolve(names) });
    expect(missing(await account(zones("a", "b", "c")))).to.deep.equal([]);
    expect(missing(await account(zones("a", "b")))).to.deep.equal(["zones"]);
    const dead = { ...zones("a", "b", "c"), identity: () => Promise.reject(new Error("ExpiredToken")) };
    const items = await account(dead);
    expect(missing(items)).to.deep.equal(["AWS identity"]);
    expect(items[0]?.detail).to.include("ExpiredToken");
    expectRemedies(items);
  });

  it("needs an identity that the cluster will let in, since its creator gets no rights of its own [A2.2]", async () => {
    const who = (arn: string) =>
      examineAccount({
        environment: "dev",
        region: "eu-central-1",
        adminRoleArns: ["arn:aws:iam::1:role/platform-admin"],
        aws: strict<AwsReader>("aws", {
          identity: () => Promise.resolve({ account: "1", arn }),
          availabilityZones: () => Promise.resolve(["a", "b", "c"]),
        }),
      });
    expect(missing(await who("arn:aws:iam::1:role/platform-admin"))).to.deep.equal([]);
    for (const stranger of [
      "arn:aws:iam::1:user/platform-admin",
      "arn:aws:iam::2:role/platform-admin",
      "arn:aws:sts::1:assumed-role/developer/platform-admin",
    ]) {
      const items = await who(stranger);
      expect(missing(items), stranger).to.deep.equal(["AWS identity"]);
      expect(items[0]?.remedy).to.include("arn:aws:iam::1:role/platform-admin");
    }
  });

  it("tells of both what is missing at once, with the environment [A0.1]", async () => {
    const dead = () => Promise.reject(new Error("ExpiredToken"));
    const items = await examineAccount({
      environment: "staging",
      region: "eu-central-1",
      adminRoleArns: [],
      aws: strict<AwsReader>("aws", { identity: dead, availabilityZones: dead }),
    });
    expect(missing(items)).to.deep.equal(["AWS identity", "zones"]);
    expect(items.map(({ environment }) => environment)).to.deep.equal(["staging", "staging"]);
    expectRemedies(items);
  });
});
