import { expect } from "chai";
import fc from "fast-check";
import { audit } from "../../../orchestrator/promotion/audit";
import { follow, type Entry } from "../../../orchestrator/promotion/entry";
import { environments, type Environment } from "../../../orchestrator/promotion/environment";
import { watchVerdicts, type EventOf, type LedgerEvent } from "../../../orchestrator/promotion/event";
import { addressOf, createPeople, type Name, type People } from "../../../orchestrator/promotion/rehearsal/people";
import { History } from "./history";

const people = createPeople();
/** The same, with a production that is watched. */
const watchful = createPeople({ watched: true });
const names = Object.keys(people.signers) as Name[];
const releases = ["a", "b"].map((digit) => `sha256:${digit.repeat(64)}`);
const authors = { [releases[0] ?? ""]: ["ada@example.com"], [releases[1] ?? ""]: ["owner@elsewhere.example"] };

type Command = (history: History) => unknown;

const release = fc.constantFrom(...releases);
const environment = fc.constantFrom(...environments);
/** A pause is of the whole environment or of one application in it. */
const application = fc.constantFrom({}, { application: "shop" });
const hours = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(24));

/** Anything that people, machines and bad luck can do, in any order; whole ways among it, so that much is reached. */
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: hours.map((time) => (history: History) => history.pass(time)) },
  {
    weight: 4,
    arbitrary: fc.tuple(release, environment).map(
      ([which, where]) =>
        (history: History) =>
          history.promote(which, where),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom(...names), environment, release, fc.integer({ min: 1, max: 30 })).map(
      ([name, where, which, lasting]) =>
        (history: History) =>
          history.approve(name, where, which, lasting),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(environment, fc.constantFrom("verified", "verified", "failed")).map(
      ([where, how]) =>
        (history: History) =>
          history.end(where, how as "verified" | "failed"),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...watchVerdicts).map((how) => (history: History) => history.watch("production", how)),
  },
  { weight: 1, arbitrary: environment.map((where) => (history: History) => history.rollback(where)) },
  { weight: 1, arbitrary: environment.map((where) => (history: History) => history.drifts(where)) },
  {
    weight: 1,
    arbitrary: fc.tuple(environment, hours, application).map(([where, time, one]) => (history: History) => {
      const until = new Date(history.now.getTime() + time * 3_600_000).toISOString();
      history.write({ kind: "paused", environment: where, ...one, until, reason: "incident" });
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(environment, application).map(
      ([where, one]) =>
        (history: History) =>
          history.write({ kind: "unpaused", environment: where, ...one, reason: "solved" }),
    ),
  },
  {
    weight: 1,
    arbitrary: release.map(
      (which) => (history: History) => history.write({ kind: "hold-lifted", release: which, reason: "looked into" }),
    ),
  },
  { weight: 2, arbitrary: release.map((which) => (history: History) => history.toStaging(which)) },
  {
    weight: 3,
    arbitrary: fc.tuple(release, fc.oneof(hours, fc.constant(24))).map(
      ([which, soak]) =>
        (history: History) =>
          history.toProduction(which, soak),
    ),
  },
);

function played(commands: readonly Command[], team: People): History {
  const history = new History(team, authors);
  for (const which of releases) history.make(which);
  for (const one of commands) one(history);
  return history;
}

/** Entries of a kind, of an environment, before another entry. Plain filters: the oracle shares no code with the gates. */
function earlier<Kind extends LedgerEvent["kind"]>(
  entries: readonly Entry[],
  kind: Kind,
  where: Environment,
  before: number,
) {
  return entries.flatMap((entry) =>
    entry.sequence < before &&
    entry.event.kind === kind &&
    "environment" in entry.event &&
    entry.event.environment === where
      ? [{ ...entry, event: entry.event as EventOf<Kind> }]
      : [],
  );
}

/** What must be true of every promotion that was begun, told from the entries alone. */
function promiseKept(entries: readonly Entry[], entry: Entry, event: EventOf<"started">): void {
  const { sequence, at } = entry;
  const moment = Date.parse(at);
  const before = { staging: "dev", production: "staging" }[event.environment as string] as Environment | undefined;
  if (before !== undefined) {
    const run = earlier(entries, "started", before, sequence).at(-1);
    expect(run?.event.release, `${before} runs this very release`).to.equal(event.release);
    const verified = earlier(entries, "verified", before, sequence).filter((one) => one.event.run === run?.sequence);
    expect(verified, `${before} verified it`).to.have.length(1);
    const soaked = (moment - Date.parse(verified[0]?.at ?? "")) / 3_600_000;
    expect(soaked, "it soaked").to.be.at.least(before === "staging" ? 24 : 0);
  }
  const last = earlier(entries, "started", event.environment, sequence).at(-1)?.sequence ?? 0;
  const given = event.approvals.map((number) => entries[number - 1]);
  for (const one of given) {
    expect(one?.event).to.deep.include({
      kind: "approved",
      environment: event.environment,
      release: event.release,
      plan: event.plan,
      state: event.state,
    });
    expect(one?.sequence, "given for this attempt").to.be.greaterThan(last);
    expect(one?.event.kind === "approved" && Date.parse(one.event.expires), "not expired").to.be.greaterThan(moment);
  }
  const by = given.flatMap((one) => (one?.event.kind === "approved" ? [one.event.person.split("@")[0] ?? ""] : []));
  expect(new Set(by).size, "distinct people").to.equal(by.length);
  for (const name of by) {
    for (const known of [addressOf(name), `${name}@elsewhere.example`]) {
      expect(authors[event.release], "no author").to.not.include(known);
    }
  }
  const wanted = {
    dev: [],
    staging: [["lead"], ["qa"]],
    production: [
      ["manager", "both"],
      ["owner", "both"],
    ],
  }[event.environment];
  expect(by, "as many as are wanted").to.have.length(wanted.length);
  for (const role of wanted)
    expect(
      by.some((name) => role.includes(name)),
      role.join(" or "),
    ).to.equal(true);

  const day = new Date(moment);
  const clock = day.getUTCDay() * 24 + day.getUTCHours() + day.getUTCMinutes() / 60;
  if (event.environment === "production") expect(clock >= 30 && clock < 5 * 24 + 15, "no freeze").to.equal(true);
  for (const one of [undefined, "shop"]) {
    const of = ({ event: said }: { event: { application?: string | undefined } }) => said.application === one;
    const pause = earlier(entries, "paused", event.environment, sequence).filter(of).at(-1);
    const ended = earlier(entries, "unpaused", event.environment, sequence).filter(of).at(-1);
    if (pause !== undefined && (ended?.sequence ?? 0) < pause.sequence)
      expect(moment, "no pause").to.be.at.least(Date.parse(pause.event.until));
  }
  for (const where of environments) {
    for (const back of earlier(entries, "started", where, sequence).filter((one) => one.event.purpose === "rollback")) {
      const left = earlier(entries, "started", where, back.sequence).at(-1)?.event.release;
      if (left !== event.release || back.event.release === event.release) continue;
      const lifted = entries.some(
        (one) =>
          one.event.kind === "hold-lifted" &&
          one.event.release === left &&
          one.sequence > back.sequence &&
          one.sequence < sequence,
      );
      expect(lifted, "what was rolled back is held until a person lifts the hold").to.equal(true);
    }
  }
}

/** A production that is watched: one deploy at a time is, and what broke under watch comes back with a person's word only. */
function watchKept(entries: readonly Entry[], { sequence }: Entry, event: EventOf<"started">): void {
  if (event.environment !== "production") return;
  const before = earlier(entries, "started", "production", sequence).at(-1);
  const verified = earlier(entries, "verified", "production", sequence).some(
    (one) => one.event.run === before?.sequence,
  );
  const watches = earlier(entries, "watched", "production", sequence);
  if (verified && before?.event.purpose === "promotion") {
    expect(
      watches.some((one) => one.event.run === before.sequence),
      "the deploy before was watched",
    ).to.equal(true);
  }
  for (const breach of watches.filter((one) => one.event.verdict === "breach")) {
    const begun = entries[breach.event.run - 1]?.event;
    if (begun?.kind !== "started" || begun.release !== event.release) continue;
    const lifted = entries.some(
      (one) =>
        one.event.kind === "hold-lifted" &&
        one.event.release === event.release &&
        one.sequence > breach.sequence &&
        one.sequence < sequence,
    );
    expect(lifted, "what broke under watch is held").to.equal(true);
  }
}

const starts = (entries: readonly Entry[], purpose: "promotion" | "rollback") =>
  entries.flatMap((entry) =>
    entry.event.kind === "started" && entry.event.purpose === purpose ? [{ entry, event: entry.event }] : [],
  );

/** A rollback goes to what was verified there. */
function wayKept(entries: readonly Entry[], { sequence }: Entry, event: EventOf<"started">): void {
  const verified = earlier(entries, "verified", event.environment, sequence).map(({ event: { run } }) => {
    const begun = entries[run - 1]?.event;
    return begun?.kind === "started" ? begun.release : undefined;
  });
  expect(verified).to.include(event.release);
}

/** One run at a time, and every end belongs to the run that is there. */
function runsInOrder(entries: readonly Entry[]): void {
  for (const { event, sequence } of entries) {
    if (event.kind !== "verified" && event.kind !== "failed") continue;
    expect(earlier(entries, "started", event.environment, sequence).at(-1)?.sequence).to.equal(event.run);
    const ends = (["verified", "failed"] as const).flatMap((kind) =>
      earlier(entries, kind, event.environment, sequence),
    );
    expect(ends.some((one) => one.event.run === event.run)).to.equal(false);
  }
}

describe("whatever happens in whatever order", function () {
  this.timeout(60_000);

  for (const [how, team] of [
    ["as the rules of the project are", people],
    ["with a production that is watched", watchful],
  ] as const) {
    it(`${how}, nothing is promoted without what the environment before verified, its soak and its approvals; every rollback goes to a verified release; runs never overlap [D2.3] [D2.4] [D6.1]`, () => {
      const reached = { dev: 0, staging: 0, production: 0, back: 0 };
      fc.assert(
        fc.property(fc.array(command, { maxLength: 40, size: "max" }), (commands) => {
          const { entries } = played(commands, team);
          for (const { entry, event } of starts(entries, "promotion")) {
            reached[event.environment]++;
            promiseKept(entries, entry, event);
            if (team === watchful) watchKept(entries, entry, event);
          }
          for (const { entry, event } of starts(entries, "rollback")) {
            reached.back++;
            wayKept(entries, entry, event);
          }
          runsInOrder(entries);
          expect(audit(entries)).to.deep.equal([]);
        }),
        { numRuns: 120 },
      );
      // Otherwise the above would have said nothing.
      expect(Math.min(...Object.values(reached)), JSON.stringify(reached)).to.be.greaterThan(5);
    });
  }
});

describe("the audit of a ledger", () => {
  /** The same entries with some events exchanged, chained anew: what a writer other than Slipway could leave. */
  function forged(entries: readonly Entry[], change: (event: LedgerEvent, entry: Entry) => LedgerEvent): Entry[] {
    const made: Entry[] = [];
    for (const entry of entries)
      made.push(follow(made.at(-1), new Date(entry.at), entry.by, change(entry.event, entry)));
    return made;
  }
  const [first = ""] = releases;
  const whole = () => new History(people, authors).toProduction(first).entries;
  const number = (entries: readonly Entry[], kind: LedgerEvent["kind"], where: Environment) =>
    earlier(entries, kind, where, Infinity)[0]?.sequence ?? 0;

  it("finds nothing in what went through the gates", () => expect(audit(whole())).to.deep.equal([]));

  for (const [what, change, said] of [
    [
      "staging failed",
      (event) =>
        event.kind === "verified" && event.environment === "staging"
          ? { kind: "failed", environment: "staging", run: event.run, reason: "no" }
          : event,
      "what staging did not run, verified",
    ],
    [
      "the release was never made",
      (event) => (event.kind === "released" ? { ...event, release: `sha256:${"f".repeat(64)}` } : event),
      "never made",
    ],
    [
      "an approval was for another plan",
      (event) =>
        event.kind === "approved" && event.environment === "production"
          ? { ...event, plan: `sha256:${"f".repeat(64)}` }
          : event,
      "was for something else",
    ],
    [
      "an approval had expired",
      (event) =>
        event.kind === "approved" && event.environment === "production"
          ? { ...event, expires: "2026-01-06T08:00:00.000Z" }
          : event,
      "had expired",
    ],
    [
      "one person approved twice",
      (event) =>
        event.kind === "approved" && event.environment === "production"
          ? { ...event, person: "one@example.com" }
          : event,
      "approved twice",
    ],
    [
      "an approval was none",
      (event) =>
        event.kind === "started" && event.environment === "production" ? { ...event, approvals: [1] } : event,
      "entry 1 is no approval",
    ],
    [
      "it rolled back to what was never verified",
      (event) => (event.kind === "started" && event.environment === "dev" ? { ...event, purpose: "rollback" } : event),
      "never verified there",
    ],
    [
      "an end was recorded twice",
      (event) =>
        event.kind === "approved" && event.environment === "staging"
          ? { kind: "failed", environment: "dev", run: 2, reason: "x" }
          : event,
      "not the unfinished one of dev",
    ],
  ] as readonly [string, (event: LedgerEvent) => LedgerEvent, string][]) {
    it(`names what no gate would have let through: ${what}`, () => {
      expect(audit(forged(whole(), change)).join("\n")).to.include(said);
    });
  }

  it("names approvals that were used before, and promotions in a pause or of a held release", () => {
    const entries = whole();
    const start = entries[number(entries, "started", "production") - 1]?.event as EventOf<"started">;
    const history = new History(people, authors);
    for (const { event } of entries) history.write(event);
    history.write(start);
    expect(audit(history.entries).join("\n")).to.include("was used up or for another environment");
    history.write({ kind: "paused", environment: "dev", until: "2027-01-01T00:00:00.000Z", reason: "incident" });
    history.write({ ...start, environment: "dev", approvals: [] });
    expect(audit(history.entries).join("\n")).to.include("dev was paused until");
    const until = "2027-01-01T00:00:00.000Z";
    history.write({ kind: "unpaused", environment: "dev", reason: "solved" });
    history.write({ kind: "paused", environment: "dev", application: "shop", until, reason: "incident" });
    history.write({ ...start, environment: "dev", approvals: [] });
    expect(audit(history.entries).at(-1)).to.match(/unfinished run|shop of dev was not synchronised until/);
  });
});
