import { expect } from "chai";
import { liveProgress } from "../../../../orchestrator/cli/progress/live";
import type { Step, StepRecord } from "../../../../orchestrator/rollout/step";
import { fakeTerminal } from "../fixture";

const step = (environment: string, title: string): Step => ({
  id: `${environment}/${title}`,
  environment,
  kind: "verify",
  title,
});
const record = (of: Step, more: Partial<StepRecord> = {}): StepRecord => ({
  step: of,
  status: "succeeded",
  seconds: 1,
  earlier: false,
  ...more,
});

describe("progress on a terminal", () => {
  /** Runs the list to its end with stdout kept; listr2 writes there itself. */
  async function shown(work: (progress: Awaited<ReturnType<typeof liveProgress>>) => void, steps: Step[]) {
    const { terminal } = fakeTerminal({ tty: true });
    terminal.redactor.add("s3cr3t-value");
    const real = process.stdout.write.bind(process.stdout);
    let text = "";
    process.stdout.write = ((chunk: string) => ((text += chunk), true)) as typeof process.stdout.write;
    try {
      const progress = await liveProgress(steps, terminal);
      work(progress);
      await progress.finish();
    } finally {
      process.stdout.write = real;
    }
    return text;
  }
  const [first, second, other] = [step("dev", "one"), step("dev", "two"), step("staging", "three")];

  it("ends when every step has its record, whatever became of it", async () => {
    const text = await shown(
      (progress) => {
        progress.begin(first);
        progress.end(record(first, { changes: { create: 2 } }));
        progress.begin(second);
        progress.end(record(second, { status: "failed", reason: "no" }));
        progress.end(record(other, { status: "early exit" }));
      },
      [first, second, other],
    );
    expect(text).to.include("dev").and.include("staging: not done");
  });
  it("shows no secret", async () => {
    const text = await shown(
      (progress) => {
        progress.begin(first);
        progress.end(record(first, { findings: [], changes: { "create s3cr3t-value": 1 } }));
      },
      [first],
    );
    expect(text).to.not.include("s3cr3t-value");
  });
});
