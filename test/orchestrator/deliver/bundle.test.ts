import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { damage, sealed, SUMS_FILE, writeBundle } from "../../../orchestrator/deliver/bundle";
import { useFolder } from "../../support/folder";

const bundle = sealed(
  new Map([
    ["README.md", { content: "read me\n" }],
    ["bin/run", { content: "#!/bin/sh\n" }],
  ]),
);

describe("a bundle", () => {
  const folder = useFolder();
  const out = () => path.join(folder(), "bundle");

  it("is written whole, with a hash of each file that any machine can check [G1.2]", () => {
    writeBundle(out(), bundle);
    expect(execFileSync("sha256sum", ["--check", SUMS_FILE], { cwd: out(), encoding: "utf8" })).to.equal(
      "README.md: OK\nbin/run: OK\n",
    );
    expect(damage(out())).to.deep.equal([]);
    expect(readdirSync(folder())).to.deep.equal(["bundle"]);
  });

  it("takes the place of an earlier one, and leaves nothing of it", () => {
    writeBundle(out(), sealed(new Map([["old.md", { content: "old" }]])));
    writeBundle(out(), bundle);
    expect(existsSync(path.join(out(), "old.md"))).to.equal(false);
  });

  it("is not written over anything else", () => {
    mkdirSync(out());
    writeFileSync(path.join(out(), "thesis.txt"), "mine");
    expect(() => writeBundle(out(), bundle)).to.throw("is no bundle of Slipway");
    expect(readdirSync(out())).to.deep.equal(["thesis.txt"]);
    writeFileSync(path.join(folder(), "file"), "mine");
    expect(() => writeBundle(path.join(folder(), "file"), bundle)).to.throw("is no bundle of Slipway");
  });

  it("tells what somebody changed, took away or added", () => {
    writeBundle(out(), bundle);
    appendFileSync(path.join(out(), "README.md"), "and more");
    rmSync(path.join(out(), "bin/run"));
    writeFileSync(path.join(out(), "new.md"), "");
    expect(damage(out())).to.deep.equal(["changed README.md", "missing bin/run", "added new.md"]);
    expect(() => damage(folder())).to.throw("is no bundle");
  });

  it("holds no path that leads out of its folder", () => {
    for (const name of ["../x", "/x", "a/../../x", "./x"])
      expect(() => sealed(new Map([[name, { content: "" }]])), name).to.throw("no path within a bundle");
  });
});
