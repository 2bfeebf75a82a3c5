import type { Entry } from "./entry";
import { environments, type Environment } from "./environment";
import { figuresOf, inLines } from "./figures";
import { standingOf, type Standing } from "./standing";
import { short } from "./words";

/** Where releases stand, for a person: what each environment runs, what stops it, and the figures. Pure. */
export function overview(entries: readonly Entry[], asked: readonly string[], now: Date): string[] {
  if (entries.length === 0) return [];
  const standing = standingOf(entries);
  const held = [...standing.held].map(
    ([release, entry]) =>
      `held: ${short(release)} (entry ${entry}); slipway release unhold ${short(release)} --reason TEXT`,
  );
  return [
    "releases:",
    ...environments
      .filter((one) => asked.includes(one))
      .map((one) => `  ${one.padEnd(10)} ${runs(standing, one, now)}`),
    ...held.map((line) => `  ${line}`),
    ...inLines(figuresOf(entries, now)),
  ];
}

function runs(standing: Standing, environment: Environment, now: Date): string {
  const { run, pause, unsynced } = standing.environments[environment];
  const single = [...unsynced].map(([application, { until, reason }]) => {
    const over = now < new Date(until) ? "" : ` and nobody resumed it: slipway sync resume ${environment} --ended`;
    return `, ${application} not synchronised until ${until} (${reason})${over}`;
  });
  const whole =
    pause !== undefined && now < new Date(pause.until) ? `, paused until ${pause.until} (${pause.reason})` : "";
  const stop = [whole, ...single].join("");
  if (run === undefined) return `no release yet${stop}`;
  const how = run.purpose === "rollback" ? " by rollback" : "";
  const since = run.endedAt === undefined ? "" : ` since ${run.endedAt}`;
  const watch = run.watched === undefined ? "" : `, watch ${run.watched.verdict}`;
  return `${short(run.release)}${how}, ${run.status}${since}${watch}${stop}`;
}
