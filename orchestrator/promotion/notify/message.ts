import type { Entry } from "../entry";
import type { Environment } from "../environment";
import { standingOf } from "../standing";
import { inWords, short } from "../words";
import type { Occasion } from "./settings";

/** What is told, in no system's own form. */
export interface Message {
  readonly occasion: Occasion;
  readonly environment: Environment;
  /** One line. */
  readonly title: string;
  readonly text: string;
  readonly release?: string;
  /** Of the ledger entry: the same entry is told once, however often it is sent. */
  readonly key: string;
  /** Whether somebody has to do something. */
  readonly bad: boolean;
}

/** What there is to tell of the last of these entries; undefined for what concerns nobody else. Pure. */
export function messageOf(entries: readonly Entry[]): Message | undefined {
  const entry = entries.at(-1);
  if (entry === undefined) return undefined;
  const { event } = entry;
  const occasion = occasionOf(entry, entries);
  if (occasion === undefined || !("environment" in event)) return undefined;
  const { environment } = event;
  const release = standingOf(entries).environments[environment].run?.release;
  const named = "release" in event ? event.release : release;
  const bad = ["failed", "refused"].includes(occasion) || (event.kind === "watched" && event.verdict !== "good");
  return {
    occasion,
    environment,
    title: `${environment}: ${titles[occasion]}${named === undefined ? "" : ` ${short(named)}`}`,
    text: inWords(event),
    ...(named !== undefined && { release: named }),
    key: entry.hash,
    bad,
  };
}

const titles: Readonly<Record<Occasion, string>> = {
  started: "deploying",
  verified: "now runs",
  failed: "failed:",
  "rolled back": "went back to",
  refused: "refused",
  approval: "approved:",
  watch: "watched:",
  pause: "promotions",
};

function occasionOf({ event }: Entry, entries: readonly Entry[]): Occasion | undefined {
  switch (event.kind) {
    case "started":
      return "started";
    case "verified":
      return standingOf(entries).environments[event.environment].run?.purpose === "rollback"
        ? "rolled back"
        : "verified";
    case "failed":
    case "refused":
      return event.kind;
    case "approved":
      return "approval";
    case "watched":
      return "watch";
    case "paused":
    case "unpaused":
      return "pause";
    default:
      return undefined;
  }
}
