import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { Ledger, type Machine } from "../../../../orchestrator/sandbox/control-plane/orphans";
import { useFolder } from "../../../support/folder";

/** Processes by number; those that obey end when they are asked. */
class FakeMachine implements Machine {
  readonly running = new Map<number, { startedAt: string; obeys: boolean }>();
  readonly signals: string[] = [];
  startedAt(pid: number): string | undefined {
    return this.running.get(pid)?.startedAt;
  }
  alive(pid: number): boolean {
    return this.running.has(pid);
  }
  kill(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
    this.signals.push(`${pid} ${signal}`);
    if (signal === "SIGKILL" || this.running.get(pid)?.obeys === true) this.running.delete(pid);
  }
  pause(): Promise<void> {
    return Promise.resolve();
  }
}

describe("the ledger of a control plane's processes", () => {
  const folder = useFolder();
  const file = () => path.join(folder(), "processes.json");
  let machine: FakeMachine;
  beforeEach(() => (machine = new FakeMachine()));

  it("finds what an earlier run started and left", async () => {
    machine.running.set(71, { startedAt: "a", obeys: true });
    machine.running.set(72, { startedAt: "b", obeys: true });
    const before = new Ledger(file(), machine);
    before.add("etcd", 71);
    before.add("kube-apiserver", 72);
    const after = new Ledger(file(), machine);
    expect((await after.endAll(100)).map(({ name }) => name)).to.deep.equal(["etcd", "kube-apiserver"]);
    expect(machine.running.size).to.equal(0);
    expect(machine.signals).to.deep.equal(["71 SIGTERM", "72 SIGTERM"]);
  });

  it("leaves a process alone that got the number of one of ours", async () => {
    machine.running.set(71, { startedAt: "a", obeys: true });
    new Ledger(file(), machine).add("etcd", 71);
    machine.running.set(71, { startedAt: "later", obeys: true });
    expect(await new Ledger(file(), machine).endAll(100)).to.deep.equal([]);
    expect(machine.signals).to.deep.equal([]);
    expect(machine.running.has(71)).to.equal(true);
  });

  it("ends hard what does not end when asked", async () => {
    machine.running.set(71, { startedAt: "a", obeys: false });
    const ledger = new Ledger(file(), machine);
    ledger.add("etcd", 71);
    await ledger.endAll(50);
    expect(machine.signals).to.deep.equal(["71 SIGTERM", "71 SIGKILL"]);
  });

  it("forgets what has ended, and what it cannot prove", () => {
    machine.running.set(71, { startedAt: "a", obeys: true });
    const ledger = new Ledger(file(), machine);
    ledger.add("etcd", 71);
    ledger.add("kwok", 99);
    ledger.remove(71);
    expect(JSON.parse(fs.readFileSync(file(), "utf8"))).to.deep.equal([]);
  });

  for (const [what, text] of [
    ["half written", '[{"name":"et'],
    ["made by somebody who wants everything ended", '[{"name":"x","pid":-1,"startedAt":"a"},{"name":"x","pid":1}]'],
  ]) {
    it(`ends nothing when the file is ${what}`, async () => {
      fs.writeFileSync(file(), text ?? "");
      expect(await new Ledger(file(), machine).endAll(50)).to.deep.equal([]);
      expect(machine.signals).to.deep.equal([]);
    });
  }

  it("is readable by its owner alone", () => {
    machine.running.set(71, { startedAt: "a", obeys: true });
    new Ledger(file(), machine).add("etcd", 71);
    expect(fs.statSync(file()).mode & 0o777).to.equal(0o600);
  });

  describe("on the real machine", () => {
    let child: ChildProcess;
    afterEach(() => child.kill("SIGKILL"));

    it("ends a process that a dead run left", async () => {
      child = spawn("sleep", ["600"]);
      new Ledger(file()).add("sleep", child.pid ?? 0);
      const gone = once(child, "exit");
      expect(await new Ledger(file()).endAll(2_000)).to.have.length(1);
      expect(await gone).to.deep.equal([null, "SIGTERM"]);
    });
  });
});
