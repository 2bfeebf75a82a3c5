import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { fileError, writeFileWhole } from "../../../orchestrator/rollout/files";
import { useFolder } from "../../support/folder";

const failing = (code: string) => fileError(Object.assign(new Error("no"), { code }), "/state/dev/journal.jsonl");

describe("files", () => {
  const folder = useFolder();

  it("replaces a file whole, private, and leaves nothing beside it", () => {
    const file = path.join(folder(), "deep", "lease.json");
    writeFileWhole(file, "one");
    writeFileWhole(file, "two");
    expect(readFileSync(file, "utf8")).to.equal("two");
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readdirSync(path.dirname(file))).to.deep.equal(["lease.json"]);
  });

  for (const code of ["ENOSPC", "EDQUOT"]) {
    it(`calls ${code} a full disk and names the file`, () => {
      expect(failing(code)).to.include({ code: "disk-full", kind: "failure" });
      expect(failing(code).message).to.include("/state/dev/journal.jsonl");
    });
  }

  for (const code of ["EACCES", "EPERM", "EROFS"]) {
    it(`calls ${code} a lack of permission and offers another folder`, () => {
      expect(failing(code)).to.include({ code: "not-writable", kind: "usage" });
      expect(failing(code).fix).to.include("--state-dir");
    });
  }
});
