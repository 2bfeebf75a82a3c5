import type { ListrTask } from "listr2";
import type { Step, StepRecord } from "../../rollout/step";
import type { Terminal } from "../terminal";
import { summary } from "./words";
import type { Progress } from "./progress";

interface Row {
  readonly ended: Promise<StepRecord>;
  end(record: StepRecord): void;
}

/** A list that grows in place: one group per environment, one row per step, elapsed time beside each. */
export async function liveProgress(steps: readonly Step[], terminal: Terminal): Promise<Progress> {
  const { Listr, PRESET_TIMER } = await import("listr2");
  const rows = new Map(steps.map((step) => [step.id, row()]));
  const environments = [...new Set(steps.map((step) => step.environment))];
  const width = Math.max(20, terminal.columns - 30);
  const task = (step: Step): ListrTask => ({
    title: step.title,
    task: async (_, handle) => {
      const { ended } = rows.get(step.id) ?? row();
      const record = await ended;
      const said = terminal.redactor.text(summary(record)).slice(0, width);
      if (record.status === "early exit") handle.skip(`${step.title}: not done`);
      else if (record.earlier) handle.skip(`${step.title}: finished in the run before`);
      // The reason is told in full below the list; here only the mark matters.
      else if (record.status === "failed") throw new Error(`${step.title} failed`);
      else if (said) handle.title = `${step.title}: ${said}`;
    },
  });
  const list = new Listr(
    environments.map((environment) => ({
      title: environment,
      task: (_, handle) =>
        handle.newListr(steps.filter((step) => step.environment === environment).map(task), { exitOnError: false }),
    })),
    {
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: {
        timer: PRESET_TIMER,
        collapseSubtasks: true,
        collapseErrors: false,
        showErrorMessage: false,
        showSkipMessage: true,
        formatOutput: "truncate",
      },
    },
  );
  const running = list.run();
  return {
    // Rows run one after the other, so the renderer turns to a row by itself when the one before has ended.
    begin: () => undefined,
    end: (record) => rows.get(record.step.id)?.end(record),
    finish: () => running.then(() => undefined),
  };
}

function row(): Row {
  const ended = Promise.withResolvers<StepRecord>();
  return { ended: ended.promise, end: ended.resolve };
}
