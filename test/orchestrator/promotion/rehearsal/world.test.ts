import path from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { SlipwayError } from "../../../../orchestrator/errors";
import { audit } from "../../../../orchestrator/promotion/audit";
import type { Entry } from "../../../../orchestrator/promotion/entry";
import { environments, type Environment } from "../../../../orchestrator/promotion/environment";
import type { EventOf, LedgerEvent } from "../../../../orchestrator/promotion/event";
import { Killed, World, type Fate } from "../../../../orchestrator/promotion/rehearsal/world";
import { standingOf } from "../../../../orchestrator/promotion/standing";
import { useFolder } from "../../../support/folder";

/** What is proven of a promotion, in this order; of a rollback the smoke test alone. */
const stages: Readonly<Record<Environment, readonly string[]>> = {
  dev: ["compatibility", "migration", "smoke", "integration", "security"],
  staging: ["compatibility", "migration", "smoke", "integration", "performance", "security"],
  production: ["compatibility", "migration", "canary", "smoke"],
};
const fates: readonly Fate[] = [
  ...(["well", "well", "well", "well", "a failing check", "killed after it began", "killed before it began"] as const),
  ...(["a failing migration", "killed after the migration", "errors in the canary"] as const),
  ...(["no traffic in the canary", "a failing smoke test", "an inconclusive smoke test", "a red regression"] as const),
  ...(["a slow version", "a credential in what is released"] as const),
];

/** A team that does as it likes; what is refused or killed is over, and nothing else may go wrong. */
class Team {
  readonly releases: string[] = [];
  constructor(readonly world: World) {
    this.releases.push(world.release("ada"), world.release("owner", { migration: "0002_more.sql" }));
  }
  async try(what: () => Promise<unknown>): Promise<void> {
    try {
      await what();
    } catch (error) {
      if (error instanceof Killed || (error instanceof SlipwayError && error.kind === "refused")) return;
      throw error;
    }
  }
}

type Move = (team: Team) => Promise<void>;
const environment = fc.constantFrom(...environments);
const release = fc.constantFrom(0, 1);
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(release, environment, fc.constantFrom(...fates)).map(([which, where, fate]): Move => (team) => {
      team.world.fates.push(fate);
      return team.try(() => team.world.promote(team.releases[which] ?? "", where));
    }),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(release, fc.constantFrom(...fates)).map(([which, fate]): Move => async (team) => {
      const { world } = team;
      await team.try(() => world.toSoaked(team.releases[which] ?? ""));
      world.fates.push(fate);
      await team.try(() => world.promote(team.releases[which] ?? "", "production"));
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(release, fc.constantFrom<Environment>("staging", "production")).map(
      ([which, where]): Move =>
        (team) =>
          team.try(() =>
            team.world.approve(
              team.releases[which] ?? "",
              where,
              ...(where === "staging" ? (["lead", "qa"] as const) : (["both", "manager"] as const)),
            ),
          ),
    ),
  },
  {
    weight: 1,
    arbitrary: environment.map(
      (where): Move =>
        (team) =>
          team.try(() => team.world.rollback(where)),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Move>((team) => team.try(() => team.world.watch("production"))) },
  {
    weight: 1,
    arbitrary: environment.map((where): Move => (team) => {
      team.world.drift(where);
      return Promise.resolve();
    }),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 30 }).map((hours): Move => (team) => {
      team.world.pass(hours);
      return Promise.resolve();
    }),
  },
);

const of = <Kind extends LedgerEvent["kind"]>(entries: readonly Entry[], kind: Kind) =>
  entries.flatMap((entry) => (entry.event.kind === kind ? [{ ...entry, event: entry.event as EventOf<Kind> }] : []));

