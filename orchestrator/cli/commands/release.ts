import { charts } from "../../../infra/charts";
import { requireSafeMigrations } from "../../migrations/gate";
import { collectRecord, requireCheckout } from "../../promotion/collect";
import { environments } from "../../promotion/environment";
import { openRepository } from "../../promotion/git";
import { differences, releaseHash, type Difference, type ReleaseRecord } from "../../promotion/record";
import type { Releases } from "../../promotion/releases";
import type { Store } from "../../promotion/store";
import { SlipwayError } from "../../errors";
import { standingOf } from "../../promotion/standing";
import { actor } from "../actor";
import { write } from "./ledger";
import type { Invocation } from "../invocation";
import { loadConfig } from "../parts";
import { projectStore } from "../store";
import type { ReleaseCommand, ReleaseOptions } from "../promotion";
import type { Terminal } from "../terminal";

/** `slipway release create|show|diff|unhold`. */
export function releaseCommand(command: ReleaseCommand) {
  return async (options: ReleaseOptions, { terminal, root }: Invocation): Promise<number> => {
    const store = projectStore(root, options);
    const { releases } = store;
    switch (command) {
      case "create":
        await create(options, root, store, terminal);
        break;
      case "show":
        await show(releases, options.releases, terminal);
        break;
      case "diff":
        await diff(releases, options.releases, terminal);
        break;
      case "unhold":
        return unhold(store, options, root, terminal);
    }
    return 0;
  };
}

async function create(
  { since, image }: ReleaseOptions,
  root: string,
  { releases, ledger }: Store,
  terminal: Terminal,
): Promise<void> {
  const repository = openRepository(root);
  const commit = repository.commit("HEAD");
  requireCheckout(repository, commit);
  // A record that could never be built is not worth making: every mistake in every configuration is told here.
  for (const environment of environments) await loadConfig(root, environment);
  const base = since === undefined ? await inProduction({ releases, ledger }) : repository.commit(since);
  await requireSafeMigrations(repository, commit, base);
  const record = collectRecord({
    repository,
    commit,
    since: base,
    images: image,
    charts,
  });
  const known = await releases.has(releaseHash(record));
  const hash = await releases.add(record);
  const told = (await ledger.read()).some(({ event }) => event.kind === "released" && event.release === hash);
  if (!told) await ledger.append(actor(root), () => ({ kind: "released", release: hash }));
  terminal.line(`release ${hash}${known ? " (made before: the same inputs give the same record)" : ""}`);
  for (const line of summary(record)) terminal.line(`  ${line}`);
  terminal.document({ result: "succeeded", exitCode: 0, release: hash, record });
}

/** The commit of what production was last verified with: what a release builds on when nobody says otherwise. */
async function inProduction({ releases, ledger }: Store): Promise<string | undefined> {
  const release = standingOf(await ledger.read()).environments.production.verified.at(-1);
  return release === undefined ? undefined : (await releases.get(release)).source.commit;
}

/** Lifts the hold on a release that was rolled back. */
async function unhold(
  store: Store,
  { releases: [typed = ""], reason = "" }: ReleaseOptions,
  root: string,
  terminal: Terminal,
): Promise<number> {
  const release = await store.releases.find(typed);
  if (standingOf(await store.ledger.read()).held.has(release)) {
    return write(store, { kind: "hold-lifted", release, reason }, actor(root), terminal);
  }
  throw new SlipwayError("not-held", `release ${release} is not held`, "promote it: nothing holds it back", "usage");
}

async function show(releases: Releases, [typed = ""]: readonly string[], terminal: Terminal): Promise<void> {
  const hash = await releases.find(typed);
  const record = await releases.get(hash);
  terminal.line(`release ${hash}`);
  for (const line of summary(record)) terminal.line(`  ${line}`);
  for (const [name, { version }] of Object.entries(record.charts)) terminal.line(`  chart ${name} ${version}`);
  for (const [name, version] of Object.entries(record.tools)) terminal.line(`  tool ${name} ${version}`);
  for (const [file, digest] of Object.entries(record.source.files)) terminal.line(`  ${file} ${digest}`);
  terminal.document({ result: "succeeded", exitCode: 0, release: hash, record });
}

function summary({ source, images, charts: table, configuration, policy, tools }: ReleaseRecord): string[] {
  const scope = source.since === null ? "a first release" : `since ${source.since.slice(0, 12)}`;
  return [
    `commit ${source.commit}, ${scope}`,
    `written by ${source.authors.join(", ")}, who do not approve it`,
    ...Object.entries(images).map(([name, image]) => `image ${name} ${image}`),
    `${Object.keys(table).length} charts, ${Object.keys(tools).length} tools, configuration of ${Object.keys(configuration).join(", ")}`,
    `policy pack ${policy.name} ${policy.version} ${policy.digest}`,
  ];
}

async function diff(
  releases: Releases,
  [before = "", after = ""]: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const [first, second] = [await releases.find(before), await releases.find(after)];
  const found = differences(await releases.get(first), await releases.get(second));
  terminal.line(`${first} → ${second}: ${found.length === 0 ? "no difference" : `${found.length} differences`}`);
  for (const difference of found) for (const line of lines(difference)) terminal.line(line);
  terminal.document({ result: "succeeded", exitCode: 0, before: first, after: second, differences: found });
}

function lines({ path: place, before, after }: Difference): string[] {
  return [
    `  ${place}`,
    ...(before === undefined ? [] : [`    - ${JSON.stringify(before)}`]),
    ...(after === undefined ? [] : [`    + ${JSON.stringify(after)}`]),
  ];
}
