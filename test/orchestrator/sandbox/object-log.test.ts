import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { ObjectLog } from "../../../orchestrator/sandbox/object-log";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

describe("a log of objects", () => {
  const folder = useFolder();
  const file = () => path.join(folder(), "world.jsonl");
  const written = () => {
    const log = new ObjectLog<number>(file());
    log.put("a", 1);
    log.put("b", 2);
    log.drop("a");
    log.put("b", 3);
    log.close();
  };
  it("holds after reopening what it held before", () => {
    written();
    expect(new ObjectLog<number>(file()).values()).to.deep.equal([3]);
  });
  it("drops a torn last line, and goes on from there", () => {
    written();
    fs.appendFileSync(file(), '{"id":"c","obj');
    const log = new ObjectLog<number>(file());
    log.put("d", 4);
    log.close();
    expect(new ObjectLog<number>(file()).values()).to.deep.equal([3, 4]);
  });
  it("says plainly where it is damaged, and changes nothing", async () => {
    written();
    const damaged = fs.readFileSync(file(), "utf8").replace('"id":"b"', "\u0000");
    fs.writeFileSync(file(), damaged);
    const error = await refusal(() => new ObjectLog<number>(file()));
    expect(error.code).to.equal("world-corrupt");
    expect(error.message).to.include("line 2");
    expect(fs.readFileSync(file(), "utf8")).to.equal(damaged);
  });
  it("keeps the same content when it is compacted, for its owner only", () => {
    const log = new ObjectLog<number>(file());
    for (let n = 0; n < 2_100; n++) log.put("a", n);
    log.close();
    expect(fs.readFileSync(file(), "utf8").split("\n").length).to.be.lessThan(200);
    expect(new ObjectLog<number>(file()).values()).to.deep.equal([2_099]);
    if (process.platform !== "win32") expect(fs.statSync(file()).mode & 0o077).to.equal(0);
  });
});
