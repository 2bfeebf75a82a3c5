import { expect } from "chai";
import { levelOf } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { deployment, type Any } from "./cases/case";
import { PackRunner, type Analyzed } from "../support/pack-runner";
import { unknown } from "../support/policy";

const TYPE = "kubernetes:apps/v1:Deployment";
const app = (props: object, name = "app"): Analyzed => ({
  type: TYPE,
  name,
  urn: `urn:pulumi:dev::app::${TYPE}::${name}`,
  props,
});
const privileged = () => deployment((spec) => (spec.containers[0].securityContext.privileged = true));
/** How Pulumi marks a secret on the wire (sdk/go/common/resource/plugin/rpc.go). */
const SECRET = "4dabf18193072939515e22adb298388d";
const secret = (value: string) => ({ [SECRET]: "1b47061264138c4ac30d75fd1eb44270", value });

/** The pack as Pulumi runs it: the SDK's own runner, spoken to over its protocol. */
describe("the pack behind the SDK's runner", function () {
  this.timeout(60_000);
  const runner = new PackRunner();
  /** Every rule that holds in production as it is. */
  const everything = Object.fromEntries(
    rules.filter((rule) => levelOf(rule, "production") !== "disabled").map(({ name }) => [name, {}]),
  );
  before(() => runner.start());
  after(() => runner.stop());

  it("loads from its folder and offers every rule, with severity, framework and remedy", async () => {
    const info = await runner.info();
    expect(info.name).to.equal("slipway");
    expect(info.policiesList.map((policy: Any) => policy.name)).to.deep.equal(
      rules.filter(({ only }) => only === undefined).map((rule) => rule.name),
    );
    for (const { severity, remediationsteps, framework, name } of info.policiesList)
      expect(
        [severity > 0, remediationsteps !== "", Object.values(framework).every((one) => one !== "")],
        name,
      ).to.deep.equal([true, true, true]);
  });
  it("accepts what every rule accepts, and names the one that is broken", async () => {
    await runner.configure(everything);
    expect(await runner.analyze(app(deployment()))).to.deep.equal([]);
    expect((await runner.analyze(app(privileged()))).map(({ rule }) => rule)).to.deep.equal([
      "containers-are-unprivileged",
    ]);
  });
  it("tells rules that are not for a type from rules that passed", async () => {
    await runner.configure(everything);
    const silent = await runner.notApplicable(app(deployment()));
    expect(silent).to.include("keys-rotate").and.to.not.include("containers-are-unprivileged");
  });
  it("judges requests that come at once by their own types", async () => {
    await runner.configure(everything);
    const key: Analyzed = {
      type: "aws:kms/key:Key",
      name: "k",
      urn: "urn:pulumi:dev::app::aws:kms/key:Key::k",
      props: { tags: { environment: "dev", owner: "a", "cost-centre": "b" } },
    };
    const asked = Array.from({ length: 200 }, (_, index) =>
      index % 2 === 0 ? app(privileged(), `app-${index}`) : { ...key, urn: `${key.urn}-${index}` },
    );
    const answers = await Promise.all(asked.map((one) => runner.analyze(one)));
    answers.forEach((found, index) =>
      expect(found.map(({ rule }) => rule)).to.deep.equal([
        index % 2 === 0 ? "containers-are-unprivileged" : "keys-rotate",
      ]),
    );
  });
  it("judges everything known, then says what could not be judged", async () => {
    await runner.configure({
      "containers-are-unprivileged": {},
      "images-name-a-version": { whenUnknown: "violation" },
    });
    const half = deployment((spec) => {
      spec.containers[0].image = unknown;
      spec.initContainers[0].securityContext.privileged = true;
    });
    const found = await runner.analyze(app(half));
    expect(found.map(({ rule, level }) => [rule, level])).to.deep.equal([
      ["containers-are-unprivileged", "mandatory"],
      ["images-name-a-version", "mandatory"],
    ]);
    expect(found[1]?.message).to.include("not known yet");
  });
  it("waives what a waiver names, says so, and tells of waivers that are past their day or of no use [E1.5]", async () => {
    const waiver = {
      rule: "containers-are-unprivileged",
      urn: app({}).urn,
      owner: "team",
      reason: "node agent",
      expires: "2999-12-31",
    };
    const waivers = [
      waiver,
      { ...waiver, rule: "keys-rotate" },
      { ...waiver, urn: app({}, "late").urn, expires: "2020-01-01" },
    ];
    await runner.configure({
      "containers-are-unprivileged": { waivers },
      "keys-rotate": { waivers },
      "waivers-are-in-order": { waivers },
    });
    const [waived] = await runner.analyze(app(privileged()));
    expect(waived?.level).to.equal("advisory");
    expect(waived?.message).to.include("node agent").and.to.include("team");
    const [late] = await runner.analyze(app(privileged(), "late"));
    expect(late?.level).to.equal("mandatory");
    const told = await runner.analyzeStack([app(deployment())]);
    expect(told.map(({ level, message }) => [level, message.split(" ").at(-1)])).to.deep.equal([
      ["advisory", "unused"],
      ["mandatory", "expired"],
    ]);
  });
  it("mends in place: secrets stay secret, nothing else is touched, and a second time nothing changes", async () => {
    const mending = Object.fromEntries(
      rules
        .filter((rule) => rule.scope === "resource" && rule.repair)
        .map(({ name }) => [name, { enforcementLevel: "remediate" }]),
    );
    await runner.configure(mending);
    const broken = deployment((spec) => {
      delete spec.securityContext.seccompProfile;
      delete spec.containers[0].securityContext.allowPrivilegeEscalation;
      spec.containers[0].env = [{ name: "TOKEN", value: secret("hunter2") }];
    });
    const { properties, policies } = await runner.remediate(app(broken));
    expect(policies).to.deep.equal(["containers-do-not-escalate", "containers-use-seccomp"]);
    const whole = deployment((spec) => (spec.containers[0].env = [{ name: "TOKEN", value: secret("hunter2") }]));
    expect(properties).to.deep.equal(whole);
    expect((await runner.remediate(app(properties))).policies).to.deep.equal([]);
    expect(await runner.analyze(app(properties))).to.deep.equal([]);
  });
});
