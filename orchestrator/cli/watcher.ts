import { setTimeout } from "node:timers/promises";
import { SlipwayError } from "../errors";
import type { Rules } from "../promotion/rules";
import { createMetrics, postTo } from "../promotion/watch/prometheus";
import type { Watcher } from "../promotion/watched";
import { createInterruption, listenForSignals } from "../rollout/interruption";
import type { WatchingOptions } from "./promotion";
import type { Terminal } from "./terminal";

/** A bearer token for the metrics; an address with a password in it would stand in shell histories. */
const TOKEN = "SLIPWAY_PROMETHEUS_TOKEN";

/**
 * The rules a command works by. A rehearsed environment has no users whose requests could be watched, so what is
 * rehearsed is not, unless somebody names metrics for it; `npm run rehearse:release` plays the watch.
 */
export function rulesOf(rules: Rules, { target, prometheus }: Pick<WatchingOptions, "target" | "prometheus">): Rules {
  if (target === "aws" || prometheus !== undefined) return rules;
  const unwatched = Object.entries(rules.environments).map(([name, environment]) => {
    const { watch: _, ...rest } = environment;
    return [name, rest] as const;
  });
  return { ...rules, environments: Object.fromEntries(unwatched) as Rules["environments"] };
}

/** Where the watch of an environment looks; undefined without an address. */
export function watcherOf(
  rules: Rules,
  {
    environment,
    prometheus,
  }: Pick<WatchingOptions, "prometheus"> & { readonly environment: keyof Rules["environments"] },
  variables: Readonly<Record<string, string | undefined>>,
  waitUntil: Watcher["waitUntil"],
): Watcher | undefined {
  const address = prometheus ?? rules.environments[environment].watch?.prometheus;
  if (address === undefined) return undefined;
  if (!/^https?:\/\/[^\s@]+$/.test(address)) {
    throw new SlipwayError(
      "address-invalid",
      "the address of the metrics is no http(s) address without a password in it",
      `name it like https://prometheus.example.com, and give a token in ${TOKEN}`,
      "usage",
    );
  }
  return { metrics: createMetrics(postTo(address, variables[TOKEN])), waitUntil };
}

/** Waits by the machine's clock; a signal ends the waiting, and the same command goes on later. */
export function waitFor(terminal: Pick<Terminal, "aside">): (time: Date) => Promise<void> {
  return async (time) => {
    const interruption = createInterruption();
    const stop = listenForSignals(interruption, (text) => terminal.aside(text));
    try {
      await setTimeout(Math.max(0, time.getTime() - Date.now()), undefined, { signal: interruption.cancelled });
    } catch (error) {
      if (!interruption.cancelled.aborted) throw error;
      throw new SlipwayError(
        "interrupted",
        "the waiting was interrupted",
        "run the same command again: it goes on",
        "interrupted",
      );
    } finally {
      stop();
    }
  };
}
