import { expect } from "chai";
import { evidenceOf, onGround } from "../../../orchestrator/cli/promotion-work";
import { evidenceSchema } from "../../../orchestrator/promotion/event";
import type { Stage } from "../../../orchestrator/promotion/stages";
import type { EnvironmentReport, Report, StepReport } from "../../../orchestrator/report/report";
import { passed } from "../../support/rollout";

const digest = `sha256:${"0".repeat(64)}`;
const step = (changed: Partial<StepReport>): StepReport => ({
  id: "dev/verify/Network",
  kind: "verify",
  title: "verify network and IAM",
  status: "succeeded",
  seconds: 1,
  earlier: false,
  ...changed,
});
const report = (...steps: StepReport[]): Report => ({
  schemaVersion: 1,
  slipway: "0.1.0",
  command: "bootstrap",
  run: "20260102T030405Z-1a2b3c4d",
  startedAt: "2026-01-02T03:04:05.000Z",
  endedAt: "2026-01-02T03:05:05.000Z",
  seconds: 60,
  target: "rehearsal",
  engine: { kind: "builtin", version: "0.1.0" },
  cluster: "embedded",
  result: "succeeded",
  exitCode: 0,
  resumed: false,
  environments: [{ name: "dev", result: "succeeded", steps } satisfies EnvironmentReport],
});

describe("the evidence of a promotion", () => {
  it("counts checks by verdict, names proofs and packs once, and counts each advisory once", () => {
    const advisory = { urn: "urn:a", rule: "r", level: "advisory", reason: "why", remediation: "" } as const;
    const evidence = evidenceOf(
      report(
        step({ kind: "preview", proof: "stand-in", packs: ["slipway 0.1.0"], violations: [advisory] }),
        step({ proof: "real control plane", findings: [passed, { ...passed, verdict: "inconclusive" }] }),
        step({ proof: "stand-in", findings: [passed] }),
        step({ kind: "settle", proof: "stand-in", packs: ["slipway 0.1.0"], violations: [advisory] }),
      ),
      digest,
    );
    expect(evidence).to.deep.equal({
      run: "20260102T030405Z-1a2b3c4d",
      report: digest,
      engine: "builtin 0.1.0",
      cluster: "embedded",
      checks: { passed: 2, inconclusive: 1 },
      proofs: ["real control plane", "stand-in"],
      packs: ["slipway 0.1.0"],
      advisories: 1,
    });
    expect(evidenceSchema.parse(evidence)).to.deep.equal(evidence);
  });
});

describe("what asks a cluster", () => {
  const stage: Stage = {
    name: "smoke",
    when: "after",
    onRollback: true,
    run: () => Promise.reject(new Error("nobody is there")),
  };
  const asked = { environment: "staging", release: digest, run: 7 } as const;

  it("is asked on a real account, and in a rehearsal said not to have been", async () => {
    const said: string[] = [];
    const say = (text: string) => void said.push(text);
    expect(onGround("aws", say, [stage])).to.deep.equal([stage]);
    const [rehearsed] = onGround("rehearsal", say, [stage]);
    expect(await rehearsed?.needed?.(asked)).to.equal(false);
    expect(said).to.deep.equal(["staging, smoke: not run, there is nobody to ask after a rehearsed rollout"]);
  });
});
