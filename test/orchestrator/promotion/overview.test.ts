import { expect } from "chai";
import { overview } from "../../../orchestrator/promotion/overview";
import { World } from "../../../orchestrator/promotion/rehearsal/world";
import { short } from "../../../orchestrator/promotion/words";
import { useFolder } from "../../support/folder";

describe("the overview of releases", () => {
  const folder = useFolder();
  it("says what each environment runs, what is held and paused, and the figures [D7.3]", async () => {
    const world = new World(folder());
    const all = ["dev", "staging", "production"];
    const lines = (asked = all) => overview(world.store.ledger.read(), asked, world.now());
    expect(lines()).to.deep.equal([]);
    const [one, two] = [world.release("ada"), world.release("ada")];
    await world.toProduction(one);
    await world.promote(two, "dev");
    await world.rollback("dev").catch(() => undefined);
    world.write("lead", {
      kind: "paused",
      environment: "staging",
      until: "2027-01-01T00:00:00.000Z",
      reason: "incident",
    });
    for (const [application, until] of [
      ["shop", "2027-01-01T00:00:00.000Z"],
      ["demo", "2026-01-06T00:00:00.000Z"],
    ] as const)
      world.write("lead", { kind: "paused", environment: "dev", application, until, reason: "incident" });
    const text = lines().join("\n");
    expect(text)
      .to.include("shop not synchronised until 2027-01-01T00:00:00.000Z (incident), demo")
      .and.include("(incident) and nobody resumed it: slipway sync resume dev --ended");
    expect(text).to.match(new RegExp(`dev +${short(one)} by rollback, verified since`));
    expect(text).to.include("paused until 2027-01-01T00:00:00.000Z (incident)");
    expect(text).to.match(new RegExp(`production +${short(one)}, verified since \\S+, watch good`));
    expect(text)
      .to.include(`held: ${short(two)}`)
      .and.include("lead time");
    expect(lines(["dev"]).join("\n")).to.not.match(/production +[0-9a-f]{12}/);
  });
});
