import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { createExclusively, UNFINISHED } from "../../../orchestrator/promotion/exclusive";
import { useFolder } from "../../support/folder";

describe("a file made by one writer only", () => {
  const folder = useFolder();
  it("is whole, private and leaves nothing beside it", () => {
    const file = path.join(folder(), "entry");
    expect(createExclusively(file, "ä".repeat(100_000))).to.equal(true);
    expect(fs.readFileSync(file, "utf8")).to.equal("ä".repeat(100_000));
    expect(fs.statSync(file).mode & 0o777).to.equal(0o600);
    expect(fs.readdirSync(folder())).to.deep.equal(["entry"]);
  });
  it("is never written over: the second writer is told", () => {
    const file = path.join(folder(), "entry");
    createExclusively(file, "first");
    expect(createExclusively(file, "second")).to.equal(false);
    expect(fs.readFileSync(file, "utf8")).to.equal("first");
    expect(fs.readdirSync(folder())).to.deep.equal(["entry"]);
  });
  it("fails as the file system says, with nothing left behind", () => {
    const file = path.join(folder(), "gone", "entry");
    expect(() => createExclusively(file, "x")).to.throw("ENOENT");
    expect(fs.readdirSync(folder()).filter((name) => name.endsWith(UNFINISHED))).to.deep.equal([]);
  });
});
