import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { createRollout, type Rollout, type RunRequest } from "../../../orchestrator/promotion/rollout";
import { SlipwayError } from "../../../orchestrator/errors";
import { execute, type Execution } from "../../../orchestrator/rollout/execute";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";
import { FakeRollout, operation, urnOf } from "../../support/rollout";
import { anEvidence } from "./values";

describe("the rollout of a promotion", () => {
  const folder = useFolder();
  let fake: FakeRollout;
  let rollout: Rollout;
  let proven: Execution[];
  /** Calls that changed something. */
  const calls = () => fake.stack("dev").calls;

  beforeEach(() => {
    fake = new FakeRollout();
    proven = [];
    mkdirSync(path.join(folder(), "infra"));
    writeFileSync(path.join(folder(), "Pulumi.dev.yaml"), "config: {}\n");
    rollout = wire(fake);
  });
  /** On the same disk and stacks: what a new process would find. */
  const wire = (on: FakeRollout, changed: { to?: number } = {}) =>
    createRollout({
      execute: ({ command, environment, anew, wrapParts }) =>
        execute(
          on.request(folder(), { command, environments: [environment], parts: wrapParts(on.parts), anew, ...changed }),
        ),
      evidence(execution) {
        proven.push(execution);
        return anEvidence();
      },
    });
  const run = (permit: RunRequest["permit"], goOn = false) =>
    rollout.run({ environment: "dev", release: `sha256:${"0".repeat(64)}`, purpose: "promotion", permit, goOn });
  const permitted = async () => {
    let looked = 0;
    const result = await run(async (look) => {
      await look();
      looked++;
    });
    return { ...result, looked };
  };

  it("looks without changing anything, and names the same plan and state each time", async () => {
    const first = await rollout.foresee("dev");
    expect(await rollout.foresee("dev")).to.deep.equal(first);
    expect(calls()).to.deep.equal([]);
    fake.stack("dev").resources.push({ urn: urnOf("dev", "Network"), type: "slipway:phase:Network" });
    const after = await rollout.foresee("dev");
    expect(after.state).to.not.equal(first.state);
    expect(after.plan).to.not.equal(first.plan);
  });

  it("says what is wrong when the look itself fails, as by the policy gate", async () => {
    const violation = { urn: "urn:x", rule: "no-root", level: "mandatory", reason: "root", remediation: "" } as const;
    fake.stack("dev").previewResult = { violations: [violation] };
    const { message, fix } = await refusal(() => rollout.foresee("dev"));
    expect(message).to.include("dev/preview: 1 mandatory policy violation");
    expect(fix).to.include("change the named resources");
  });

  it("asks once, before anything is touched, with what it is about to do", async () => {
    const foreseen = await rollout.foresee("dev");
    const seen: unknown[] = [];
    const { status } = await run(async (look) => {
      seen.push(calls().length, await look());
    });
    expect(status).to.equal("verified");
    expect(seen).to.deep.equal([0, foreseen]);
    expect(proven).to.have.length(1);
  });

  it("touches nothing when it is not permitted, and throws on what was said", async () => {
    const no = new SlipwayError("promotion-refused", "no", "do something else", "refused");
    const { code } = await refusal(() => run(() => Promise.reject(no)));
    expect(code).to.equal("promotion-refused");
    expect(calls()).to.deep.equal([]);
  });

  it("does not ask what the policy gate stops anyway", async () => {
    const violation = { urn: "urn:x", rule: "no-root", level: "mandatory", reason: "root", remediation: "" } as const;
    fake.stack("dev").previewResult = { violations: [violation] };
    const { status, reason, looked } = await permitted();
    expect([status, looked]).to.deep.equal(["failed", 0]);
    expect(reason).to.include("mandatory policy violation");
  });

  describe("after a rollout that stopped half way", () => {
    beforeEach(async () => {
      fake.stack("dev").upResult = { result: "failed", errors: ["no quota"] };
      await execute(fake.request(folder()));
      fake.stack("dev").upResult = {};
      fake.said.length = 0;
    });

    it("counts nothing of it: everything is previewed, built and verified anew", async () => {
      expect((await permitted()).status).to.equal("verified");
      expect(fake.said.join("\n")).to.not.include("continuing run");
      expect(proven[0]?.records.some(({ earlier }) => earlier)).to.equal(false);
    });

    it("goes on with it when it was this very run, and asks also then, before it builds", async () => {
      const before = calls().length;
      let touched = -1;
      const { status } = await run(async (look) => {
        await look();
        touched = calls().length;
      }, true);
      expect(status).to.equal("verified");
      expect(fake.said.join("\n")).to.include("continuing run");
      expect(touched).to.equal(before);
    });
  });

  it("tells a failure with the words of the step that met it", async () => {
    fake.stack("dev").upResult = { result: "failed", errors: ["no quota for addresses"] };
    const { status, reason, fix } = await permitted();
    expect(status).to.equal("failed");
    expect(reason).to.include("dev/up/Network").and.include("no quota for addresses");
    expect(fix).to.not.equal("");
  });

  it("tells an interruption from a failure", async () => {
    const result = await run(async (look) => {
      await look();
      fake.interruption.signal();
    });
    expect(result).to.include({ status: "interrupted", kind: "interrupted" });
  });

  it("counts as verified only what was proven to the last phase", async () => {
    rollout = wire(fake, { to: 1 });
    const { status, reason } = await permitted();
    expect(status).to.equal("failed");
    expect(reason).to.include("not proven as a whole");
  });

  it("looks at an engine's own failure as what it is", async () => {
    fake.stack("dev").previewResult = operation({ result: "failed", errors: ["the program threw"] });
    expect((await refusal(() => rollout.foresee("dev"))).message).to.include("the program threw");
  });
});
