import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { entryText, follow, type Entry } from "../../../orchestrator/promotion/entry";
import type { LedgerEvent } from "../../../orchestrator/promotion/event";
import { CLOCK_SKEW_SECONDS, openLedger, type FolderLedger as Ledger } from "../../../orchestrator/promotion/ledger";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

const released = (digit: string): LedgerEvent => ({ kind: "released", release: `sha256:${digit.repeat(64)}` });

/** A clock that stands until it is set. */
class Clock {
  constructor(private milliseconds = Date.parse("2026-01-02T03:04:05Z")) {}
  readonly now = () => new Date(this.milliseconds);
  pass(seconds: number): void {
    this.milliseconds += seconds * 1000;
  }
}

describe("the ledger", () => {
  const folder = useFolder();
  const fileOf = (sequence: number) => path.join(folder(), `${String(sequence).padStart(8, "0")}.json`);
  const open = (clock = new Clock()): Ledger => openLedger({ folder: folder(), now: clock.now });
  /** A ledger of so many entries. */
  const filled = (count: number): Ledger => {
    const ledger = open();
    for (let i = 0; i < count; i++) ledger.append("ada", () => released((i % 16).toString(16)));
    return ledger;
  };
  const kinds = () =>
    open()
      .inspect()
      .faults.map(({ kind, sequence }) => `${kind} ${sequence}`);

  it("is empty where there is no folder", () => {
    expect(openLedger({ folder: path.join(folder(), "absent"), now: new Clock().now }).inspect()).to.deep.equal({
      entries: [],
      faults: [],
      unfinished: [],
    });
  });

  it("keeps every entry with its number, time, writer and the hash of the one before", () => {
    const clock = new Clock();
    const ledger = open(clock);
    const first = ledger.append("ada", () => released("a"));
    clock.pass(60);
    const second = ledger.append("bea", () => released("b"));
    expect(first).to.include({ sequence: 1, previous: null, by: "ada", at: "2026-01-02T03:04:05.000Z" });
    expect(second).to.include({ sequence: 2, previous: first.hash, by: "bea", at: "2026-01-02T03:05:05.000Z" });
    expect(open().read()).to.deep.equal([first, second]);
    expect(readFileSync(fileOf(2), "utf8")).to.equal(entryText(second));
  });

  it("writes nothing that it would refuse to read [D7.2]", async () => {
    const ledger = filled(1);
    const words = { kind: "unpaused", environment: "dev", reason: "" } as const;
    for (const [by, event] of [
      ["ada", words],
      ["ada", { ...words, reason: "over", further: 1 } as unknown as LedgerEvent],
      ["", { ...words, reason: "over" }],
    ] as const)
      expect(await refusal(() => ledger.append(by, () => event))).to.include({ code: "entry-invalid", kind: "usage" });
    expect(open().inspect()).to.deep.include({ faults: [], unfinished: [] });
    expect(open().read()).to.have.length(1);
  });

  it("decides on the chain it appends to: a faster writer makes it decide again", () => {
    const ledger = filled(1);
    const seen: number[] = [];
    const entry = ledger.append("slow", (entries) => {
      seen.push(entries.length);
      if (entries.length === 1) open().append("fast", () => released("f"));
      return released("5");
    });
    expect(seen).to.deep.equal([1, 2]);
    expect(entry.sequence).to.equal(3);
    expect(
      open()
        .read()
        .map(({ by }) => by),
    ).to.deep.equal(["ada", "fast", "slow"]);
  });

  it("appends nothing when the decision is a refusal", () => {
    const ledger = filled(1);
    const refuse = (): LedgerEvent => {
      throw new Error("no");
    };
    expect(() => ledger.append("ada", refuse)).to.throw("no");
    expect(readdirSync(folder())).to.deep.equal(["00000001.json"]);
  });

  it("never lets time go back: small skew is evened out, more is refused", async () => {
    const clock = new Clock();
    const ledger = open(clock);
    const first = ledger.append("ada", () => released("a"));
    clock.pass(-CLOCK_SKEW_SECONDS);
    expect(ledger.append("ada", () => released("b")).at).to.equal(first.at);
    clock.pass(-1);
    const { code, fix } = await refusal(() => ledger.append("ada", () => released("c")));
    expect(code).to.equal("clock-behind");
    expect(fix).to.include("NTP");
  });

  it("gives every entry of concurrent processes a place of its own, in one chain", async function () {
    this.timeout(60_000);
    const writers = 4;
    const each = 12;
    const script = `
      const { openLedger } = require("./orchestrator/promotion/ledger");
      const ledger = openLedger({ folder: process.argv[1], now: () => new Date() });
      for (let i = 0; i < ${each}; i++)
        ledger.append(process.argv[2] + "-" + i, () => ({ kind: "released", release: "sha256:" + "a".repeat(64) }));`;
    const children = Array.from({ length: writers }, (_, index) =>
      spawn(process.execPath, ["--import", "tsx", "-e", script, folder(), `writer${index}`], {
        cwd: path.join(__dirname, "..", "..", ".."),
        stdio: "inherit",
      }),
    );
    const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0] as number));
    expect(codes).to.deep.equal(Array.from({ length: writers }, () => 0));
    const { entries, faults, unfinished } = open().inspect();
    expect(faults).to.deep.equal([]);
    expect(unfinished).to.deep.equal([]);
    expect(new Set(entries.map(({ by }) => by)).size).to.equal(writers * each);
  });

  it("is a chain whatever is killed when, and holds all that was acknowledged", async function () {
    this.timeout(120_000);
    // Each writer says what was acknowledged and goes on until it is killed.
    const script = `
      const { openLedger } = require("./orchestrator/promotion/ledger");
      const ledger = openLedger({ folder: process.argv[1], now: () => new Date() });
      for (;;) {
        const { hash } = ledger.append("writer", () => ({ kind: "released", release: "sha256:" + "a".repeat(64) }));
        require("node:fs").writeSync(1, hash + "\\n");
      }`;
    const acknowledged: string[] = [];
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, ["--import", "tsx", "-e", script, folder()], {
        cwd: path.join(__dirname, "..", "..", ".."),
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        // Somewhere in the middle of a later append.
        if (text.split("\n").length > 3 + round) child.kill("SIGKILL");
      });
      await once(child, "close");
      acknowledged.push(...text.split("\n").slice(0, -1));
    }
    const { entries, faults } = open().inspect();
    expect(faults).to.deep.equal([]);
    const kept = new Set(entries.map(({ hash }) => hash));
    expect(acknowledged.filter((hash) => !kept.has(hash))).to.deep.equal([]);
    // And it goes on from there.
    const after = open(new Clock(Date.parse("2100-01-01T00:00:00Z"))).append("after", () => released("a"));
    expect(after.sequence).to.equal(entries.length + 1);
  });

  it("takes what a dying writer left for what it is: nothing", () => {
    const ledger = filled(2);
    writeFileSync(`${fileOf(3)}.5f0c.tmp`, '{"at":"2026');
    expect(ledger.inspect().unfinished).to.deep.equal(["00000003.json.5f0c.tmp"]);
    expect(ledger.append("ada", () => released("c")).sequence).to.equal(3);
  });

  describe("names tampering", () => {
    it("that cut the last entry off", async () => {
      filled(3);
      writeFileSync(fileOf(3), readFileSync(fileOf(3)).subarray(0, 100));
      expect(kinds()).to.deep.equal(["torn 3"]);
      const { code, message, kind } = await refusal(() => open().append("ada", () => released("a")));
      expect([code, kind]).to.deep.equal(["ledger-corrupt", "refused"]);
      expect(message).to.include("entry 3 is cut off after 100 bytes");
    });

    it("that took an entry out of the middle", () => {
      filled(4);
      rmSync(fileOf(2));
      expect(kinds()).to.deep.equal(["missing 2"]);
    });

    it("that rewrote an entry with a right hash", () => {
      const entries = filled(4).read();
      const forged = follow(entries[0], new Date(entries[1]?.at ?? 0), "mallory", released("e"));
      writeFileSync(fileOf(2), entryText(forged));
      expect(kinds()).to.deep.equal(["unchained 3"]);
    });

    it("that dated an entry back", () => {
      const [first, second] = filled(2).read();
      writeFileSync(fileOf(3), entryText(follow(second, new Date(0), "mallory", released("e"))));
      expect(kinds()).to.deep.equal(["backwards 3"]);
      expect(first?.sequence).to.equal(1);
    });

    it("that exchanged two entries", () => {
      filled(4);
      renameSync(fileOf(2), `${fileOf(2)}.other`);
      renameSync(fileOf(3), fileOf(2));
      renameSync(`${fileOf(2)}.other`, fileOf(3));
      expect(kinds()).to.include.members(["unchained 2", "unchained 3"]);
    });

    it("that put in a file of its own, or copied one under a second name", () => {
      filled(2);
      writeFileSync(path.join(folder(), "notes.txt"), "");
      cpSync(fileOf(1), path.join(folder(), "1.json"));
      cpSync(fileOf(2), fileOf(3));
      expect(kinds()).to.have.members(["unchained 3", "foreign 0", "foreign 0"]);
    });

    it("at every place it happened, and trusts nothing from the first on", () => {
      filled(9);
      for (const sequence of [3, 6]) {
        writeFileSync(fileOf(sequence), readFileSync(fileOf(sequence), "utf8").replace('"ada"', '"eve"'));
      }
      rmSync(fileOf(8));
      expect(kinds()).to.deep.equal(["changed 3", "changed 6", "missing 8"]);
      expect(open().inspect().entries).to.have.length(2);
    });

    it("whatever byte of whatever entry was changed, added or taken away", () => {
      filled(3);
      const original = new Map([1, 2, 3].map((sequence) => [sequence, readFileSync(fileOf(sequence))]));
      fc.assert(
        fc.property(
          fc.constantFrom(1, 2, 3),
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
          fc.constantFrom("flip", "insert", "delete"),
          (sequence, where, bits, how) => {
            const bytes = original.get(sequence) ?? Buffer.alloc(0);
            const at = where % bytes.length;
            const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
            const changed = {
              flip: [before, Buffer.of((bytes[at] ?? 0) ^ bits), after],
              insert: [before, Buffer.of(bits), bytes.subarray(at)],
              delete: [before, after],
            }[how];
            writeFileSync(fileOf(sequence), Buffer.concat(changed));
            const { entries, faults } = open().inspect();
            writeFileSync(fileOf(sequence), bytes);
            expect(faults[0]?.sequence).to.equal(sequence);
            expect(entries.length).to.equal(sequence - 1);
          },
        ),
        { numRuns: 300 },
      );
      expect(kinds()).to.deep.equal([]);
    });

    it("whatever entries are taken away, unless it is exactly the last ones", () => {
      const texts = filled(5)
        .read()
        .map((entry: Entry) => entryText(entry));
      let round = 0;
      fc.assert(
        fc.property(fc.subarray([1, 2, 3, 4, 5]), (kept) => {
          const copy = path.join(folder(), `copy${round++}`);
          mkdirSync(copy);
          for (const n of kept)
            writeFileSync(path.join(copy, `${String(n).padStart(8, "0")}.json`), texts[n - 1] ?? "");
          const { faults } = openLedger({ folder: copy, now: new Clock().now }).inspect();
          rmSync(copy, { recursive: true });
          const isBeginning = kept.every((n, index) => n === index + 1);
          expect(faults.length === 0).to.equal(isBeginning);
        }),
      );
    });
  });
});
