import { expect } from "chai";
import { canaryStage, type RolloutStatus } from "../../../../orchestrator/promotion/canary/stage";

describe("the canary of a promotion", () => {
  const asked = { environment: "production", release: "sha256:0", run: 1 } as const;
  const follow = async (...seen: (RolloutStatus | undefined)[]) => {
    let milliseconds = 0;
    const said: string[] = [];
    const stage = canaryStage({
      name: "app",
      read: () => Promise.resolve(seen.length > 1 ? seen.shift() : seen[0]),
      now: () => new Date(milliseconds),
      waitUntil: (time) => {
        milliseconds = time.getTime();
        return Promise.resolve();
      },
      say: (text) => said.push(text),
    });
    return { ...(await stage.run(asked)), said };
  };
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
