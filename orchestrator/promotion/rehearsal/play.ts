import { audit } from "../audit";
import type { LedgerEvent } from "../event";
import type { Scenario } from "./scenario";
import { World } from "./world";

/** What became of a scenario. */
export interface Played {
  readonly title: string;
  readonly requirement: string;
  readonly result: "passed" | "failed";
  /** What happened, with the rehearsal's time. */
  readonly said: readonly string[];
  readonly ledger: readonly string[];
  /** Where it differs from what it should be; empty when it does not. */
  readonly wrong: readonly string[];
}

/** Plays one scenario in a folder of its own and compares what it leaves with what it must leave. Never throws. */
export async function play(scenario: Scenario, folder: string): Promise<Played> {
  const world = new World(folder);
  const wrong: string[] = [];
  try {
    await scenario.play(world);
  } catch (error) {
    wrong.push(error instanceof Error ? error.message : String(error));
  }
  const { entries, faults } = world.store.ledger.inspect();
  const ledger = entries.map(({ event }) => traceOf(event));
  const [expected, found] = [scenario.ledger.join("\n"), ledger.join("\n")];
  if (expected !== found) wrong.push(`the ledger says\n${found}\ninstead of\n${expected}`);
  if (scenario.tampered === true && faults.length === 0) wrong.push("the damage was not found");
  if (scenario.tampered !== true) wrong.push(...faults.map(({ message }) => message), ...audit(entries));
  const { title, requirement } = scenario;
  return { title, requirement, result: wrong.length === 0 ? "passed" : "failed", said: world.said, ledger, wrong };
}

/** An entry in few words, without what differs between two rehearsals. Pure. */
export function traceOf(event: LedgerEvent): string {
  switch (event.kind) {
    case "released":
      return "released";
    case "hold-lifted":
      return "hold lifted";
    case "approved":
      return `approved ${event.environment} by ${event.person.split("@")[0] ?? ""}`;
    case "started":
      return `started ${event.environment}${event.purpose === "rollback" ? ", back" : ""}`;
    case "stage":
      return `${event.stage} ${event.verdict} ${event.environment}`;
    case "watched":
      return `watched ${event.environment}: ${event.verdict}`;
    default:
      return `${event.kind} ${event.environment}`;
  }
}
