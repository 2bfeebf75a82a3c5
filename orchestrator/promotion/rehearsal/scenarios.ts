import { readFileSync, writeFileSync } from "node:fs";
import type { World } from "./world";

/** Something that happens on the way to production, and the ledger it must leave. */
export interface Scenario {
  readonly title: string;
  readonly requirement: string;
  play(world: World): Promise<void>;
  /** One line per entry, as `traceOf` writes them. */
  readonly ledger: readonly string[];
  /** True where the ledger is damaged on purpose and must be found so. */
  readonly tampered?: boolean;
}

/** A run from its beginning to its end. */
const built = (environment: string) => [
  `started ${environment}`,
  `migration passed ${environment}`,
  ...(environment === "production" ? ["canary passed production"] : []),
  `smoke passed ${environment}`,
  `verified ${environment}`,
];
/** A way back: code goes, the schema stays. */
const back = (environment: string) => [
  `started ${environment}, back`,
  `smoke passed ${environment}`,
  `verified ${environment}`,
];
const dev = built("dev");
const staging = ["approved staging by lead", "approved staging by qa", ...built("staging")];
const signed = ["approved production by manager", "approved production by owner"];
const good = [...built("production"), "watched production: good"];
const production = [...signed, ...good];
const way = ["released", ...dev, ...staging, ...production];

