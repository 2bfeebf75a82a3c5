import { SlipwayError } from "../errors";
import { environments } from "../promotion/environment";
import { standingOf } from "../promotion/standing";
import { short } from "../promotion/words";
import type { CommonOptions } from "./options";
import { projectStore } from "./store";

/**
 * A real environment that releases are promoted to is not built past its ledger: `bootstrap` is for the first time only.
 * @throws SlipwayError `promote-instead` (refused) naming the environment and what it runs.
 */
export async function requireFirstBuild(
  options: Pick<CommonOptions, "target" | "stateDir" | "environment">,
  root: string,
): Promise<void> {
  if (options.target === "rehearsal") return;
  const standing = standingOf(await projectStore(root, options).ledger.read());
  for (const environment of environments.filter((one) => options.environment.includes(one))) {
    const { run } = standing.environments[environment];
    if (run === undefined) continue;
    throw new SlipwayError(
      "promote-instead",
      `${environment} is promoted to: its ledger says it runs ${short(run.release)}; nothing was touched`,
      `slipway promote RELEASE --to ${environment}, or leave it out with --environment`,
      "refused",
    );
  }
}
