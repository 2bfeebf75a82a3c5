import type { EventOf, LedgerEvent } from "./event";

/** A hash as people tell it apart: enough digits to be found by. */
export function short(hash: string): string {
  return hash.replace("sha256:", "").slice(0, 12);
}

/** One line for a person. Pure. */
export function inWords(event: LedgerEvent): string {
  switch (event.kind) {
    case "released":
      return `release ${short(event.release)} was made`;
    case "approved":
      return `${event.person} approved ${short(event.release)} for ${event.environment} until ${event.expires}`;
    case "started": {
      const how = event.purpose === "rollback" ? "rollback" : "promotion";
      const by = event.approvals.length > 0 ? `, approved by entries ${event.approvals.join(", ")}` : "";
      return `${how} of ${event.environment} to ${short(event.release)} started${by}`;
    }
    case "resumed":
      return `run ${event.run} of ${event.environment} resumed after an interruption`;
    case "verified":
      return `run ${event.run} of ${event.environment} verified: ${verdicts(event.evidence.checks)} (${event.evidence.proofs.join(", ")})`;
    case "stage":
      return `run ${event.run} of ${event.environment}, ${event.stage}: ${event.verdict} (${event.summary})`;
    case "watched":
      return `run ${event.run} of ${event.environment} watched until ${event.until}: ${event.verdict} (${event.summary})`;
    case "failed":
      return `run ${event.run} of ${event.environment} failed: ${event.reason}`;
    case "refused":
      return `promotion of ${event.environment} to ${short(event.release)} refused: ${event.obstacles.join("; ")}`;
    case "paused":
      return `${pausedIn(event)} paused until ${event.until}: ${event.reason}`;
    case "unpaused":
      return `pause of ${pausedIn(event)} ended: ${event.reason}`;
    case "hold-lifted":
      return `hold on ${short(event.release)} lifted: ${event.reason}`;
  }
}

/** An environment, or the synchronisation of one application in it. */
function pausedIn({ environment, application }: EventOf<"paused" | "unpaused">): string {
  return application === undefined ? environment : `synchronisation of ${application} in ${environment}`;
}

function verdicts(checks: Readonly<Record<string, number>>): string {
  const told = Object.entries(checks).map(([verdict, count]) => `${count} ${verdict}`);
  return told.length === 0 ? "no checks" : `checks ${told.join(", ")}`;
}
