import { expect } from "chai";
import type { PromotionWork } from "../../../orchestrator/promotion/promote";
import { createPeople } from "../../../orchestrator/promotion/rehearsal/people";
import { World } from "../../../orchestrator/promotion/rehearsal/world";
import { requireWatcher } from "../../../orchestrator/promotion/watched";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

describe("the watch of an environment", () => {
  const folder = useFolder();

  it("has to be possible before anything is touched", async () => {
    const work = { environment: "production", rules: createPeople({ watched: true }).rules } as PromotionWork;
    const { code, fix } = await refusal(() => requireWatcher(work));
    expect(code).to.equal("watch-blind");
    expect(fix).to.include("--prometheus");
    requireWatcher({ ...work, environment: "staging" });
  });

  for (const [what, prepare, words] of [
    ["nothing ever ran", () => Promise.resolve(), "it never ran a release"],
    [
      "the last run failed",
      async (world: World) => {
        const release = world.release("ada");
        await world.toSoaked(release);
        world.fates.push("a failing check");
        await world.promote(release, "production");
      },
      "its last run failed",
    ],
    [
      "it was rolled back",
      async (world: World) => {
        const [one, two] = [world.release("ada"), world.release("ada")];
        await world.toProduction(one);
        await world.toSoaked(two);
        await world.promote(two, "production");
        await world.rollback("production");
      },
      "it was rolled back",
    ],
  ] as const) {
    it(`is refused where ${what}`, async () => {
      const world = new World(folder());
      await prepare(world);
      const { code, message, kind } = await refusal(() => world.watch("production"));
      expect([code, kind]).to.deep.equal(["nothing-to-watch", "refused"]);
      expect(message).to.include(words);
    });
  }

  it("is over once: asked again, there is nothing to do", async () => {
    const world = new World(folder());
    await world.toProduction(world.release("ada"));
    const before = world.store.ledger.read().length;
    expect((await world.watch("production")).status).to.equal("done");
    expect(world.store.ledger.read()).to.have.length(before);
  });

  it("tells when there is nowhere to go back to, and keeps the release held [D6.1]", async () => {
    const world = new World(folder());
    const release = world.release("ada");
    await world.toSoaked(release);
    world.weather.push({ minute: 3, weather: { values: { restarts: 12 } } });
    const { status, failure } = await world.promote(release, "production");
    expect([status, failure?.reason]).to.deep.equal([
      "failed",
      "restarts 12 in 15 min, at most 3 in 15 min (before: 0 in 15 min)",
    ]);
    expect(world.said.join("\n")).to.include("cannot go back: no other release was ever verified");
    const { message } = await refusal(() => world.promote(release, "production"));
    expect(message).to.include("is held");
  });
});
