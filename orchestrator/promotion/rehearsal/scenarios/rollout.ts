import { begun, back, built, dev, good, production, signed, staging, way } from "../expected";
import type { Scenario } from "../scenario";

/** Of what a deploy meets: canary, gates, migration, watch. */
export const rollout: readonly Scenario[] = [
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
      ...["released", ...way, ...dev, ...staging, ...signed, "started production", ...begun("production")],
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
      ...["released", ...way, ...dev, ...staging, ...signed, "started production", ...begun("production")],
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
      ...["released", ...way, ...dev, ...staging, ...signed, "started production", ...begun("production")],
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
      ...["released", ...way, ...dev, ...staging, ...signed, "started production", ...begun("production")],
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
      ...[...begun("staging"), "smoke inconclusive staging", "failed staging", "refused production"],
    ],
  },
  {
    title: "a migration that the running version does not live with: nothing is applied, and nothing goes back",
    requirement: "D3.1",
    async play(world) {
      const one = world.release("ada");
      await world.toProduction(one);
      const two = world.release("ada", { migration: "0002_split_name.sql" });
      // What the running version does in production only, no other environment's test can show.
      await world.toSoaked(two);
      world.brittle.add(world.imageOf(one));
      await world.ends(world.promote(two, "production"), "failed", "compatibility failed", "0002_split_name.sql");
    },
    ledger: [
      ...[...way, "released", ...dev, ...staging, ...signed],
      ...["started production", "compatibility failed production", "failed production"],
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
      ...["started production", "compatibility passed production", "migration failed production", "failed production"],
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
      ...["released", ...dev, ...staging, ...signed, "started production", ...begun("production")],
      ...["resumed production", "canary passed production", "smoke passed production", "verified production"],
      "watched production: good",
    ],
  },
];
