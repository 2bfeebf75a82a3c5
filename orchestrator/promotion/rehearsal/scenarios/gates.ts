import { begun, built, dev, good, production, signed, staging, way } from "../expected";
import type { Scenario } from "../scenario";

/** Of what stands before a promotion: the way, its people and its time. */
export const gates: readonly Scenario[] = [
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
      const words = `staging runs ${one}, not ${two}`;
      await world.refused(world.approve(two, "production", "manager", "owner"), words);
      await world.refused(world.promote(two, "production"), words);
    },
    ledger: ["released", "released", ...dev, ...staging, "refused production"],
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
      await world.approve(older, "production", "manager", "owner");
      await world.toStaging(newer);
      world.pass(24);
      await world.refused(world.promote(newer, "production"), "it is for another release");
    },
    ledger: [...["released", "released", ...dev, ...staging, ...signed, ...dev, ...staging], ...["refused production"]],
  },
  {
    title: "an approval for an older plan: the same release would do something else now",
    requirement: "D2.3",
    async play(world) {
      const release = world.release("ada");
      await world.toSoaked(release);
      world.replan("production");
      await world.refused(world.promote(release, "production"), "it is for another plan");
      await world.approve(release, "production", "manager", "owner");
      await world.promote(release, "production");
    },
    ledger: ["released", ...dev, ...staging, ...signed, "refused production", ...production],
  },
  {
    title: "QA signs before its regression has passed: there is nothing to sign off yet",
    requirement: "D2.1",
    async play(world) {
      const release = world.release("ada");
      await world.refused(world.approve(release, "staging", "qa"), "nothing to approve yet: dev never ran a release");
      await world.promote(release, "dev");
      await world.refused(world.promote(release, "staging"), "by a qa is missing");
      await world.approve(release, "staging", "qa", "lead");
      await world.promote(release, "staging");
    },
    ledger: [
      ...["released", ...dev, "refused staging", "approved staging by qa", "approved staging by lead"],
      ...built("staging"),
    ],
  },
  {
    title: "QA's regression is red: nothing is signed off that failed, and the repair is another release",
    requirement: "D2.5",
    async play(world) {
      const broken = world.release("ada");
      world.fates.push("a red regression");
      await world.ends(world.promote(broken, "dev"), "failed", "integration failed");
      await world.refused(world.approve(broken, "staging", "lead", "qa"), "but it failed there");
      await world.refused(world.promote(broken, "staging"), "but it failed there");
      await world.toStaging(world.release("ada"));
    },
    ledger: [
      ...["released", "started dev", ...begun("dev"), "smoke passed dev", "integration failed dev", "failed dev"],
      ...["refused staging", "released", ...dev, ...staging],
    ],
  },
  {
    title: "staging finds it too slow, and then with a credential in it: neither goes on to production",
    requirement: "D1.2",
    async play(world) {
      const [slow, leaky] = [world.release("ada"), world.release("ada")];
      for (const [release, fate, words] of [
        [slow, "a slow version", "performance failed"],
        [leaky, "a credential in what is released", "security failed"],
      ] as const) {
        await world.promote(release, "dev");
        await world.approve(release, "staging", "lead", "qa");
        world.fates.push(fate);
        await world.ends(world.promote(release, "staging"), "failed", words);
      }
      await world.refused(world.promote(leaky, "production"), "but it failed there");
    },
    ledger: [
      ...["released", "released", ...dev, "approved staging by lead", "approved staging by qa", "started staging"],
      ...[...begun("staging"), "smoke passed staging", "integration passed staging", "performance failed staging"],
      ...["failed staging", ...dev, "approved staging by lead", "approved staging by qa", "started staging"],
      ...[...begun("staging"), "smoke passed staging", "integration passed staging", "performance passed staging"],
      ...["security failed staging", "failed staging", "refused production"],
    ],
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
    title: "an application is not synchronised: nothing is promoted past its pause",
    requirement: "C7.2",
    async play(world) {
      const release = world.release("ada");
      await world.toSoaked(release);
      const [environment, application, until] = ["production", "shop", "2026-01-07T20:00:00.000Z"] as const;
      world.write("lead", { kind: "paused", environment, application, until, reason: "incident 8" });
      await world.refused(world.promote(release, "production"), `not synchronised until ${until} (incident 8)`);
      world.write("lead", { kind: "unpaused", environment, application, reason: "solved" });
      await world.promote(release, "production");
    },
    ledger: [
      ...["released", ...dev, ...staging, ...signed, "paused production", "refused production"],
      ...["unpaused production", ...good],
    ],
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
];
