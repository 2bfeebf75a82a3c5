import { expect } from "chai";
import {
  canaryStage,
  type AnalysisRun,
  type Canary,
  type CanaryStageRequest,
  type RolloutStatus,
} from "../../../../orchestrator/promotion/canary/stage";

describe("the canary of a promotion", () => {
  const asked = { environment: "production", release: "sha256:0", run: 1 } as const;
  const followed = async (seen: (RolloutStatus | undefined)[], rest: Partial<Canary> = {}) => {
    let milliseconds = 0;
    const said: string[] = [];
    const kept: string[] = [];
    const request: CanaryStageRequest = {
      name: "app",
      canary: {
        rollout: () => Promise.resolve(seen.length > 1 ? seen.shift() : seen[0]),
        workload: () => Promise.resolve(undefined),
        analyses: () => Promise.resolve([]),
        ...rest,
      },
      keep: (output) => `digest ${kept.push(output)}`,
      now: () => new Date(milliseconds),
      waitUntil: (time) => {
        milliseconds = time.getTime();
        return Promise.resolve();
      },
      say: (text) => said.push(text),
    };
    const result = await canaryStage(() => Promise.resolve(request)).run(asked);
    return { ...result, said, kept: kept.map((text) => JSON.parse(text) as Record<string, unknown>) };
  };
  const follow = (...seen: (RolloutStatus | undefined)[]) => followed(seen);
  const at = (phase: string, rest: object = {}, observed = "2"): RolloutStatus => ({
    metadata: { generation: 2 },
    status: { phase, observedGeneration: observed, ...rest },
  });

  it("passed when every step was taken", async () => {
    const { verdict, seconds, said } = await follow(at("Progressing", { currentStepIndex: 3 }), at("Healthy"));
    expect([verdict, seconds, said]).to.deep.equal(["passed", 10, ["app: Progressing, step 3"]]);
  });
  it("is not taken for over by what the version before had", async () => {
    expect((await follow(at("Healthy", {}, "1"), at("Degraded", { message: "aborted by analysis" }))).verdict).to.equal(
      "failed",
    );
  });
  it("is not taken for over before the controller saw the Deployment change, whose change leaves the Rollout as it was", async () => {
    const seen = ["4", "5"].map((generation) => at("Healthy", { workloadObservedGeneration: generation }));
    const { verdict, seconds } = await followed(seen, { workload: () => Promise.resolve(5) });
    expect([verdict, seconds]).to.deep.equal(["passed", 10]);
    const blind = await followed([at("Healthy")], { workload: () => Promise.resolve(5) });
    expect(blind.verdict).to.equal("errored");
  });
  it("keeps what was seen, and what its own analyses measured, as evidence", async () => {
    const run: AnalysisRun = { name: "app-1", phase: "Failed", metrics: [{ name: "success-rate", failed: 5 }] };
    const asked: (string | undefined)[] = [];
    const step = (currentStepIndex: number) => at("Progressing", { currentStepIndex, currentPodHash: "new" });
    const { evidence, kept } = await followed(
      [
        at("Healthy", { currentPodHash: "old" }, "1"),
        step(1),
        step(1),
        step(2),
        at("Degraded", { message: "aborted", currentPodHash: "new" }),
      ],
      { analyses: (hash) => Promise.resolve(asked.push(hash) > 0 ? [run] : []) },
    );
    expect(evidence).to.equal("digest 1");
    expect(asked).to.deep.equal(["new"]);
    const steps = [
      { seconds: 0, phase: "Healthy", message: "", current: false },
      { seconds: 10, phase: "Progressing", step: 1, message: "", current: true },
      { seconds: 30, phase: "Progressing", step: 2, message: "", current: true },
      { seconds: 40, phase: "Degraded", message: "aborted", current: true },
    ];
    expect(kept).to.deep.equal([{ rollout: "app", verdict: "failed", steps, analyses: [run] }]);
  });
  it("is no stage of a release that has no canary", async () => {
    const stage = canaryStage(() => Promise.resolve(undefined));
    expect(await stage.needed?.(asked)).to.equal(false);
  });
  it("failed when it was aborted, with its reason", async () => {
    const { verdict, summary } = await follow(at("Degraded", { message: "metric success-rate assessed Failed" }));
    expect([verdict, summary]).to.deep.equal(["failed", "metric success-rate assessed Failed"]);
  });
  it("is inconclusive when it waits because nothing could be judged [D5.3]", async () => {
    const paused = at("Paused", { pauseConditions: [{ reason: "InconclusiveAnalysisRun" }] });
    expect((await follow(at("Paused", { pauseConditions: [{ reason: "CanaryPauseStep" }] }), paused)).verdict).to.equal(
      "inconclusive",
    );
  });
  it("is an error where there is none, and when it never ends", async () => {
    expect((await follow(undefined)).summary).to.equal("there is no Rollout app");
    const { verdict, summary } = await follow(at("Progressing"));
    expect(verdict).to.equal("errored");
    expect(summary).to.match(/^app is Progressing after \d+ s$/);
  });
});
