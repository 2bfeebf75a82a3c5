import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { disk } from "../../../../../orchestrator/engine/builtin/backend/files";
import { removeLocks, StackLock } from "../../../../../orchestrator/engine/builtin/backend/lock";
import { parseLockHolder } from "../../../../../orchestrator/rollout/lock";
import { useFolder } from "../../../../support/folder";
import { refusal } from "../../../../support/refusal";

const now = new Date("2026-01-02T03:04:05Z");

describe("the lock of a stack", () => {
  const root = useFolder();
  const locks = () => path.join(root(), "locks");
  const heldBy = (pid: number, name = "other") => {
    mkdirSync(locks(), { recursive: true });
    const owner = { pid, username: "ann", hostname: "build-7", timestamp: now.toISOString() };
    writeFileSync(path.join(locks(), `${name}.json`), JSON.stringify(owner));
  };

  it("names its owner as the CLI does, and is gone after its release", () => {
    const lock = StackLock.acquire(disk, locks(), now);
    const [file] = readdirSync(locks());
    expect(JSON.parse(readFileSync(path.join(locks(), file as string), "utf8"))).to.deep.equal({
      pid: process.pid,
      username: os.userInfo().username,
      hostname: os.hostname(),
      timestamp: now.toISOString(),
    });
    lock.release();
    expect(readdirSync(locks())).to.deep.equal([]);
  });

  // Whether a holder still lives is for the orchestrator to judge: the CLI's lock knows no difference either.
  for (const [holder, pid] of [
    ["a living process", process.pid],
    ["a dead process", 2 ** 22 + 1],
  ] as const) {
    it(`held by ${holder} refuses in the CLI's words and names the holder`, async () => {
      heldBy(pid);
      const error = await refusal(() => StackLock.acquire(disk, locks(), now));
      expect(error.message).to.match(/^the stack is currently locked by 1 lock\(s\)\./);
      expect(parseLockHolder(error.message)).to.deep.equal({
        user: "ann",
        host: "build-7",
        pid,
        at: now.toISOString(),
      });
      expect(readdirSync(locks())).to.deep.equal(["other.json"]);
    });
  }

  it("gives up its own file when another appears while it is taken", async () => {
    let raced = false;
    const racing = {
      ...disk,
      replace(file: string, text: string) {
        disk.replace(file, text);
        raced = true;
        heldBy(1, "racer");
      },
    };
    await refusal(() => StackLock.acquire(racing, locks(), now));
    expect(raced).to.equal(true);
    expect(readdirSync(locks())).to.deep.equal(["racer.json"]);
  });

  it("counts an unreadable lock file as a lock", async () => {
    mkdirSync(locks(), { recursive: true });
    writeFileSync(path.join(locks(), "torn.json"), "{");
    expect((await refusal(() => StackLock.acquire(disk, locks(), now))).code).to.equal("stack-locked");
  });

  it("cancelling removes every lock", () => {
    heldBy(1, "one");
    heldBy(2, "two");
    expect(removeLocks(disk, locks())).to.equal(2);
    StackLock.acquire(disk, locks(), now).release();
  });
});
