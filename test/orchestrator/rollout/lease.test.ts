import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { acquireLease, currentHolder, SILENCE_SECONDS } from "../../../orchestrator/rollout/lease";
import type { ProcessTable } from "../../../orchestrator/rollout/processes";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

/** A table of processes: pid → start time. */
function table(pid: number, running: Record<number, string>, host = "here"): ProcessTable {
  return { host, pid, alive: (one) => one in running, startedAt: (one) => running[one] };
}

describe("lease", () => {
  const folder = useFolder();
  let time = Date.parse("2026-01-02T03:04:05Z");
  const take = (processes: ProcessTable) =>
    acquireLease({
      directory: folder(),
      environment: "dev",
      command: "slipway bootstrap",
      processes,
      now: () => new Date(time),
    });

  it("lets one run in and refuses the second, naming the first", async () => {
    const running = { 1: "boot/10", 2: "boot/20" };
    take(table(1, running));
    const error = await refusal(() => take(table(2, running)));
    expect(error).to.include({ code: "lease-held", kind: "refused" });
    expect(error.message).to.include("process 1 on here").and.include("slipway bootstrap");
  });

  it("is free again after release", () => {
    const running = { 1: "boot/10", 2: "boot/20" };
    take(table(1, running)).release();
    expect(take(table(2, running)).takenFrom).to.equal(undefined);
  });

  it("is taken over from a dead process, and says so", () => {
    take(table(1, { 1: "boot/10" }));
    expect(take(table(2, { 2: "boot/20" })).takenFrom).to.include({ pid: 1, host: "here" });
  });

  it("is taken over when the pid lives on in another process", () => {
    take(table(1, { 1: "boot/10" }));
    expect(take(table(2, { 1: "boot/99", 2: "boot/20" })).takenFrom).to.include({ pid: 1 });
  });

  it("trusts a holder on another machine while it gives signs of life", async () => {
    const lease = take(table(1, { 1: "boot/10" }, "there"));
    time += (SILENCE_SECONDS - 1) * 1000;
    lease.renew();
    time += (SILENCE_SECONDS - 1) * 1000;
    expect((await refusal(() => take(table(2, { 2: "boot/20" })))).message).to.include("there");
    time += 1000;
    expect(take(table(2, { 2: "boot/20" })).takenFrom).to.include({ host: "there" });
  });

  it("lets exactly one of two takers have what a dead process left", () => {
    take(table(1, {}));
    const running = { 2: "boot/20", 3: "boot/30" };
    const won = [2, 3].map((pid) => {
      try {
        return take(table(pid, running)) && pid;
      } catch {
        return undefined;
      }
    });
    expect(won.filter((pid) => pid !== undefined)).to.deep.equal([2]);
  });

  it("reads a damaged lease as nobody's", () => {
    writeFileSync(path.join(folder(), "lease.7.json"), "{");
    take(table(2, { 2: "boot/20" }));
    expect(readdirSync(folder())).to.deep.equal(["lease.8.json"]);
  });

  it("tells a reader who holds it, and nothing once released", () => {
    const processes = table(1, { 1: "boot/10" });
    const lease = take(processes);
    expect(currentHolder(folder(), processes, new Date(time))).to.include({ pid: 1 });
    lease.release();
    expect(currentHolder(folder(), processes, new Date(time))).to.equal(undefined);
  });
});
