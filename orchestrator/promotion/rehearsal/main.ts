/**
 * Rehearses the life of a feature from its pull request to production, then what goes wrong on that way, on a clock set by
 * hand. Prints each scenario with what happened; ends with 1 when one left another ledger than it must.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { onRehearsedGround } from "../../cli/ground";
import { life } from "./life";
import { play, type Played } from "./play";
import { scenarios } from "./scenarios";

const ROOT = path.join(__dirname, "..", "..", "..");
/** What a person waits for without doing something else meanwhile. */
const AIM_SECONDS = 60;

async function main(): Promise<number> {
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  say("releases, signatures, gates and ledger are real; rollouts are played (stand-in), time is set by hand");
  say("the preview is built by the engine and the policy pack, on a rehearsed cluster (stand-in)");
  const begun = performance.now();
  const folder = mkdtempSync(path.join(os.tmpdir(), "slipway-rehearse-release-"));
  const played: Played[] = [];
  const whole = life((world, action) =>
    onRehearsedGround(
      { root: ROOT, folder: path.join(folder, "previews"), now: world.now, say: (text) => world.say(text) },
      action,
    ),
  );
  try {
    for (const [index, scenario] of [whole, ...scenarios].entries()) {
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
  const seconds = Math.round((performance.now() - begun) / 1000);
  say(
    `\nrehearse:release ${failed === 0 ? "passed" : "failed"}: ${played.length} scenarios, ${failed} failed, in ${seconds} s (aim below ${AIM_SECONDS} s)`,
  );
  return failed === 0 ? 0 : 1;
}

void main().then((code) => {
  process.exitCode = code;
});
