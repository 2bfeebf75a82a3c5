import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect } from "chai";
import { entryText } from "../../../../orchestrator/promotion/entry";
import type { LedgerEvent } from "../../../../orchestrator/promotion/event";
import { openBucket, type Bucket } from "../../../../orchestrator/promotion/s3/bucket";
import { openSharedLedger } from "../../../../orchestrator/promotion/s3/ledger";
import { openSharedReleases } from "../../../../orchestrator/promotion/s3/releases";
import { sharedLedgerSchema } from "../../../../orchestrator/promotion/s3/settings";
import { releaseHash } from "../../../../orchestrator/promotion/record";
import { S3Fake } from "../../../support/fake-s3";
import { refusal } from "../../../support/refusal";
import { aRecord } from "../values";

const released = (digit: string): LedgerEvent => ({ kind: "released", release: `sha256:${digit.repeat(64)}` });
const now = () => new Date("2026-01-02T03:04:05Z");
const ROOT = path.join(__dirname, "..", "..", "..", "..");

describe("the ledger in a bucket", function () {
  this.timeout(120_000);
  let fake: S3Fake;
  let endpoint: string;
  beforeEach(async () => {
    fake = new S3Fake("ledger-of-ours");
    endpoint = await fake.start();
  });
  afterEach(() => fake.close());
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "s3cret-of-tests" };
  const bucket = (changed: { name?: string; attempts?: number } = {}): Bucket =>
    openBucket({
      bucket: changed.name ?? "ledger-of-ours",
      prefix: "slipway",
      client: {
        region: "eu-central-1",
        endpoint,
        forcePathStyle: true,
        credentials,
        maxAttempts: changed.attempts ?? 3,
      },
      pause: () => Promise.resolve(),
    });
  const open = () => openSharedLedger({ bucket: bucket(), now });
  const keyOf = (sequence: number) => `slipway/ledger/${String(sequence).padStart(8, "0")}.json`;
  const filled = async (count: number) => {
    const ledger = open();
    for (let i = 0; i < count; i++) await ledger.append("ada", () => released((i % 16).toString(16)));
    return ledger;
  };
  const kinds = async () => (await open().inspect()).faults.map(({ kind, sequence }) => `${kind} ${sequence}`);

  it("is the same chain as in a folder, byte by byte, read in pages", async () => {
    const ledger = await filled(8);
    const entries = await ledger.read();
    expect(entries.map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const entry of entries) {
      expect(fake.objects.get(keyOf(entry.sequence))?.bytes.toString()).to.equal(entryText(entry));
    }
    expect(await kinds()).to.deep.equal([]);
    expect(await openSharedLedger({ bucket: bucket(), now }).inspect())
      .to.have.property("unfinished")
      .that.deep.equals([]);
  });
  it("decides again on the longer chain when another writer was faster", async () => {
    await filled(1);
    const seen: number[] = [];
    const slow = bucket();
    let raced = false;
    const entry = await openSharedLedger({
      now,
      bucket: {
        ...slow,
        async create(name, text) {
          if (!raced) await open().append("fast", () => released("f"));
          raced = true;
          return slow.create(name, text);
        },
      },
    }).append("slow", (entries) => {
      seen.push(entries.length);
      return released("5");
    });
    expect([seen, entry.sequence]).to.deep.equal([[1, 2], 3]);
    expect(await kinds()).to.deep.equal([]);
  });
  it("tries again on a conflict, as S3 asks for, and gives up when it never ends", async () => {
    fake.mishaps.push("conflict", "conflict");
    expect((await open().append("ada", () => released("a"))).sequence).to.equal(1);
    fake.mishaps.push(...Array<"conflict">(200).fill("conflict"));
    const { code, message } = await refusal(() => open().append("ada", () => released("b")));
    expect(code).to.equal("ledger-unreachable");
    expect(message).to.include("ConditionalRequestConflict");
  });
  it("knows its own entry whose answer was lost, and writes none twice", async () => {
    fake.mishaps.push("lost answer");
    expect((await open().append("ada", () => released("a"))).sequence).to.equal(1);
    fake.mishaps.push("lost request");
    expect((await open().append("ada", () => released("b"))).sequence).to.equal(2);
    expect((await open().read()).length).to.equal(2);
  });
  it("takes an entry that another writer made to the byte for that writer's", async () => {
    const [one, two] = [bucket(), bucket()];
    expect(await one.create("ledger/x", "same")).to.equal(true);
    expect(await two.create("ledger/x", "same")).to.equal(false);
  });
  it("gives every entry of concurrent processes a place of its own, in one chain", async () => {
    const [writers, each] = [3, 6];
    const script = `
      const { openBucket } = require("./orchestrator/promotion/s3/bucket");
      const { openSharedLedger } = require("./orchestrator/promotion/s3/ledger");
      const client = JSON.parse(process.argv[1]);
      const bucket = openBucket({ bucket: "ledger-of-ours", prefix: "slipway", client });
      const ledger = openSharedLedger({ bucket, now: () => new Date() });
      (async () => { for (let i = 0; i < ${each}; i++)
        await ledger.append(process.argv[2] + "-" + i, () => ({ kind: "released", release: "sha256:" + "a".repeat(64) }));
      })().catch((error) => { console.error(error); process.exit(1); });`;
    const client = JSON.stringify({ region: "eu-central-1", endpoint, forcePathStyle: true, credentials });
    const children = Array.from({ length: writers }, (_, index) =>
      spawn(process.execPath, ["--import", "tsx", "-e", script, client, `writer${index}`], {
        cwd: ROOT,
        stdio: "inherit",
      }),
    );
    const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0] as number));
    expect(codes).to.deep.equal([0, 0, 0]);
    const { entries, faults } = await open().inspect();
    expect(faults).to.deep.equal([]);
    expect(new Set(entries.map(({ by }) => by)).size).to.equal(writers * each);
  });
  it("is a chain whatever is killed when, and holds all that was acknowledged", async () => {
    const script = `
      const { openBucket } = require("./orchestrator/promotion/s3/bucket");
      const { openSharedLedger } = require("./orchestrator/promotion/s3/ledger");
      const bucket = openBucket({ bucket: "ledger-of-ours", prefix: "slipway", client: JSON.parse(process.argv[1]) });
      const ledger = openSharedLedger({ bucket, now: () => new Date() });
      (async () => { for (;;) {
        const { hash } = await ledger.append("writer", () => ({ kind: "released", release: "sha256:" + "a".repeat(64) }));
        require("node:fs").writeSync(1, hash + "\\n");
      } })();`;
    const client = JSON.stringify({ region: "eu-central-1", endpoint, forcePathStyle: true, credentials });
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, ["--import", "tsx", "-e", script, client], {
        cwd: ROOT,
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (text.split("\n").length > 2 + round) child.kill("SIGKILL");
      });
      await once(child, "close");
      acknowledged.push(...text.split("\n").slice(0, -1));
    }
    const { entries, faults } = await open().inspect();
    expect(faults).to.deep.equal([]);
    const kept = new Set(entries.map(({ hash }) => hash));
    expect(acknowledged.length).to.be.greaterThan(3);
    expect(acknowledged.filter((hash) => !kept.has(hash))).to.deep.equal([]);
  });

  describe("names tampering", () => {
    for (const [what, damage, said] of [
      ["a byte changed", () => change(2, (text) => text.replace("ada", "eve")), "changed 2"],
      ["an entry taken out", () => fake.objects.delete(keyOf(2)), "missing 2"],
      ["the first entry taken out", () => fake.objects.delete(keyOf(1)), "missing 1"],
      ["an entry cut off", () => change(4, (text) => text.slice(0, 50)), "torn 4"],
      [
        "entries exchanged",
        () => {
          const [a, b] = [fake.objects.get(keyOf(2)), fake.objects.get(keyOf(3))];
          if (a !== undefined && b !== undefined) fake.objects.set(keyOf(2), b).set(keyOf(3), a);
        },
        "unchained 2",
      ],
      [
        "a strange object",
        () => fake.objects.set("slipway/ledger/notes.txt", { bytes: Buffer.from(""), metadata: {} }),
        "foreign 0",
      ],
    ] as readonly [string, () => unknown, string][]) {
      it(`like ${what}, and promotes nothing on it`, async () => {
        await filled(4);
        damage();
        expect(await kinds()).to.include(said);
        const { code, kind } = await refusal(() => open().append("ada", () => released("a")));
        expect([code, kind]).to.deep.equal(["ledger-corrupt", "refused"]);
      });
    }
    const change = (sequence: number, how: (text: string) => string) => {
      const object = fake.objects.get(keyOf(sequence));
      if (object !== undefined) object.bytes = Buffer.from(how(object.bytes.toString()));
    };
  });

  it("says what it may not reach, and shows no key", async () => {
    const { code, message, fix } = await refusal(() =>
      openSharedLedger({ bucket: bucket({ name: "another" }), now }).read(),
    );
    expect(code).to.equal("ledger-unreachable");
    expect(message).to.include("NoSuchBucket").and.not.include("s3cret");
    expect(fix).to.include("s3:PutObject");
    await fake.close();
    expect((await refusal(() => openSharedLedger({ bucket: bucket({ attempts: 1 }), now }).read())).code).to.equal(
      "ledger-unreachable",
    );
    await fake.start();
  });

  it("has its records beside it, each once and checked against its name", async () => {
    const releases = openSharedReleases(bucket());
    const hash = await releases.add(aRecord());
    expect(await releases.add(aRecord())).to.equal(hash);
    expect(await releases.get(hash)).to.deep.equal(aRecord());
    expect([await releases.all(), await releases.has(hash)]).to.deep.equal([[hash], true]);
    expect(await releases.find(hash.slice(7, 20))).to.equal(hash);
    const other = aRecord({ tools: { a: "1" } });
    fake.objects.set(`slipway/releases/${releaseHash(other).slice(7)}.json`, {
      bytes: Buffer.from("{}"),
      metadata: {},
    });
    expect((await refusal(() => releases.add(other))).code).to.equal("release-corrupt");
    expect((await refusal(() => releases.get(`sha256:${"f".repeat(64)}`))).code).to.equal("release-unknown");
  });

  it("is named in the rules by bucket, region and prefix", () => {
    expect(sharedLedgerSchema.parse({ bucket: "ledger-of-ours", region: "eu-central-1" }).prefix).to.equal("slipway");
    for (const wrong of [{ bucket: "A" }, { region: "europe" }, { prefix: "/a/" }]) {
      const given = { bucket: "ledger-of-ours", region: "eu-central-1", ...wrong };
      expect(sharedLedgerSchema.safeParse(given).success).to.equal(false);
    }
  });
});
