import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import os from "node:os";
import { expect } from "chai";
import { processTable } from "../../../orchestrator/rollout/processes";

describe("the table of processes", () => {
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn(process.execPath, ["-e", "process.stdout.write('up'); process.stdin.resume()"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    await once(child.stdout as NodeJS.ReadableStream, "data");
    return child.pid as number;
  };
  const end = async () => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
  afterEach(end);

  it("knows this process and this machine", () => {
    expect(processTable).to.include({ pid: process.pid, host: os.hostname() });
    expect(processTable.alive(process.pid)).to.equal(true);
  });
  it("tells a living process from one that ended", async () => {
    const pid = await start();
    expect(processTable.alive(pid)).to.equal(true);
    expect(processTable.startedAt(pid)).to.be.a("string").and.not.equal("");
    await end();
    expect(processTable.alive(pid)).to.equal(false);
    expect(processTable.startedAt(pid)).to.equal(undefined);
  });
  it("gives a process the same start each time, and another one another", async () => {
    const pid = await start();
    expect(processTable.startedAt(pid)).to.equal(processTable.startedAt(pid));
    expect(processTable.startedAt(pid)).to.not.equal(processTable.startedAt(process.pid));
  });
  it("takes a process that belongs to somebody else for alive", () => expect(processTable.alive(1)).to.equal(true));
});
