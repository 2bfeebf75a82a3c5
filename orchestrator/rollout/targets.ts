import { SlipwayError } from "../errors";
import type { Phase } from "./phases";

/**
 * The two URN patterns that select a phase: its component, and all below it. One pattern `<Name>**` would also match a
 * phase whose name begins the same way.
 */
export function phaseTargets(project: string, stack: string, phase: Phase): string[] {
  const prefix = `urn:pulumi:${stack}::${project}::slipway:phase:${phase.name}`;
  return [`${prefix}::*`, `${prefix}$**`];
}

/**
 * What an update of a phase targets besides: providers the program makes outside any phase. They are not drawn in by
 * the resources that use them (pulumi.md 5.6), and they build nothing themselves.
 */
export function sharedTargets(project: string, stack: string): string[] {
  return [`urn:pulumi:${stack}::${project}::pulumi:providers:*::*`];
}

/** The phase a URN belongs to, by the type chain of its parents; undefined for what belongs to none. */
export function phaseOf(urn: string): string | undefined {
  return /^urn:pulumi:[^:]*::[^:]*::slipway:phase:([A-Za-z0-9]+)(?:\$|::)/.exec(urn)?.[1];
}

/** Resources per phase; the keys are exactly the phases that have any. */
export function countByPhase(urns: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const urn of urns) {
    const phase = phaseOf(urn);
    if (phase !== undefined) counts[phase] = (counts[phase] ?? 0) + 1;
  }
  return counts;
}

/**
 * A wildcard that matches nothing succeeds and changes nothing, so it must never reach the engine.
 * @throws SlipwayError `target-matches-nothing`.
 */
export function requirePlanned(environment: string, phase: Phase, planned: Readonly<Record<string, number>>): void {
  if ((planned[phase.name] ?? 0) > 0) return;
  throw new SlipwayError(
    "target-matches-nothing",
    `the preview of ${environment} plans no resource under slipway:phase:${phase.name}, so building ${phase.title} would silently do nothing`,
    "check that infra/platform.ts builds this phase, then run again",
    "engine",
  );
}
