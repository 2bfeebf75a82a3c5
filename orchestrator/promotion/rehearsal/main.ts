/**
 * Rehearses the way of a release to production and what goes wrong on it, on a clock set by hand.
 * Prints each scenario with what happened; ends with 1 when one left another ledger than it must.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { play, type Played } from "./play";
import { scenarios } from "./scenarios";

async function main(): Promise<number> {
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  say("releases, signatures, gates and ledger are real; rollouts are played (stand-in), time is set by hand");
  const folder = mkdtempSync(path.join(os.tmpdir(), "slipway-rehearse-release-"));
  const played: Played[] = [];
  try {
    for (const [index, scenario] of scenarios.entries()) {
      const one = await play(scenario, path.join(folder, String(index)));
      played.push(one);
      say(`\n${one.title} (${one.requirement}): ${one.result}`);
      for (const line of one.said) say(`  ${line}`);
      for (const line of one.wrong) say(`  wrong: ${line.replaceAll("\n", "\n    ")}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const failed = played.filter(({ result }) => result === "failed").length;
  say(`\nrehearse:release ${failed === 0 ? "passed" : "failed"}: ${played.length} scenarios, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

void main().then((code) => {
  process.exitCode = code;
});
