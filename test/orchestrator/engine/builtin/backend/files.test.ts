import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { disk, unusable } from "../../../../../orchestrator/engine/builtin/backend/files";
import { SlipwayError } from "../../../../../orchestrator/errors";
import { useFolder } from "../../../../support/folder";
import { refusal } from "../../../../support/refusal";
import { noSpace } from "../../../../support/states";

const mode = (file: string) => statSync(file).mode & 0o777;

describe("files of the backend", () => {
  const folder = useFolder();
  const at = (...parts: string[]) => path.join(folder(), ...parts);

  it("that are not there are no error, whole folders neither", () => {
    expect(disk.read(at("absent"))).to.equal(undefined);
    expect(disk.list(at("absent"))).to.deep.equal([]);
    disk.remove(at("absent"));
  });

  it("are replaced whole, readable by their owner only, in folders of their own", () => {
    disk.replace(at("deep", "er", "state.json"), "one");
    disk.replace(at("deep", "er", "state.json"), "two");
    expect(disk.read(at("deep", "er", "state.json"))).to.equal("two");
    expect(readdirSync(at("deep", "er"))).to.deep.equal(["state.json"]);
    expect([mode(at("deep", "er", "state.json")), mode(at("deep")), mode(at("deep", "er"))]).to.deep.equal([
      0o600, 0o700, 0o700,
    ]);
  });

  it("that cannot be replaced stay as they were, without a temporary file beside them", async () => {
    mkdirSync(at("taken", "inside"), { recursive: true });
    const error = await refusal(() => disk.replace(at("taken"), "text"));
    expect([error.code, error.message.includes(at("taken"))]).to.deep.equal(["file-failed", true]);
    expect(readdirSync(folder())).to.deep.equal(["taken"]);
    expect(existsSync(at("taken", "inside"))).to.equal(true);
  });

  it("are listed in order, and removed with what is in them", () => {
    ["b", "a", "c"].forEach((name) => writeFileSync(at(name), ""));
    expect(disk.list(folder())).to.deep.equal(["a", "b", "c"]);
    mkdirSync(at("d", "e"), { recursive: true });
    disk.remove(at("d"));
    expect(existsSync(at("d"))).to.equal(false);
  });

  it("grow from empty, and what was written is there after a sync", async () => {
    writeFileSync(at("journal"), "of an earlier run");
    const appender = await disk.grow(at("journal"));
    await appender.write("one\n");
    await appender.write("two\n");
    await appender.sync();
    expect(readFileSync(at("journal"), "utf8")).to.equal("one\ntwo\n");
    await appender.close();
    const fresh = await disk.grow(at("fresh"));
    await fresh.close();
    expect(mode(at("fresh"))).to.equal(0o600);
  });

  it("that cannot be read, listed or grown for another reason are refused by name", async () => {
    writeFileSync(at("file"), "");
    const below = at("file", "below");
    for (const action of [() => disk.read(below), () => disk.list(below), () => disk.grow(below)]) {
      const error = await refusal(action);
      expect([error.code, error.message.includes(below)]).to.deep.equal(["file-failed", true]);
    }
  });

  it("name the kind of failure by its cause: no space, no permission, anything else", () => {
    const kind = (code: string) => unusable("write", "/f", Object.assign(new Error(code), { code }));
    expect(["ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS", "EIO"].map((code) => kind(code).code)).to.deep.equal([
      "disk-full",
      "disk-full",
      "no-permission",
      "no-permission",
      "no-permission",
      "file-failed",
    ]);
    expect(unusable("write", "/f", noSpace()).fix).to.contain("the last complete state is untouched");
    const known = new SlipwayError("x", "y", "z");
    expect(unusable("write", "/f", known as NodeJS.ErrnoException)).to.equal(known);
  });
});
