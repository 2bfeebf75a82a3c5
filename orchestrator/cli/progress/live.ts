import type { ListrTask } from "listr2";
import type { Step, StepRecord } from "../../rollout/step";
import type { Terminal } from "../terminal";
import { summary } from "./words";
import type { Progress } from "./progress";

interface Row {
  readonly begun: Promise<undefined>;
  readonly ended: Promise<StepRecord>;
  begin(): void;
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
      task: async (_, handle) => {
        const mine = steps.filter((step) => step.environment === environment);
        const first = mine[0] && rows.get(mine[0].id);
        // An environment the run never enters is one line, not a list of things not done.
        const untouched = first && (await Promise.race([first.begun, first.ended]));
        if (untouched?.status === "early exit") return handle.skip(`${environment}: not done`);
        return handle.newListr(mine.map(task), { exitOnError: false });
      },
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
    begin: (step) => rows.get(step.id)?.begin(),
    end: (record) => rows.get(record.step.id)?.end(record),
    finish: () => running.then(() => undefined),
  };
}

function row(): Row {
  const begun = Promise.withResolvers<undefined>();
  const ended = Promise.withResolvers<StepRecord>();
  return { begun: begun.promise, ended: ended.promise, begin: () => begun.resolve(undefined), end: ended.resolve };
}
