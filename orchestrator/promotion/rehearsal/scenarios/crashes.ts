import { readFileSync, writeFileSync } from "node:fs";
import { begun, dev, signed, staging } from "../expected";
import type { Scenario } from "../scenario";

/** Of what is killed, comes at once or is tampered with. */
export const crashes: readonly Scenario[] = [
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
      ...["released", "released", ...dev, ...staging, ...signed, "started production", ...begun("production")],
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
      ...["released", "released", "started dev", ...begun("dev"), "refused dev"],
      ...["smoke passed dev", "integration passed dev", "security passed dev", "verified dev"],
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
