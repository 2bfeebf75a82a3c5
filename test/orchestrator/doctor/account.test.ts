import { expect } from "chai";
import type { AwsReader } from "../../../orchestrator/checks/aws/reader";
import { examineAccount } from "../../../orchestrator/doctor/account";
import { strict } from "../../support/rollout";
import { expectRemedies, missing } from "./fixture";

const quota = () => Promise.resolve(640);

describe("what the doctor asks of an account", () => {
  it("needs the zones that were chosen, and vCPU for the nodes that are always there [A0.1]", async () => {
    const account = (vcpus: number | undefined, ...names: string[]) =>
      examineAccount({
        environment: "dev",
        region: "eu-central-1",
        zones: ["a", "b", "e"],
        vcpus: 18,
        adminRoleArns: ["arn:aws:iam::1:role/platform-admin"],
        aws: strict<AwsReader>("aws", {
          identity: () => Promise.resolve({ account: "1", arn: "arn:aws:iam::1:role/platform-admin" }),
          availabilityZones: () => Promise.resolve(names),
          quota: () => Promise.resolve(vcpus),
        }),
      });
    expect(missing(await account(18, "a", "b", "c", "e"))).to.deep.equal([]);
    const items = await account(5, "a", "b", "c");
    expect(missing(items)).to.deep.equal(["zones", "vCPU quota"]);
    expect(items[1]?.detail).to.include("no e");
    expect(items[2]?.remedy).to.include("--quota-code L-1216C47A --desired-value 36");
    expectRemedies(items);
    // Whoever may not be told is warned, not stopped.
    expect((await account(undefined, "a", "b", "e"))[2]?.status).to.equal("warning");
  });
  it("needs an identity and three zones [A0.1]", async () => {
    const account = (aws: Partial<AwsReader>) =>
      examineAccount({
        environment: "dev",
        region: "eu-central-1",
        zones: ["a", "b"],
        vcpus: 18,
        adminRoleArns: ["arn:aws:iam::1:role/teams/platform-admin"],
        aws: strict<AwsReader>("aws", aws),
      });
    const identity = () => Promise.resolve({ account: "1", arn: "arn:aws:sts::1:assumed-role/platform-admin/ann" });
    const zones = (...names: string[]) => ({ identity, availabilityZones: () => Promise.resolve(names), quota });
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
        zones: ["a", "b"],
        vcpus: 18,
        adminRoleArns: ["arn:aws:iam::1:role/platform-admin"],
        aws: strict<AwsReader>("aws", {
          identity: () => Promise.resolve({ account: "1", arn }),
          availabilityZones: () => Promise.resolve(["a", "b", "c"]),
          quota,
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
      zones: [],
      vcpus: 18,
      adminRoleArns: [],
      aws: strict<AwsReader>("aws", { identity: dead, availabilityZones: dead, quota: dead }),
    });
    expect(missing(items)).to.deep.equal(["AWS identity", "zones", "vCPU quota"]);
    expect(items.map(({ environment }) => environment)).to.deep.equal(["staging", "staging", "staging"]);
    expectRemedies(items);
  });
});
