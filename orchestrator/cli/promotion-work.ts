import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { charts } from "../../infra/charts";
import { SlipwayError } from "../errors";
import { compatibilityStage } from "../migrations/compatibility";
import { migrationGate } from "../migrations/gate";
import { openCanary } from "../promotion/canary/cluster";
import { canaryPlaceOf } from "../promotion/canary/place";
import { canaryStage, type Canary, type CanaryStageRequest } from "../promotion/canary/stage";
import { digestOf } from "../promotion/canonical";
import { requireRelease } from "../promotion/collect";
import type { Environment } from "../promotion/environment";
import type { Evidence } from "../promotion/event";
import { clusterJobs } from "../promotion/gate/cluster-jobs";
import { keepEvidence } from "../promotion/gate/evidence";
import { gateStages } from "../promotion/gate/stages";
import { confirm } from "../promotion/github/approvals";
import { openRepository } from "../promotion/git";
import { notifying } from "../promotion/notify/notifier";
import type { PromotionWork } from "../promotion/promote";
import type { Stage } from "../promotion/stages";
import { inSequence } from "../promotion/delivery/rollout";
import type { Store } from "../promotion/store";
import { levelsOf } from "../promotion/released-images";
import { createRollout } from "../promotion/rollout";
import { loadRules, RULES_FILE, SIGNERS_FILE, type Rules } from "../promotion/rules";
import { writeReport } from "../report/files";
import type { Report } from "../report/report";
import { createLayout } from "../rollout/layout";
import { actor } from "./actor";
import { carryOut, reportOf } from "./commands/rollout";
import { ROLLOUT_HOURS } from "../timing/hold";
import type { Invocation } from "./invocation";
import type { WatchingOptions } from "./promotion";
import { applicationsOnly, deliveryOf } from "./delivery";
import { projectStore } from "./store";
import { githubOf } from "./github";
import { parityStage } from "./parity-stage";
import { rulesOf, waitFor, watcherOf } from "./watcher";

/** What a promotion, a rollback or an approval works with: the project's rules, its ledger and the existing rollout. */
export function wirePromotion(
  options: WatchingOptions & { readonly environment: Environment },
  invocation: Invocation,
): PromotionWork & { readonly base: string } {
  const { terminal, root } = invocation;
  const layout = createLayout(options.stateDir, options.target);
  const now = () => new Date();
  let report: Report | undefined;
  const rollout = createRollout({
    async execute({ command, environment, anew, wrapParts }) {
      const given = { ...options, environment: [environment] };
      // A release that soaks keeps its nodes: at night they would be missed, and the soak with them (H4.3).
      const neededHours = rules.environments[environment].soakHours + ROLLOUT_HOURS;
      const carried = await carryOut(command, given, invocation, { wrapParts, anew, neededHours });
      report = reportOf(command, carried.options, carried.engine, carried.execution);
      return carried.execution;
    },
    // Only the record of the release says which images were verified, wherever the store of releases is.
    levelsFor: (asked) => levelsOf(store, path.join(layout.base, "levels"))(asked),
    evidence() {
      if (report === undefined) throw new Error("nothing was carried out that could prove anything");
      const files = writeReport(layout.reports, report, terminal.redactor);
      terminal.line(`report: ${files.markdown}`);
      return evidenceOf(report, digestOf(readFileSync(files.json)));
    },
  });
  const quiet = projectStore(root, options);
  const by = actor(root);
  const say = (text: string) => terminal.line(text);
  const rules = rulesOf(loadRules(root), options);
  const hearing = { rules, variables: invocation.variables, redactor: terminal.redactor, now, say };
  const pause = (milliseconds: number) => setTimeout(milliseconds);
  // Nobody is woken by a rehearsal.
  const told = options.target === "rehearsal" ? quiet.ledger : notifying(quiet.ledger, { ...hearing, pause });
  const store = { ...quiet, ledger: told };
  const waitUntil = waitFor(terminal);
  const watcher = watcherOf(rules, options, invocation.variables, waitUntil);
  const delivery = deliveryOf({ rules, options, store, by, now, say, waitUntil });
  const github = githubOf(rules, invocation.variables);
  const keep = keepEvidence(path.join(layout.base, "evidence"), terminal.redactor);
  const imageOf = async (release: string, application: string) =>
    (await store.releases.get(release)).images[application];
  const gates = { rules, root, variables: invocation.variables, jobs: clusterJobs(), keep, imageOf, now, waitUntil };
  return {
    base: layout.base,
    environment: options.environment,
    target: options.target,
    store,
    rules,
    rollout: delivery === undefined ? rollout : inSequence(rollout, delivery),
    ...(delivery !== undefined && { back: applicationsOnly(delivery, store) }),
    ...(watcher !== undefined && { watcher }),
    stages: [
      migrationGate({ store, repository: openRepository(root), milliseconds: () => performance.now() }),
      ...onGround(
        options.target,
        say,
        rules.environments[options.environment].compatibility.map((one) =>
          compatibilityStage({ ...gates, store }, one),
        ),
      ),
      ...(delivery === undefined ? [] : [canaryStage(canaryOf({ store, keep, now, waitUntil, say }))]),
      ...onGround(options.target, say, gateStages(gates, options.environment)),
    ],
    preconditions: options.environment === "production" ? [parityStage(options, invocation, keep)] : [],
    ...(github !== undefined && {
      vouch: (recorded) =>
        confirm(github, options.target, recorded, async (release) => (await store.releases.get(release)).source.commit),
    }),
    by,
    now,
    say,
  };
}

