import type { PlatformConfig } from "../../../infra/config";
import type { PlannedResource } from "../../cost/estimate";
import { SlipwayError } from "../../errors";
import { allowed, graded } from "../../parity/allowed";
import { applicationResources, strayOverlays } from "../../parity/application";
import { compare, type Comparison, type Side } from "../../parity/compare";
import type { Invocation } from "../invocation";
import type { CommonOptions } from "../options";
import type { ParityOptions } from "../program";
import { loadConfig } from "../parts";
import { carryOut } from "./rollout";

/** Previews two environments, renders what Git delivers into them, and says where they differ (B8.4). Ends with 1 for a difference nobody allowed. */
export async function parityCommand(given: ParityOptions, invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const [first, second] = given.pair;
  if (first === second)
    throw new SlipwayError(
      "parity-same",
      `${first} is always equal to itself`,
      "name two environments, like: slipway parity staging production",
      "usage",
    );
  const comparison = await compareEnvironments(given.pair, given, invocation);
  for (const line of told(comparison, first, second)) terminal.line(line);
  const wrong = comparison.differences.filter(({ reason }) => reason === undefined);
  const exitCode = wrong.length > 0 ? 1 : 0;
  terminal.document({
    result: exitCode === 0 ? "succeeded" : "failed",
    exitCode,
    left: first,
    right: second,
    differences: comparison.differences,
    unused: comparison.unused.map(({ reason }) => reason),
  });
  return exitCode;
}

/** @throws SlipwayError `parity-undecided` when one of the two cannot be previewed. */
export async function compareEnvironments(
  [first, second]: readonly [string, string],
  given: Omit<CommonOptions, "environment">,
  invocation: Invocation,
): Promise<Comparison> {
  const sides = new Map<string, Side>();
  const profiles = new Set<string | undefined>();
  await carryOut("preview", { ...given, environment: [first, second] }, invocation, {
    tellPlanned: (config, resources) => {
      sides.set(config.environment, sideOf(config, [...resources, ...applicationResources(config)]));
      profiles.add(config.application?.profile);
    },
  });
  const [left, right] = [sides.get(first), sides.get(second)];
  if (left !== undefined && right !== undefined) {
    // Both, or one of them is a mistake that is told.
    const both = profiles.size === 1 && profiles.has("graded");
    const planned = compare(left, right, [...allowed, ...(both ? graded : [])]);
    // What Git holds is what was compared, or it says nothing of what will run.
    const { root } = invocation;
    const strays = await strayOverlays(root, [first, second], (environment) => loadConfig(root, environment));
    return { ...planned, differences: [...planned.differences, ...strays] };
  }
  throw new SlipwayError(
    "parity-undecided",
    `${first} and ${second} could not both be previewed, so nothing is known of their differences`,
    "mend what the preview named above, then compare again",
    "failure",
  );
}

/** Words that mean the same in another environment: its names, its domain, its account. */
export function sideOf(config: PlatformConfig, resources: readonly PlannedResource[]): Side {
  const account = config.cluster.adminRoleArns[0]?.split(":")[4];
  return {
    name: config.environment,
    resources,
    own: {
      // As part of a name, never by itself: an issuer is called staging in every environment.
      ...Object.fromEntries(
        ["slipway-", "slipway-environment-", "slipway.environment.", "/", "=", "$", ":", " ", '"'].map((before) => [
          `${before}${config.environment}`,
          `${before}<environment>`,
        ]),
      ),
      // Before the domain: the contact of certificates may lie in it, or outside.
      [config.certificates.email]: "<contact>",
      [config.domain]: "<domain>",
      // Each has its own, of one engine and version (B8.2, B8.6).
      ...(config.application === undefined ? {} : { [config.application.database.host]: "<database>" }),
      ...(account === undefined ? {} : { [account]: "<account>" }),
    },
  };
}

function told({ differences, unused }: Comparison, left: string, right: string): string[] {
  const wrong = differences.filter(({ reason }) => reason === undefined);
  const reasons = new Map<string, number>();
  for (const { reason } of differences) if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return [
    "",
    ...[...reasons].map(
      ([reason, count]) => `allowed: ${count} ${count === 1 ? "difference" : "differences"}, ${reason}`,
    ),
    ...unused.map(({ reason }) => `allowed without need, to be taken off the list: ${reason}`),
    ...wrong.flatMap(({ resource, path, left: a, right: b }) => [
      `not allowed: ${resource} ${path}`,
      `  ${left}: ${a || "nothing"}`,
      `  ${right}: ${b || "nothing"}`,
    ]),
    wrong.length === 0
      ? `${left} and ${right} are equal but for ${differences.length} differences that are meant`
      : `${wrong.length} differences between ${left} and ${right} that nobody allowed`,
    ...(wrong.length === 0
      ? []
      : ["fix: make them equal, or allow each with its reason in orchestrator/parity/allowed.ts"]),
  ];
}
