import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { recordText, releaseHash } from "../../../orchestrator/promotion/record";
import { openReleases } from "../../../orchestrator/promotion/releases";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";
import { aRecord } from "./values";

describe("the releases of a state directory", () => {
  const folder = useFolder();
  const fileOf = (hash: string) => path.join(folder(), `${hash.slice("sha256:".length)}.json`);

  it("keeps a record under its hash, once, in a file only its owner can read", () => {
    const releases = openReleases(folder());
    const hash = releases.add(aRecord());
    expect(releases.add(aRecord())).to.equal(hash);
    expect(releases.all()).to.deep.equal([hash]);
    expect(releases.get(hash)).to.deep.equal(aRecord());
    expect(readFileSync(fileOf(hash), "utf8")).to.equal(recordText(aRecord()));
    expect(readdirSync(folder())).to.have.length(1);
  });

  it("finds a release by its first digits, and says when they are too few, unknown or those of two", async () => {
    const releases = openReleases(folder());
    const hash = releases.add(aRecord());
    expect(releases.find(hash)).to.equal(hash);
    expect(releases.find(hash.slice("sha256:".length, 20))).to.equal(hash);
    expect((await refusal(() => releases.find(hash.slice(7, 10)))).code).to.equal("release-ambiguous");
    expect((await refusal(() => releases.find("f".repeat(64)))).code).to.equal("release-unknown");
    expect((await refusal(() => releases.get(`sha256:${"f".repeat(64)}`))).code).to.equal("release-unknown");
  });

  it("refuses to hand out, or to take for known, a file that is not what its name says", async () => {
    const releases = openReleases(folder());
    const hash = releaseHash(aRecord());
    writeFileSync(fileOf(hash), recordText(aRecord({ images: { app: `app@sha256:${"b".repeat(64)}` } })));
    expect((await refusal(() => releases.get(hash))).code).to.equal("release-corrupt");
    expect((await refusal(() => releases.add(aRecord()))).code).to.equal("release-corrupt");
  });

  it("knows none where there is no folder", () => {
    expect(openReleases(path.join(folder(), "absent")).all()).to.deep.equal([]);
  });
});
