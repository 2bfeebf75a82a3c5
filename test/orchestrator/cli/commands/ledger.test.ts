import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { openStore } from "../../../../orchestrator/promotion/store";
import { useFolder } from "../../../support/folder";
import { aRecord } from "../../promotion/values";
import { cli } from "../command-line";

describe("slipway ledger", () => {
  const folder = useFolder();
  const state = () => path.join(folder(), "state");
  const run = (...args: string[]) => cli(folder(), "ledger", ...args, "--state-dir", state());
  const fill = () => {
    const { ledger, releases } = openStore(path.join(state(), "rehearsal"), () => new Date("2026-01-02T03:04:05Z"));
    const release = releases.add(aRecord());
    ledger.append("ada@example.com", () => ({ kind: "released", release }));
    return ledger.append("bea@example.com", () => ({
      kind: "paused",
      environment: "production",
      until: "2026-01-02T05:00:00.000Z",
      reason: "incident 7",
    }));
  };

  it("shows entries for a person and, with --json, as they are", async () => {
    expect((await run("show")).out).to.equal("the ledger is empty\n");
    const last = fill();
    const { exit, out } = await run("show");
    expect(exit).to.equal(0);
    expect(out).to.include("2026-01-02T03:04:05.000Z  bea@example.com: production paused until");
    const { entries } = JSON.parse((await run("show", "--json")).out) as { entries: unknown[] };
    expect(entries.at(-1)).to.deep.equal(last);
  });

  it("verifies a whole ledger and says what to keep", async () => {
    const { hash } = fill();
    const { exit, out } = await run("verify", "--head", hash);
    expect(exit).to.equal(0);
    expect(out).to.include("whole: 2 entries, 0 faults").and.include(hash);
  });

  it("ends with 4 and the place where somebody tampered", async () => {
    fill();
    const file = path.join(state(), "rehearsal", "ledger", "00000001.json");
    writeFileSync(file, readFileSync(file, "utf8").replace("ada@", "eve@"));
    const { exit, out } = await run("verify");
    expect(exit).to.equal(4);
    expect(out).to.include("entry 1 was changed");
    const shown = await run("show");
    expect(shown.exit).to.equal(4);
    expect(shown.err).to.include("ledger-corrupt");
  });

  it("ends with 4 when the end that somebody kept is gone, or a record is", async () => {
    fill();
    const lost = await run("verify", "--head", `sha256:${"f".repeat(64)}`);
    expect(lost.exit).to.equal(4);
    expect(lost.out).to.include("taken away or rewritten");
    const other = openStore(path.join(state(), "rehearsal"), () => new Date("2026-01-02T03:04:06Z"));
    other.ledger.append("x", () => ({ kind: "released", release: `sha256:${"e".repeat(64)}` }));
    const { exit, out } = await run("verify", "--json");
    expect(exit).to.equal(4);
    const { faults } = JSON.parse(out) as { faults: string[] };
    expect(faults).to.have.length(1);
    expect(faults[0]).to.include("there is no release sha256:eeee");
  });
});
