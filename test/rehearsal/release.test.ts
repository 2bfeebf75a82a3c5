import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { scenarios } from "../../orchestrator/promotion/rehearsal/scenarios";

const ROOT = path.join(__dirname, "..", "..");
const MAIN = path.join(ROOT, "orchestrator", "promotion", "rehearsal", "main.ts");

describe("npm run rehearse:release", function () {
  this.timeout(600_000);

  it("plays a feature from its pull request to production and all that goes wrong, and says what is played [C2.1] [C2.8] [D1.4] [D2.5] [D7.3]", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", MAIN], { cwd: ROOT });
    expect(stdout).to.include("rollouts are played (stand-in)");
    expect(stdout).to.match(
      new RegExp(`rehearse:release passed: ${scenarios.length + 1} scenarios, 0 failed, in \\d+ s`),
    );
    // In this order, each after what it stands on.
    const told = [
      "pull request 41 is opened: https://pr-41.preview.dev.slipway.example created",
      "apart from everything else",
      "pull request 41 is built once more: https://pr-41.preview.dev.slipway.example unchanged",
      "pull request 41 is pushed to: https://pr-41.preview.dev.slipway.example updated",
      "pull request 41 is merged: its preview is gone, and nothing of it is left",
      "release 1.1.0, written by ada, with 0002_add_address.sql",
      "dev, integration: passed (412 passed)",
      "qa signs for staging",
      "refused: by a tech-lead is missing",
      "lead signs for staging",
      "staging, compatibility: passed (app of release",
      "refused: it soaks for 24 h",
      "24 h pass",
      "manager signs for production",
      "refused: by a product-owner is missing",
      "owner signs for production",
      "production, compatibility: passed (app of release",
      "production, canary: passed",
      "watch of production: good",
      "2 deploys",
      "lead time",
    ];
    let from = 0;
    for (const line of told) {
      const at = stdout.indexOf(line, from);
      expect(at, `"${line}" after "${stdout.slice(Math.max(0, from - 80), from)}"`).to.be.at.least(0);
      from = at + line.length;
    }
  });
});
