import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { PlatformConfig } from "../../../infra/config";
import type { AwsReader } from "../../../orchestrator/checks/aws/reader";
import { examineAccount } from "../../../orchestrator/doctor/account";
import { examineAll } from "../../../orchestrator/doctor/doctor";
import { examineMachine } from "../../../orchestrator/doctor/machine";
import { examineOwnership } from "../../../orchestrator/doctor/ownership";
import type { Shell } from "../../../orchestrator/doctor/shell";
import { examineTools } from "../../../orchestrator/doctor/tools";
import { SlipwayError } from "../../../orchestrator/errors";
import type { DoctorItem } from "../../../orchestrator/rollout/context";
import { useFolder } from "../../support/folder";
import { FakeRollout, strict } from "../../support/rollout";

const says =
  (text: string, result: Partial<Awaited<ReturnType<Shell>>> = {}): Shell =>
  () =>
    Promise.resolve({ ok: true, absent: false, text, ...result });
const absent = says("", { ok: false, absent: true });

/** Whatever is missing names its remedy. */
function expectRemedies(items: readonly DoctorItem[]): void {
  for (const item of items)
    if (item.status !== "ok") expect(item.remedy, item.name).to.be.a("string").and.not.equal("");
}

describe("doctor", () => {
  const folder = useFolder();
  const machine = (changed: object = {}) =>
    examineMachine({
      root: folder(),
      stateDirectory: path.join(folder(), "state"),
      target: "rehearsal",
      nodeVersion: "24.21.0",
      variables: {},
      shell: says("1a2b3c4"),
      ...changed,
    });
  const missing = (items: readonly DoctorItem[]) =>
    items.filter(({ status }) => status === "missing").map(({ name }) => name);

  it("finds nothing missing on a good machine [A0.1]", async () => {
    expect(missing(await machine())).to.deep.equal([]);
  });

  it("names an old Node [A0.3]", async () => {
    const items = await machine({ nodeVersion: "20.1.0" });
    expect(missing(items)).to.deep.equal(["Node"]);
    expectRemedies(items);
  });

  it("names a missing Git and a missing repository apart [A0.1]", async () => {
    const without = await machine({ shell: absent });
    const outside = await machine({ shell: says("fatal", { ok: false }) });
    expect(missing(without)).to.deep.equal(["Git repository"]);
    expect(without[1]?.detail).to.include("git is not installed");
    expect(outside[1]?.detail).to.include("is not a Git repository");
    expectRemedies([...without, ...outside]);
  });

  it("names a state directory that cannot be had", async () => {
    writeFileSync(path.join(folder(), "file"), "");
    const items = await machine({ stateDirectory: path.join(folder(), "file", "state") });
    expect(missing(items)).to.deep.equal(["state directory"]);
    expectRemedies(items);
  });

  it("asks for a passphrase only where a real stack needs it", async () => {
    expect(missing(await machine({ target: "aws" }))).to.deep.equal(["secrets passphrase"]);
    const variables = { PULUMI_CONFIG_PASSPHRASE_FILE: "/secret" };
    expect(missing(await machine({ target: "aws", variables }))).to.deep.equal([]);
  });

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

  it("needs an owner and a runbook that are not empty [A0.4]", () => {
    expect(missing(examineOwnership("dev", { owner: "platform", runbook: "https://x" }))).to.deep.equal([]);
    const items = examineOwnership("dev", { owner: " ", runbook: "" });
    expect(missing(items)).to.deep.equal(["owner", "runbook"]);
    expectRemedies(items);
  });

  it("warns of tools that are absent or old, and never more, since no command runs them [A0.3]", async () => {
    for (const shell of [absent, says("v1.0.0"), says("no number"), says("broken", { ok: false })]) {
      const items = await examineTools(shell);
      expect(items.map(({ name }) => name)).to.deep.equal(["kubectl", "helm", "aws", "jq"]);
      expect(new Set(items.map(({ status }) => status))).to.deep.equal(new Set(["warning"]));
      expectRemedies(items);
    }
    expect((await examineTools(says("tool 9.9.9"))).every(({ status }) => status === "ok")).to.equal(true);
  });

  it("goes on to the next environment after a broken configuration, with every mistake told [A0.4]", async () => {
    const { parts } = new FakeRollout();
    const items = await examineAll({
      parts: {
        ...parts,
        loadConfig: (environment) =>
          environment === "dev"
            ? Promise.reject(new SlipwayError("config-invalid", "two mistakes", "mend both", "usage"))
            : Promise.resolve(strict<PlatformConfig>("config", {})),
      },
      environments: ["dev", "staging"],
      target: "rehearsal",
    });
    const configurations = items.filter(({ name }) => name === "configuration");
    expect(configurations.map(({ environment, status }) => [environment, status])).to.deep.equal([
      ["dev", "missing"],
      ["staging", "ok"],
    ]);
    expectRemedies(items);
  });
});
