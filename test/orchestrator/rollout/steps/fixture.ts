import type { EnvironmentContext } from "../../../../orchestrator/rollout/context";
import { phases, type Phase } from "../../../../orchestrator/rollout/phases";
import type { Sandbox } from "../../../../orchestrator/sandbox/sandbox";
import { FakeRollout, strict, urnOf } from "../../../support/rollout";

export const [network, cluster] = phases as [Phase, Phase];

/** The context of a step over a stack in memory; whatever a test does not give fails when it is used. */
export function stepContext(changed: Partial<EnvironmentContext> = {}) {
  const rollout = new FakeRollout();
  const stack = rollout.stack("dev");
  const context = strict<EnvironmentContext>("context", {
    environment: "dev",
    target: "rehearsal",
    phases,
    chosen: phases,
    stack,
    sandbox: strict<Sandbox>("sandbox", {}),
    processes: { host: "here", pid: 1, alive: () => true, startedAt: () => "boot/1" },
    interruption: rollout.interruption,
    redactor: rollout.redactor,
    destroyProtected: false,
    command: "bootstrap",
    timing: undefined,
    planned: { Network: 3, Cluster: 2 },
    notes: [],
    checkOf: () => Promise.resolve({ verify: () => Promise.resolve([]), diagnose: () => Promise.resolve([]) }),
    tellPlanned: () => undefined,
    pack: { directory: "policy", config: "policy/config/dev.json" },
    judgeBeside: undefined,
    now: () => new Date("2026-06-15T00:00:00Z"),
    remediationOf: (rule) => Promise.resolve(`mend ${rule}`),
    ...changed,
  });
  /** Puts phases into the state, as if they had been built. */
  const build = (...built: Phase[]) => {
    for (const { name } of built) stack.resources.push({ urn: urnOf("dev", name), type: `slipway:phase:${name}` });
  };
  return { context, stack, rollout, build };
}