export const scenarios: readonly Scenario[] = [
  {
    title: "the whole way: release, dev, sign-off, staging, soak, two approvals, production",
    requirement: "D1.4",
    async play(world) {
      await world.toProduction(world.release("ada"));
    },
    ledger: way,
  },
  {
    title: "a release that staging does not run",
    requirement: "D2.4",
    async play(world) {
      const [one, two] = [world.release("ada"), world.release("ada")];
      await world.toStaging(one);
      world.pass(24);
      await world.approve(two, "production", "manager", "owner");
      await world.refused(world.promote(two, "production"), `staging runs ${one}, not ${two}`);
    },
    ledger: ["released", "released", ...dev, ...staging, ...signed, "refused production"],
  },
  {
    title: "a release that has not soaked",
    requirement: "D1.4",
    async play(world) {
      const release = world.release("ada");
      await world.toStaging(release);
      world.pass(23);
      await world.approve(release, "production", "manager", "owner");
      await world.refused(world.promote(release, "production"), "soaks for 24 h; wait until 2026-01-07T08:00:00.000Z");
      world.pass(1);
      await world.promote(release, "production");
    },
    ledger: [...["released", ...dev, ...staging, ...signed, "refused production"], ...good],
  },
  {
    title: "the same person approves twice",
    requirement: "D2.3",
    async play(world) {
      const release = world.release("ada");
      await world.toStaging(release);
      world.pass(24);
      await world.approve(release, "production", "both");
      await world.refused(world.approve(release, "production", "both"), "one person counts once");
      await world.refused(
        world.promote(release, "production"),
        "is missing; manager@rehearsal.example or owner@rehearsal.example can give it",
      );
    },
    ledger: ["released", ...dev, ...staging, "approved production by both", "refused production"],
  },
  {
    title: "the author approves",
    requirement: "D2.3",
    async play(world) {
      const release = world.release("owner");
      await world.toStaging(release);
      world.pass(24);
      await world.refused(world.approve(release, "production", "owner"), "an author does not approve it");
      await world.approve(release, "production", "manager", "both");
      await world.promote(release, "production");
    },
    ledger: [
      ...["released", ...dev, ...staging, "approved production by manager", "approved production by both"],
      ...good,
    ],
  },
  {
    title: "an approval that expired",
    requirement: "D2.3",
    async play(world) {
      const release = world.release("ada");
      await world.toStaging(release);
      await world.approve(release, "production", "manager", "owner");
      world.pass(24);
      await world.refused(world.promote(release, "production"), "it expired at 2026-01-07T08:00:00.000Z");
    },
    ledger: ["released", ...dev, ...staging, ...signed, "refused production"],
  },
  {
    title: "an approval for an older release: the change after it is another one",
    requirement: "D2.3",
    async play(world) {
      const [older, newer] = [world.release("ada"), world.release("bea")];
      await world.toStaging(older);
      await world.toStaging(newer);
      world.pass(24);
      await world.approve(older, "production", "manager", "owner");
      await world.refused(world.promote(newer, "production"), "it is for another release");
    },
    ledger: [...["released", "released", ...dev, ...staging, ...dev, ...staging], ...[...signed, "refused production"]],
  },
  {
    title: "production drifts after the approval: plan and state are not what was approved",
    requirement: "D2.3",
    async play(world) {
      const release = world.release("ada");
      await world.toStaging(release);
      world.pass(24);
      await world.approve(release, "production", "manager", "owner");
      world.drift("production");
      await world.refused(world.promote(release, "production"), "it is for another plan", "has changed since");
      await world.approve(release, "production", "manager", "owner");
      await world.promote(release, "production");
    },
    ledger: ["released", ...dev, ...staging, ...signed, "refused production", ...production],
  },
  {
    title: "a freeze window",
    requirement: "D2.6",
    async play(world) {
      const release = world.release("ada");
      await world.toStaging(release);
      world.pass(4 * 24);
      await world.approve(release, "production", "manager", "owner");
      await world.refused(world.promote(release, "production"), "frozen until 2026-01-12T06:00:00.000Z");
    },
    ledger: ["released", ...dev, ...staging, ...signed, "refused production"],
  },
  {
    title: "an incident pauses production, and ends",
    requirement: "D2.6",
    async play(world) {
      const release = world.release("ada");
      await world.toStaging(release);
      world.pass(24);
      await world.approve(release, "production", "manager", "owner");
      const [environment, until] = ["production", "2026-01-07T20:00:00.000Z"] as const;
      world.write("lead", { kind: "paused", environment, until, reason: "incident 7" });
      await world.refused(world.promote(release, "production"), `paused until ${until} (incident 7)`);
      world.write("lead", { kind: "unpaused", environment, reason: "solved" });
      await world.promote(release, "production");
    },
    ledger: [
      ...["released", ...dev, ...staging, ...signed, "paused production", "refused production"],
      ...["unpaused production", ...good],
    ],
  },
  {
    title: "a failing check in production: back by itself to the last verified release, and held",
    requirement: "D6.2",
    async play(world) {
      const [one, two] = [world.release("ada"), world.release("ada")];
      await world.toProduction(one);
      await world.toSoaked(two);
      world.fates.push("a failing check");
      await world.ends(world.promote(two, "production"), "rolled back", "the entry point was not answered");
      await world.approve(two, "production", "manager", "owner");
      await world.refused(world.promote(two, "production"), "was rolled back", "slipway release unhold");
      world.write("lead", { kind: "hold-lifted", release: two, reason: "the test was wrong" });
      await world.promote(two, "production");
    },
    ledger: [
      ...["released", ...way, ...dev, ...staging, ...signed, "started production", "migration passed production"],
      ...["failed production", ...back("production"), ...signed, "refused production", "hold lifted", ...good],
    ],
  },
  {
    title: "errors in the canary: ended by the fifth failed check, back by itself",
    requirement: "D5.1",
    async play(world) {
      const [one, two] = [world.release("ada"), world.release("ada")];
      await world.toProduction(one);
      await world.toSoaked(two);
      world.fates.push("errors in the canary");
      await world.ends(world.promote(two, "production"), "rolled back", "aborted after 5 failed checks");
    },
    ledger: [
      ...["released", ...way, ...dev, ...staging, ...signed, "started production", "migration passed production"],
      ...["canary failed production", "failed production", ...back("production")],
    ],
  },
  {
    title: "a canary without traffic is none that passed",
    requirement: "D5.3",
    async play(world) {
      const [one, two] = [world.release("ada"), world.release("ada")];
      await world.toProduction(one);
      await world.toSoaked(two);
      world.fates.push("no traffic in the canary");
      await world.ends(world.promote(two, "production"), "rolled back", "canary inconclusive");
    },
    ledger: [
      ...["released", ...way, ...dev, ...staging, ...signed, "started production", "migration passed production"],
      ...["canary inconclusive production", "failed production", ...back("production")],
    ],
  },
  {
    title: "a failing smoke test in production: back by itself",
    requirement: "D4.3",
    async play(world) {
      const [one, two] = [world.release("ada"), world.release("ada")];
      await world.toProduction(one);
      await world.toSoaked(two);
      world.fates.push("a failing smoke test");
      await world.ends(world.promote(two, "production"), "rolled back", "smoke failed");
      await world.ends(world.promote(one, "production"), "done");
    },
    ledger: [
      ...["released", ...way, ...dev, ...staging, ...signed, "started production", "migration passed production"],
      ...["canary passed production", "smoke failed production", "failed production", ...back("production")],
    ],
  },
  {
    title: "a smoke test that could not be judged is none that passed",
    requirement: "D5.3",
    async play(world) {
      const release = world.release("ada");
      await world.promote(release, "dev");
      await world.approve(release, "staging", "lead", "qa");
      world.fates.push("an inconclusive smoke test");
      await world.ends(world.promote(release, "staging"), "failed", "smoke inconclusive");
      await world.refused(world.promote(release, "production"), "but it failed there");
    },
    ledger: [
      ...["released", ...dev, "approved staging by lead", "approved staging by qa", "started staging"],
      ...["migration passed staging", "smoke inconclusive staging", "failed staging", "refused production"],
    ],
  },
  {
    title: "a bad migration: nothing after it happens, and no code goes back",
    requirement: "D3.6",
    async play(world) {
      const [one, two] = [world.release("ada"), world.release("ada")];
      await world.toProduction(one);
      await world.toSoaked(two);
      world.fates.push("a failing migration");
      await world.ends(world.promote(two, "production"), "failed", "migration failed");
    },
    ledger: [
      ...["released", ...way, ...dev, ...staging, ...signed],
      ...["started production", "migration failed production", "failed production"],
    ],
  },
  {
    title: "errors rise in minute 20 of the watch: back by itself, and held",
    requirement: "D6.1",
    async play(world) {
      const [one, two] = [world.release("ada"), world.release("ada")];
      await world.toProduction(one);
      await world.toSoaked(two);
      world.weather.push({ minute: 20, weather: { values: { "error ratio": 0.08 } } });
      await world.ends(world.promote(two, "production"), "rolled back", "error ratio 8.00 %, at most 1.00 %");
      await world.refused(world.promote(two, "production"), "was rolled back");
    },
    ledger: [
      ...["released", ...way, ...dev, ...staging, ...signed, ...built("production"), "watched production: breach"],
      ...[...back("production"), "refused production"],
    ],
  },
  {
    title: "no traffic after a deploy is not good: nothing goes on before it was watched again",
    requirement: "D6.1",
    async play(world) {
      const [one, two] = [world.release("ada"), world.release("ada")];
      await world.toSoaked(one);
      world.weather.push({ minute: 0, weather: { requests: 3 } });
      await world.ends(world.promote(one, "production"), "inconclusive", "no traffic in 30 of 30 looks");
      world.weather.length = 0;
      await world.ends(world.watch("production"), "verified");
      await world.toSoaked(two);
      await world.promote(two, "production");
    },
    ledger: [
      ...["released", "released", ...dev, ...staging, ...signed, ...built("production")],
      ...["watched production: inconclusive", "watched production: good", ...dev, ...staging, ...production],
    ],
  },
  {
    title: "a watch that is killed: nobody deploys meanwhile, and run again it sees what it had seen",
    requirement: "D6.1",
    async play(world) {
      const [one, two, three] = [world.release("ada"), world.release("ada"), world.release("ada")];
      await world.toProduction(one);
      await world.toSoaked(two);
      world.weather.push({ minute: 5, weather: { values: { p99: 0.9 } } });
      world.killWatchAt = 4;
      await world.killed(world.promote(two, "production"));
      await world.refused(world.promote(three, "production"), "its watch", "slipway watch production");
      world.pass(3);
      await world.ends(world.watch("production"), "rolled back", "p99 900 ms, at most 500 ms");
    },
    ledger: [
      ...["released", "released", ...way, ...dev, ...staging, ...signed, ...built("production")],
      ...["refused production", "watched production: breach", ...back("production")],
    ],
  },
  {
    title: "a crash between migration and rollout: the same command goes on and migrates no second time",
    requirement: "D4.1",
    async play(world) {
      const release = world.release("ada");
      await world.toSoaked(release);
      world.fates.push("killed after the migration");
      await world.killed(world.promote(release, "production"));
      await world.promote(release, "production");
    },
    ledger: [
      ...["released", ...dev, ...staging, ...signed, "started production", "migration passed production"],
      ...["resumed production", "canary passed production", "smoke passed production", "verified production"],
      "watched production: good",
    ],
  },
  {
    title: "a crash in the middle of a promotion: the same command goes on, no other does",
    requirement: "D4.1",
    async play(world) {
      const [release, other] = [world.release("ada"), world.release("ada")];
      await world.toStaging(release);
      world.pass(24);
      await world.approve(release, "production", "manager", "owner");
      world.fates.push("killed after it began");
      await world.killed(world.promote(release, "production"));
      await world.refused(world.promote(other, "production"), "is unfinished; finish it");
      await world.promote(release, "production");
    },
    ledger: [
      ...["released", "released", ...dev, ...staging, ...signed, "started production", "migration passed production"],
      ...["refused production", "resumed production", "canary passed production", "smoke passed production"],
      "verified production",
      "watched production: good",
    ],
  },
  {
    title: "a crash before a promotion began leaves nothing behind",
    requirement: "D4.1",
    async play(world) {
      const release = world.release("ada");
      world.fates.push("killed before it began");
      await world.killed(world.promote(release, "dev"));
      await world.promote(release, "dev");
    },
    ledger: ["released", ...dev],
  },
  {
    title: "a crash during a rollback: the same command goes on",
    requirement: "D6.2",
    async play(world) {
      const [good, bad] = [world.release("ada"), world.release("ada")];
      await world.promote(good, "dev");
      await world.promote(bad, "dev");
      world.fates.push("killed after it began");
      await world.killed(world.rollback("dev"));
      await world.refused(world.promote(bad, "dev"), "was rolled back", "finish it: slipway rollback dev");
      await world.rollback("dev");
    },
    ledger: [
      ...["released", "released", ...dev, ...dev, "started dev, back", "refused dev"],
      ...["resumed dev", "smoke passed dev", "verified dev"],
    ],
  },
  {
    title: "two promotions at once: one wins",
    requirement: "D2.6",
    async play(world) {
      const [one, two] = [world.release("ada"), world.release("bea")];
      world.meanwhile = () => world.refused(world.promote(two, "dev"), "is unfinished");
      await world.promote(one, "dev");
    },
    ledger: [
      ...["released", "released", "started dev", "migration passed dev", "refused dev"],
      ...["smoke passed dev", "verified dev"],
    ],
  },
  {
    title: "somebody edits the ledger: nothing is promoted on it",
    requirement: "D7.2",
    async play(world) {
      const release = world.release("ada");
      await world.promote(release, "dev");
      const file = world.entryFile(2);
      writeFileSync(file, readFileSync(file, "utf8").replace("rehearsal", "nobody---"));
      await world.refused(world.promote(release, "staging"), "entry 2 was changed");
    },
    // The chain up to the fault.
    ledger: ["released"],
    tampered: true,
  },
];
