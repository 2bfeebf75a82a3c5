import { expect } from "chai";
import { World } from "../../../orchestrator/promotion/rehearsal/world";
import { proveStages, StageStop, type Stage } from "../../../orchestrator/promotion/stages";
import type { PromotionWork } from "../../../orchestrator/promotion/promote";
import { contentHash } from "../../../orchestrator/promotion/canonical";
import { verdicts, type Verdict } from "../../../orchestrator/promotion/event";
import { useFolder } from "../../support/folder";

describe("the stages of a promotion", () => {
  const folder = useFolder();
  const ran: string[] = [];
  beforeEach(() => void ran.splice(0));
  const stage = (name: string, when: Stage["when"], verdict: Verdict = "passed", onRollback = true): Stage => ({
    name,
    when,
    onRollback,
    run: () => {
      ran.push(name);
      return Promise.resolve({
        verdict,
        summary: `${name} said so`,
        seconds: 1,
        fix: "look",
        evidence: contentHash(name),
      });
    },
  });
  const work = (...stages: Stage[]) => {
    const world = new World(folder());
    const release = world.release("ada");
    const digest = contentHash(1);
    world.write("ada", {
      ...{ kind: "started", environment: "dev", release, purpose: "promotion", plan: digest, state: digest },
      ...{ approvals: [], rules: digest },
    });
    const { store, now } = world;
    const given = {
      stages,
      store,
      environment: "dev",
      by: "test",
      now,
      say: () => undefined,
    } as unknown as PromotionWork;
    return {
      world,
      prove: (when: Stage["when"], purpose: "promotion" | "rollback" = "promotion") =>
        proveStages(given, { release, purpose, run: 2, when }),
    };
  };

  it("run in their order, on their side of the rollout, and are written down with their evidence", async () => {
    const { prove, world } = work(stage("migration", "before"), stage("smoke", "after"), stage("load", "after"));
    await prove("before");
    expect(ran).to.deep.equal(["migration"]);
    await prove("after");
    expect(ran).to.deep.equal(["migration", "smoke", "load"]);
    const { event } = world.store.ledger.read().at(-1) ?? {};
    expect(event).to.include({ kind: "stage", stage: "load", verdict: "passed", evidence: contentHash("load") });
  });
  for (const verdict of verdicts.filter((one) => one !== "passed")) {
    it(`end at the first that is ${verdict}: only passed goes on [D2.1]`, async () => {
      const { prove, world } = work(stage("smoke", "after", verdict), stage("load", "after"));
      const error = await prove("after").catch((one: unknown) => one);
      expect(error).to.be.instanceOf(StageStop);
      expect((error as StageStop).message).to.equal(`smoke ${verdict}: smoke said so`);
      expect(ran).to.deep.equal(["smoke"]);
      expect(world.store.ledger.read().at(-1)?.event).to.include({ kind: "stage", verdict });
    });
  }
  it("do not repeat in a run what passed in it", async () => {
    const { prove } = work(stage("migration", "before"));
    await prove("before");
    await prove("before");
    expect(ran).to.deep.equal(["migration"]);
  });
  it("do not try again in a run what did not pass in it, also after a kill [D3.8]", async () => {
    const { prove } = work(stage("migration", "before", "failed"));
    for (const _ of [1, 2]) {
      const error = await prove("before").catch((one: unknown) => one);
      expect((error as StageStop).message).to.equal("migration failed: migration said so");
    }
    expect(ran).to.deep.equal(["migration"]);
  });
  it("never touch the schema on the way back [D3.9]", async () => {
    const { prove } = work(stage("migration", "before", "passed", false), stage("smoke", "after"));
    await prove("before", "rollback");
    await prove("after", "rollback");
    expect(ran).to.deep.equal(["smoke"]);
  });
});