/**
 * What asks a cluster or an application of it, where there is one. A rehearsed cluster ends with its rollout: there it is
 * said that nobody asked, and nothing is written down as proven.
 */
export function onGround(target: "rehearsal" | "aws", say: (text: string) => void, stages: readonly Stage[]): Stage[] {
  if (target === "aws") return [...stages];
  return stages.map((stage) => ({
    ...stage,
    needed({ environment }) {
      say(`${environment}, ${stage.name}: not run, there is nobody to ask after a rehearsed rollout`);
      return Promise.resolve(false);
    },
  }));
}

interface CanaryParts extends Pick<CanaryStageRequest, "keep" | "now" | "waitUntil" | "say"> {
  readonly store: Pick<Store, "releases">;
  open?(namespace: string, name: string): Canary;
}

/** The canary of a release in its environment's own cluster, where its settings ask for one. */
export function canaryOf({ store, open = openCanary, ...rest }: CanaryParts): Parameters<typeof canaryStage>[0] {
  return async ({ environment, release }) => {
    const place = canaryPlaceOf(await store.releases.get(release), environment);
    if (place === undefined) return undefined;
    const { namespace, name } = place;
    return { ...rest, name: `${namespace}/${name}`, canary: open(namespace, name) };
  };
}

/** What a report proves, in figures and names. Pure. */
export function evidenceOf({ run, engine, cluster, environments }: Report, digest: string): Evidence {
  const steps = environments.flatMap((environment) => environment.steps);
  const checks: Record<string, number> = {};
  for (const { verdict } of steps.flatMap(({ findings }) => findings ?? []))
    checks[verdict] = (checks[verdict] ?? 0) + 1;
  const advisories = new Set(
    steps.flatMap(({ violations }) => violations ?? []).map(({ urn, rule, reason }) => `${urn} ${rule} ${reason}`),
  );
  return {
    run,
    report: digest,
    engine: `${engine.kind} ${engine.version}`,
    cluster,
    checks,
    proofs: [...new Set(steps.flatMap(({ proof }) => proof ?? []))].toSorted(),
    packs: [...new Set(steps.flatMap(({ packs }) => packs ?? []))].toSorted(),
    advisories: advisories.size,
  };
}

/**
 * Refuses to work on a release with other files than its own, or by rules that nobody could review.
 * @throws SlipwayError `checkout-differs`, `release-differs` or `rules-uncommitted` (refused).
 */
export async function requireCheckedOut({ store, rules }: PromotionWork, release: string, root: string): Promise<void> {
  const repository = openRepository(root);
  requireRelease(await store.releases.get(release), { repository, charts });
  const changed = repository.changed(repository.commit("HEAD"), [...RULES, ...gateFiles(rules)]);
  if (changed.length === 0) return;
  throw new SlipwayError(
    "rules-uncommitted",
    `${changed.join(", ")} is not as committed: who may approve must be seen by others first`,
    "have the change reviewed and committed, or put it aside",
    "refused",
  );
}

/** Files that decide who may approve what, and what proves it. */
const RULES = [RULES_FILE, SIGNERS_FILE];

function gateFiles({ environments }: Rules): string[] {
  const all = Object.values(environments).flatMap(({ gates }) => Object.values(gates));
  return [...new Set(all.flatMap((gate) => ("job" in gate ? [gate.job] : [])))];
}
