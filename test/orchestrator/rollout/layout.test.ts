import { statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { createLayout, makeFolders } from "../../../orchestrator/rollout/layout";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

describe("layout of the state directory", () => {
  const folder = useFolder();
  const places = (target: string) => {
    const { environment, journal, work, world, ...rest } = createLayout(folder(), target);
    return [...Object.values(rest), environment("dev"), journal("dev"), work("dev"), world("dev")] as string[];
  };

  it("keeps a rehearsal and a real run apart in every file", () => {
    const [rehearsal, real] = [places("rehearsal"), places("aws")];
    expect(rehearsal.filter((place) => real.includes(place))).to.deep.equal([]);
    for (const place of rehearsal) expect(path.relative(folder(), place)).to.match(/^rehearsal($|\/)/);
  });
  it("keeps environments apart", () => {
    const layout = createLayout(folder(), "rehearsal");
    for (const of of [layout.environment, layout.journal, layout.work, layout.world])
      expect(of("dev")).to.not.equal(of("staging"));
  });
  it("does not depend on the folder it is used from later", () =>
    expect(path.isAbsolute(createLayout(".slipway", "rehearsal").base)).to.equal(true));
  it("makes folders that only their owner can enter", () => {
    const { backend } = createLayout(folder(), "rehearsal");
    makeFolders(backend);
    makeFolders(backend);
    expect(statSync(backend).mode & 0o777).to.equal(0o700);
  });
  it("names the folder that cannot be made", async () => {
    writeFileSync(path.join(folder(), "file"), "");
    const inside = path.join(folder(), "file", "inside");
    expect((await refusal(() => makeFolders(inside))).message).to.include(inside);
  });
});
