import { appendFileSync, chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { Journal, type JournalEntry } from "../../../orchestrator/rollout/journal";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

const begin = (step: string): JournalEntry => ({ event: "begin", run: "r1", at: "2026-01-02T03:04:05Z", step });

describe("Journal", () => {
  const folder = useFolder();
  const file = () => path.join(folder(), "dev", "journal.jsonl");

  it("gives back what was appended, in order, to whoever opens it next", () => {
    const journal = Journal.open(file());
    journal.append(begin("dev/preview"));
    journal.append(begin("dev/up/Network"));
    expect(Journal.open(file()).entries).to.deep.equal([begin("dev/preview"), begin("dev/up/Network")]);
  });

  it("is readable by its owner only", () => {
    Journal.open(file()).append(begin("dev/preview"));
    expect(statSync(file()).mode & 0o777).to.equal(0o600);
  });

  it("drops a last line that a crash cut off, and goes on after it", () => {
    Journal.open(file()).append(begin("dev/preview"));
    appendFileSync(file(), '{"event":"begin","ru');
    const journal = Journal.open(file());
    expect(journal.entries).to.deep.equal([begin("dev/preview")]);
    journal.append(begin("dev/up/Network"));
    expect(Journal.open(file()).entries).to.have.length(2);
  });

  it("says where it is corrupt, exits as refused and leaves the file as it is", async () => {
    Journal.open(file()).append(begin("dev/preview"));
    appendFileSync(file(), "garbage\n");
    appendFileSync(file(), `${JSON.stringify(begin("dev/up/Network"))}\n`);
    const before = readFileSync(file(), "utf8");
    const error = await refusal(() => Journal.open(file()));
    expect(error).to.include({ code: "journal-corrupt", kind: "refused" });
    expect(error.message).to.include("line 2").and.include(file());
    expect(readFileSync(file(), "utf8")).to.equal(before);
  });

  it("refuses a line that is JSON but no entry", async () => {
    Journal.open(file());
    writeFileSync(file(), '{"event":"party"}\n');
    expect((await refusal(() => Journal.open(file()))).code).to.equal("journal-corrupt");
  });

  it("says plainly that the disk is full", async function () {
    if (!existsSync("/dev/full")) this.skip();
    const journal = Journal.open(file());
    // The kernel's own full disk, put where the journal is about to be written.
    symlinkSync("/dev/full", file());
    const error = await refusal(() => journal.append(begin("dev/preview")));
    expect(error.code).to.equal("disk-full");
    expect(error.fix).to.include("run the same command again");
  });

  it("says plainly that it may not write", async function () {
    if (process.getuid?.() === 0) this.skip();
    Journal.open(file());
    chmodSync(path.dirname(file()), 0o500);
    const error = await refusal(() => Journal.open(file()).append(begin("dev/preview")));
    expect(error).to.include({ code: "not-writable", kind: "usage" });
    chmodSync(path.dirname(file()), 0o700);
  });
});
