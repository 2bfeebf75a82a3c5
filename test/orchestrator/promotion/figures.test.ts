import { expect } from "chai";
import { figuresOf, inLines, targets } from "../../../orchestrator/promotion/figures";
import { World } from "../../../orchestrator/promotion/rehearsal/world";
import { useFolder } from "../../support/folder";

describe("the figures of delivery", () => {
  const folder = useFolder();
  const of = (world: World) => figuresOf(world.store.ledger.read(), world.now());

  it("are compared with the targets of the requirements [D7.3]", () => {
    expect(targets).to.deep.equal({
      deploysPerDay: { dev: 10, staging: 5 / 7, production: 1 },
      leadHours: 1,
      failureShare: 0.05,
      recoveryHours: 0.25,
    });
  });
  it("say nothing of what never happened", () => {
    const world = new World(folder());
    const { environments, leadHours } = of(world);
    expect(environments.production).to.deep.equal({ deploys: 0, perDay: 0 });
    expect(leadHours).to.equal(undefined);
    expect(inLines(of(world)).join("\n"))
      .to.include("0 deploys")
      .and.not.include("lead time");
  });
  it("tell lead time with and without waiting: soak and signatures are not work [D7.3]", async () => {
    const world = new World(folder());
    await world.toProduction(world.release("ada"));
    const { leadHours, workHours } = of(world);
    // A day of soak and five minutes of canary; the rest of a rehearsal takes no time.
    expect(leadHours).to.be.closeTo(24 + 5 / 60, 0.001);
    expect(workHours).to.be.closeTo(5 / 60, 0.001);
    expect(inLines(of(world)).at(-1)).to.equal(
      "  lead time 24.1 h, of which 5 min without waiting at gates (aim below 1 h: as aimed at)",
    );
  });
  it("count a deploy that broke under watch as failed, and time until the way back is verified [D7.3]", async () => {
    const world = new World(folder());
    const [one, two] = [world.release("ada"), world.release("ada")];
    await world.toProduction(one);
    await world.toSoaked(two);
    world.weather.push({ minute: 20, weather: { values: { "error ratio": 0.08 } } });
    await world.promote(two, "production");
    const { deploys, failureShare, recoveryHours } = of(world).environments.production;
    expect([deploys, failureShare, recoveryHours]).to.deep.equal([2, 0.5, 0]);
    expect(of(world).environments.dev).to.include({ deploys: 2, failureShare: 0 });
  });
  it("count what failed before it was verified, and what a person rolled back later", async () => {
    const world = new World(folder());
    const [one, two, three] = [world.release("ada"), world.release("ada"), world.release("ada")];
    await world.promote(one, "dev");
    world.fates.push("a failing smoke test");
    await world.promote(two, "dev");
    await world.promote(three, "dev");
    world.pass(2);
    await world.rollback("dev");
    const { deploys, failureShare } = of(world).environments.dev;
    expect(deploys).to.equal(2);
    expect(failureShare).to.be.closeTo(2 / 3, 0.001);
  });
  it("forget what is older than 30 days, and judge a young ledger by its own days", async () => {
    const world = new World(folder());
    await world.promote(world.release("ada"), "dev");
    expect(of(world).days).to.equal(1);
    world.pass(24 * 31);
    expect(of(world).environments.dev.deploys).to.equal(0);
    expect(of(world).days).to.equal(30);
  });
});
