import { SlipwayError } from "../../errors";
import type { Environment } from "../environment";
import type { EventOf } from "../event";
import { standingOf, type Pause } from "../standing";
import type { Store } from "../store";
import { inWords } from "../words";
import { heldSync, holdSync, releaseSync, requireApplication, type Applications } from "./sync";

/** What a pause works with. Where nothing delivers, as in a rehearsal between two commands, the ledger alone knows of it. */
export interface PauseWork {
  readonly environment: Environment;
  readonly store: Store;
  readonly applications?: Applications;
  readonly by: string;
  now(): Date;
  say(text: string): void;
}

/**
 * Pauses one application (C7.2). Written down first: whoever finds a paused application finds who paused it, also after a
 * crash; done again, it is finished or prolonged. @throws SlipwayError `no-application` (usage).
 */
export async function pauseApplication(
  work: PauseWork,
  { application, ...pause }: Pause & { readonly application: string },
): Promise<void> {
  const { applications, environment } = work;
  if (applications !== undefined) requireApplication(await applications.all(), application);
  await write(work, { kind: "paused", environment, application, ...pause });
  await (applications && holdSync(applications, { name: application, ...pause }));
}

/**
 * Ends a pause. Given back first: a promotion is let in when there is something that delivers it.
 * @throws SlipwayError `sync-not-paused` (usage).
 */
export async function resumeApplication(work: PauseWork, application: string, reason: string): Promise<void> {
  const { applications, environment } = work;
  const paused = (await pausedIn(work)).has(application);
  const held = (await (applications && releaseSync(applications, application))) ?? false;
  if (!held && !paused)
    throw new SlipwayError(
      "sync-not-paused",
      `${application} of ${environment} is not paused`,
      `slipway sync show ${environment} says what is`,
      "usage",
    );
  await write(work, { kind: "unpaused", environment, application, reason });
}

/** Ends every pause whose time is over. @returns the applications. */
export async function resumeEnded(work: PauseWork): Promise<string[]> {
  const over = [...(await pausedIn(work))].filter(([, { until }]) => work.now() >= new Date(until));
  for (const [application] of over) await resumeApplication(work, application, "its time is over");
  return over.map(([application]) => application);
}

/** What is paused: what the ledger knows, and what somebody declared in the cluster besides. */
export async function pausedIn({
  applications,
  environment,
  store,
}: Pick<PauseWork, "applications" | "environment" | "store">): Promise<ReadonlyMap<string, Pause>> {
  const known = standingOf(await store.ledger.read()).environments[environment].unsynced;
  const held = applications === undefined ? [] : heldSync(await applications.all());
  return new Map([...held.map(({ name, until, reason }) => [name, { until, reason }] as const), ...known]);
}

async function write({ store, by, say }: PauseWork, event: EventOf<"paused" | "unpaused">): Promise<void> {
  const { sequence } = await store.ledger.append(by, () => event);
  say(`entry ${sequence}: ${inWords(event)}`);
}
