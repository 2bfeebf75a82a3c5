#!/usr/bin/env node
"use strict";
/**
 * `npm test`: every stage in order, all of them even after a failure, one closing line. Stage names as arguments run
 * only those (`npm test -- unit`).
 */
const { spawn, spawnSync } = require("node:child_process");
const os = require("node:os");
const path = require("node:path");
const { root, ensureInstalled, nodePath } = require("./installed.cjs");

ensureInstalled();
const node = nodePath();
const bin = (name) => path.join(root, "node_modules", ...name.split("/"));
const mocha = (...args) => [bin("mocha/bin/mocha.js"), ...args];

const stages = {
  types: [bin("typescript/bin/tsc"), "--noEmit", "-p", "."],
  lint: [
    bin("eslint/bin/eslint.js"),
    "--max-warnings=0",
    "--cache",
    "--cache-location",
    "node_modules/.cache/eslint",
    ".",
  ],
  format: [bin("prettier/bin/prettier.cjs"), "--check", "--log-level=warn", "--cache", "."],
  unit: mocha(
    "--spec",
    "test/**/*.test.ts",
    ...["engine", "rehearsal", "control-plane"].flatMap((name) => ["--ignore", `test/${name}/**`]),
  ),
  engine: mocha("--spec", "test/engine/**/*.test.ts", "--timeout", "60000"),
  rehearsal: mocha("--spec", "test/rehearsal/**/*.test.ts", "--timeout", "600000"),
  "control-plane": mocha("--spec", "test/control-plane/**/*.test.ts", "--timeout", "120000"),
};
/** Finds or builds what a stage needs; where that cannot be had, the stage is skipped with the reason. */
const needs = { "control-plane": ["--import", "tsx", path.join(root, "orchestrator/sandbox/control-plane/main.ts")] };

const asked = process.argv.slice(2);
for (const name of asked) {
  if (!(name in stages)) {
    process.stderr.write(`test: no stage "${name}"; there are ${Object.keys(stages).join(", ")}\n`);
    process.exit(2);
  }
}

const chosen = Object.entries(stages).filter(([name]) => asked.length === 0 || asked.includes(name));
// A cold build takes minutes: it goes on beside the other stages, with what they leave of the machine.
for (const [name] of chosen.filter(([name], place) => name in needs && place > 0)) {
  const early = spawn(node, needs[name], { cwd: root, stdio: "ignore" });
  if (early.pid !== undefined) os.setPriority(early.pid, os.constants.priority.PRIORITY_LOW);
}

const results = [];
for (const [name, args] of chosen) {
  process.stdout.write(`\n== ${name}\n`);
  const started = process.hrtime.bigint();
  if (name in needs) {
    const made = spawnSync(node, needs[name], { cwd: root, stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
    if (made.status !== 0) {
      process.stdout.write(`skipped: ${made.stderr.trim().replaceAll("\n", "; ")}\n`);
      results.push({ name, ok: true, skipped: true, seconds: 0 });
      continue;
    }
  }
  const run = spawnSync(node, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, NODE_OPTIONS: "--max-old-space-size=4096" },
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  results.push({ name, ok: run.status === 0, seconds });
}

const failed = results.filter((stage) => !stage.ok);
const line = results
  .map(
    ({ name, ok, skipped, seconds }) =>
      `${name} ${skipped ? "skipped" : ok ? `ok ${seconds.toFixed(0)}s` : `FAILED ${seconds.toFixed(0)}s`}`,
  )
  .join(", ");
process.stdout.write(`\nslipway test: ${failed.length === 0 ? "passed" : "failed"} (${line})\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
