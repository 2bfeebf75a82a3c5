import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { version } from "../../../package.json";
import { damage, writeBundle } from "../../deliver/bundle";
import { bundleOf, SOURCES } from "../../deliver/collect";
import { historyOf } from "../../deliver/history";
import { delivered, type Planned } from "../../deliver/planned";
import { secretsInHistory, type SecretSight } from "../../deliver/secret-scan";
import { SlipwayError } from "../../errors";
import { requireCheckout } from "../../promotion/collect";
import { openRepository } from "../../promotion/git";
import { loadRules } from "../../promotion/rules";
import { levelsOf, releaseOf } from "../../promotion/released-images";
import { judged } from "../../promotion/rollout";
import { readLatestReport } from "../../report/files";
import type { Report } from "../../report/report";
import { createLayout } from "../../rollout/layout";
import type { DeliverOptions } from "../deliver";
import type { Invocation } from "../invocation";
import { projectStore } from "../store";
import { carryOut } from "./rollout";
import { exempt, toldSights } from "./scan";

/** `slipway deliver`: previews every environment from zero and writes the bundle; with --check judges one (A20, G1). */
export async function deliverCommand(options: DeliverOptions, invocation: Invocation): Promise<number> {
  const { terminal, root } = invocation;
  const folder = path.resolve(options.out);
  if (options.check === true) return check(folder, invocation);

  const repository = openRepository(root);
  const commit = repository.commit("HEAD");
  requireCheckout(repository, commit);
  refuseSecrets(await secretsInHistory(root, commit, exempt));
  const rules = loadRules(root);
  const layout = createLayout(options.stateDir, options.target);
  const store = projectStore(root, options);
  const release = await releaseOf(store, commit, options.release);
  terminal.line(
    release === undefined
      ? "no release was made of this commit: which images run is judged by nobody (slipway release create)"
      : `release ${release.hash}: staging and production are judged with its images in hand`,
  );
  const planned = await plan(options, invocation, release?.hash, levelsOf(store, path.join(layout.base, "levels")));
  const bundle = bundleOf({
    commit,
    version,
    planned,
    rules,
    report: lastReport(layout.reports),
    ledger: (await store.ledger.read()).map((entry) => `${JSON.stringify(entry)}\n`).join(""),
    release: release?.record,
    source: repository.files(commit, SOURCES),
    history: historyOf(root),
  });
  writeBundle(folder, bundle);
  terminal.line(`\n${bundle.size} files in ${options.out}; begin with README.md there`);
  terminal.line(`slipway deliver --check --out ${options.out} says whether it is as it was delivered`);
  terminal.document({
    result: "succeeded",
    exitCode: 0,
    folder,
    commit,
    release: release?.hash ?? null,
    files: [...bundle.keys()],
  });
  return 0;
}

/** What every environment plans. A rehearsal plans from zero, so that no stand-in's ids are delivered as real ones. */
async function plan(
  options: DeliverOptions,
  invocation: Invocation,
  release: string | undefined,
  levels: ReturnType<typeof levelsOf>,
): Promise<Map<string, Planned>> {
  const zero = options.target === "rehearsal" ? mkdtempSync(path.join(os.tmpdir(), "slipway-deliver-")) : undefined;
  const planned = new Map<string, Planned>();
  try {
    const given = { ...options, ...(zero !== undefined && { stateDir: zero }) };
    const { execution } = await carryOut("preview", given, invocation, {
      ...(release !== undefined && { wrapParts: (parts) => judged(parts, release, levels) }),
      tellPlanned: (config, resources) => planned.set(config.environment, { config, resources: delivered(resources) }),
    });
    if (execution.exitCode !== 0)
      throw new SlipwayError(
        "deliver-undecided",
        "the preview did not pass, so there is nothing that could be delivered",
        "mend what the preview named above, then deliver again",
        "failure",
      );
  } finally {
    if (zero !== undefined) rmSync(zero, { recursive: true, force: true });
  }
  return planned;
}

function lastReport(folder: string): Report | undefined {
  try {
    return readLatestReport(folder);
  } catch (error) {
    if (error instanceof SlipwayError && error.code === "no-report") return undefined;
    throw error;
  }
}

function refuseSecrets(sights: readonly SecretSight[]): void {
  if (sights.length === 0) return;
  throw new SlipwayError(
    "secret-committed",
    `what was committed holds what looks like a credential: ${toldSights(sights)}`,
    "take it back where it was issued, store the new one in the secret store (docs/phases/12-secrets.md), and rewrite the history that holds it",
    "failure",
  );
}

function check(folder: string, { terminal }: Invocation): Promise<number> {
  const wrong = damage(folder);
  for (const line of wrong) terminal.line(line);
  if (wrong.length === 0) terminal.line(`${folder} is as it was delivered`);
  const exitCode = wrong.length === 0 ? 0 : 1;
  terminal.document({ result: exitCode === 0 ? "succeeded" : "failed", exitCode, folder, wrong });
  return Promise.resolve(exitCode);
}
