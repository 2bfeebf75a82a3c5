import { SlipwayError } from "../errors";
import { canaryPlaceOf } from "../promotion/canary/place";
import { openApplications } from "../promotion/delivery/argo";
import { openBranch } from "../promotion/delivery/branch";
import { createDelivery } from "../promotion/delivery/rollout";
import type { Environment } from "../promotion/environment";
import { differences } from "../promotion/record";
import type { Rollout } from "../promotion/rollout";
import type { Rules } from "../promotion/rules";
import { standingOf } from "../promotion/standing";
import type { Store } from "../promotion/store";
import { short } from "../promotion/words";
import type { WorldOptions } from "./options";

interface DeliveryParts {
  readonly rules: Rules;
  readonly options: Pick<WorldOptions, "target"> & { readonly environment: Environment };
  readonly store: Store;
  readonly by: string;
  now(): Date;
  say(text: string): void;
  waitUntil(time: Date): Promise<void>;
}

/** The delivery of applications the rules ask for; a rehearsed cluster has no branch of its own to follow. */
export function deliveryOf({ rules, options, store, by, ...rest }: DeliveryParts): Rollout | undefined {
  const { delivery: settings } = rules;
  if (settings === undefined || options.target === "rehearsal") return undefined;
  return createDelivery({
    ...rest,
    settings,
    openBranch: () => openBranch(settings, by),
    applications: openApplications(settings.namespace),
    revisionOf: async (release) => (await store.releases.get(release)).source.commit,
    canaryIn: async (release, environment) => canaryPlaceOf(await store.releases.get(release), environment)?.namespace,
  });
}

/** What of a record is the platform's: it goes back with its own checkout only. */
const PLATFORM = ["charts", "configuration", "policy", "source.files", "tools"];

/**
 * A way back by Git alone, for when nobody is at hand: it is taken only where the platform of both releases is the same.
 * The other one needs the older release checked out, and so a person.
 */
export function applicationsOnly(delivery: Rollout, store: Store): Rollout {
  return {
    foresee: (environment) => delivery.foresee(environment),
    async run(request) {
      const left = standingOf(await store.ledger.read()).environments[request.environment].run?.release;
      if (left !== undefined && left !== request.release) {
        const [from, to] = [await store.releases.get(left), await store.releases.get(request.release)];
        const found = differences(from, to).filter(({ path }) => PLATFORM.some((part) => path.startsWith(part)));
        if (found.length > 0)
          throw platformDiffers(
            request,
            to.source.commit,
            found.map(({ path }) => path),
          );
      }
      return delivery.run(request);
    },
  };
}

function platformDiffers(
  { environment, release }: { readonly environment: Environment; readonly release: string },
  commit: string,
  paths: readonly string[],
): SlipwayError {
  const shown = paths.slice(0, 5).join(", ");
  return new SlipwayError(
    "platform-differs",
    `${environment} cannot go back to ${short(release)} by Git alone: the platform differs too, in ${shown}${paths.length > 5 ? ", …" : ""}`,
    `check that release out and go back with it: git worktree add ../release ${commit}, then there slipway rollback ${environment}`,
    "refused",
  );
}
