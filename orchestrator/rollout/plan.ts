import type { Phase } from "./phases";
import { selectPhases } from "./phases";
import type { Command, Step, StepKind } from "./step";

/** What a plan is made from; nothing else decides it. */
export interface PlanRequest {
  readonly command: Command;
  /** In promotion order; duplicates are an error of the caller. */
  readonly environments: readonly string[];
  readonly phases: readonly Phase[];
  readonly from?: number;
  readonly to?: number;
}

/** The steps of a command in the order they run. Pure: the same request gives the same plan. */
export function plan(request: PlanRequest): Step[] {
  // A teardown gives up the most valuable environment last, as a build-out reaches it last: dev goes first in both.
  return request.environments.flatMap((environment) => environmentSteps(environment, request));
}

function environmentSteps(environment: string, { command, phases, from, to }: PlanRequest): Step[] {
  const chosen = selectPhases(phases, from, to);
  const step = (kind: StepKind, title: string, phase?: Phase): Step => ({
    id: [environment, kind, ...(phase ? [phase.name] : [])].join("/"),
    environment,
    kind,
    ...(phase && { phase }),
    title,
  });
  const preflight = step("preflight", "preflight");
  switch (command) {
    case "preview":
      return [preflight, step("preview", "preview under the policy pack")];
    case "verify":
      return [preflight, ...chosen.map((phase) => step("verify", `verify ${phase.title}`, phase))];
    case "bootstrap":
      return [
        preflight,
        step("preview", "preview under the policy pack"),
        ...chosen.flatMap((phase) => [
          step("up", `build ${phase.title}`, phase),
          step("verify", `verify ${phase.title}`, phase),
        ]),
        // Before the last phase stands, a full preview must show changes, so only a complete environment is settled.
        ...(chosen.at(-1) === phases.at(-1) && chosen.length > 0
          ? [step("settle", "preview again, expecting no change")]
          : []),
      ];
    case "destroy":
      return [
        preflight,
        ...chosen.toReversed().map((phase) => step("destroy", `take down ${phase.title}`, phase)),
        ...(chosen.length === phases.length
          ? [step("remove", "remove what is left and the stack"), step("sweep", "sweep the account for leftovers")]
          : []),
      ];
  }
}
