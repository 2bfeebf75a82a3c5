import { fingerprint } from "../../rollout/fingerprint";
import { Journal } from "../../rollout/journal";
import { createLayout } from "../../rollout/layout";
import { phases } from "../../rollout/phases";
import { plan } from "../../rollout/plan";
import { findResume, type Resume } from "../../rollout/resume";
import { RESUMABLE, signatureOf } from "../../rollout/signature";
import type { Step } from "../../rollout/step";
import type { Invocation } from "../invocation";
import type { PlanOptions } from "../program";

/** Prints what a command would do, and what of it an interrupted run has already done. Touches nothing. */
export function planCommand(options: PlanOptions, { terminal, root }: Invocation): Promise<number> {
  const { command, environment, from, to, target } = options;
  const request = { command, environments: environment, phases, from, to, target };
  const steps = plan(request);
  const resume = RESUMABLE.includes(command) ? lookForResume(options, root, steps) : undefined;
  terminal.line(`${command} on target ${target}: ${steps.length} steps`);
  if (resume) {
    terminal.line(`continues run ${resume.run}: ${resume.finished.size} finished steps are not repeated`);
    for (const name of resume.changed) {
      terminal.line(`${name}: configuration or program changed since; everything there is previewed and checked again`);
    }
  }
  for (const [index, step] of steps.entries()) {
    const mark = resume?.finished.has(step.id) ? " (finished)" : "";
    terminal.line(`${String(index + 1).padStart(3)}  ${step.environment.padEnd(10)}  ${step.title}${mark}`);
  }
  terminal.document({
    command,
    target,
    ...(resume && { continues: resume.run, changed: resume.changed }),
    steps: steps.map(({ phase, ...step }) => ({
      ...step,
      ...(phase && { phase: { number: phase.number, name: phase.name } }),
      finished: resume?.finished.has(step.id) ?? false,
    })),
  });
  return Promise.resolve(0);
}

function lookForResume(options: PlanOptions, root: string, steps: readonly Step[]): Resume | undefined {
  const layout = createLayout(options.stateDir, options.target);
  return findResume({
    steps,
    signature: signatureOf({ ...options, environments: options.environment }),
    fingerprints: new Map(options.environment.map((name) => [name, fingerprint(root, name)])),
    journals: new Map(options.environment.map((name) => [name, Journal.read(layout.journal(name))])),
  });
}
