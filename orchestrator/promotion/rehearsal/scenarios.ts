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

const dev = ["started dev", "verified dev"];
const staging = ["approved staging by lead", "approved staging by qa", "started staging", "verified staging"];
const signed = ["approved production by manager", "approved production by owner"];
const production = [...signed, "started production", "verified production"];
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
    ledger: [
      ...["released", ...dev, ...staging, ...signed, "refused production"],
      ...["started production", "verified production"],
    ],
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
      ...["started production", "verified production"],
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
      ...["unpaused production", "started production", "verified production"],
    ],
  },
  {
    title: "a failing smoke test in production: back to the last verified release, and held",
    requirement: "D6.2",
    async play(world) {
      const [good, bad] = [world.release("ada"), world.release("ada")];
      await world.toProduction(good);
      await world.toStaging(bad);
      world.pass(24);
      await world.approve(bad, "production", "manager", "owner");
      world.fates.push("a failing check");
      await world.promote(bad, "production");
      await world.rollback("production");
      await world.approve(bad, "production", "manager", "owner");
      await world.refused(world.promote(bad, "production"), "was rolled back", "slipway release unhold");
      world.write("lead", { kind: "hold-lifted", release: bad, reason: "the test was wrong" });
      await world.promote(bad, "production");
    },
    ledger: [
      ...["released", ...way, ...dev, ...staging, ...signed, "started production", "failed production"],
      ...["started production, back", "verified production", ...signed, "refused production", "hold lifted"],
      ...["started production", "verified production"],
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
      ...["released", "released", ...dev, ...staging, ...signed, "started production", "refused production"],
      ...["resumed production", "verified production"],
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
      ...["resumed dev", "verified dev"],
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
    ledger: ["released", "released", "started dev", "refused dev", "verified dev"],
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