/** What must be true of every ledger, told from its entries alone. @returns how many runs were verified where. */
function promisesKept(entries: readonly Entry[]): Record<Environment | "back", number> {
  const reached = { dev: 0, staging: 0, production: 0, back: 0 };
  for (const { sequence, event } of of(entries, "started")) {
    const where = event.environment;
    const seen = of(entries, "stage").filter((one) => one.event.run === sequence);
    const verified = of(entries, "verified").find((one) => one.event.run === sequence);
    const wanted = event.purpose === "rollback" ? ["smoke"] : stages[where];
    expect(
      seen.map((one) => one.event.stage),
      "in order, none twice, none after one that did not pass",
    ).to.deep.equal(wanted.slice(0, seen.length));
    expect(
      seen.slice(0, -1).every((one) => one.event.verdict === "passed"),
      "nothing goes on after what did not pass",
    ).to.equal(true);
    if (verified === undefined) continue;
    expect(
      seen.map((one) => one.event.verdict),
      "what is verified passed every stage",
    ).to.deep.equal(wanted.map(() => "passed"));
    expect(seen.every((one) => one.sequence < verified.sequence)).to.equal(true);
    if (event.purpose === "promotion") reached[where]++;
    else {
      reached.back++;
      const before = of(entries, "verified").filter(
        (one) => one.sequence < sequence && one.event.environment === where,
      );
      const releases = before.map(({ event: { run } }) => (entries[run - 1]?.event as EventOf<"started">).release);
      expect(releases, "a rollback ends on what was verified there").to.include(event.release);
    }
  }
  return reached;
}

describe("a team that does what it likes, with a machine that dies when it likes", function () {
  this.timeout(120_000);
  const folder = useFolder();
  let runs = 0;

  it("proves every stage of every environment in order, goes back to what was verified only, keeps one chain, and can always finish [D2.1] [D3.6] [D4.1] [D6.2]", async () => {
    const reached = { dev: 0, staging: 0, production: 0, back: 0 };
    let killed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(move, { minLength: 6, maxLength: 10, size: "max" }),
        fc.array(fc.tuple(fc.integer({ min: 4, max: 40 }), fc.boolean()), { maxLength: 4 }),
        async (moves, deaths) => {
          const world = new World(path.join(folder(), String(runs++)));
          const team = new Team(world);
          const { ledger } = world.store;
          const append = ledger.append.bind(ledger);
          const waiting = [...deaths];
          let left = waiting[0]?.[0] ?? Infinity;
          // The machine dies right before an entry is written, or right after it and before anybody knows.
          Object.assign(ledger, {
            append(...given: Parameters<typeof append>) {
              if (--left > 0) return append(...given);
              const [, after] = waiting.shift() ?? [0, false];
              left = waiting[0]?.[0] ?? Infinity;
              killed++;
              if (after) append(...given);
              throw new Killed();
            },
          });
          for (const one of moves) await one(team);
          left = Infinity;
          // Whatever was left half done is finished by the command that began it.
          for (const where of environments) {
            const { run } = standingOf(ledger.read()).environments[where];
            if (run?.status !== "unfinished") continue;
            world.fates.length = 0;
            await team.try(() =>
              run.purpose === "rollback" ? world.rollback(where) : world.promote(run.release, where),
            );
            const ended = standingOf(ledger.read()).environments[where].run;
            const held = standingOf(ledger.read()).held.has(run.release);
            expect(held || ended?.status !== "unfinished", `${where} is finished`).to.equal(true);
          }
          const { entries, faults } = ledger.inspect();
          expect(faults).to.deep.equal([]);
          expect(audit(entries)).to.deep.equal([]);
          const counted = promisesKept(entries);
          for (const key of Object.keys(reached) as (keyof typeof reached)[]) reached[key] += counted[key];
        },
      ),
      { numRuns: 20, seed: -572779819 },
    );
    // Otherwise the above would have said nothing.
    expect(Math.min(...Object.values(reached)), JSON.stringify(reached)).to.be.greaterThan(1);
    expect(killed).to.be.greaterThan(3);
  });
});
