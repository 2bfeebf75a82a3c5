#!/usr/bin/env node
"use strict";
/**
 * `npm test`: every stage in order, all of them even after a failure, one closing line. Stage names as arguments run
 * only those (`npm test -- unit`).
 */
const { spawnSync } = require("node:child_process");
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
  unit: mocha("--spec", "test/**/*.test.ts", "--ignore", "test/engine/**", "--ignore", "test/rehearsal/**"),
  engine: mocha("--spec", "test/engine/**/*.test.ts", "--timeout", "60000"),
  rehearsal: mocha("--spec", "test/rehearsal/**/*.test.ts", "--timeout", "600000"),
};

const asked = process.argv.slice(2);
for (const name of asked) {
  if (!(name in stages)) {
    process.stderr.write(`test: no stage "${name}"; there are ${Object.keys(stages).join(", ")}\n`);
    process.exit(2);
  }
}

const results = [];
for (const [name, args] of Object.entries(stages)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stdout.write(`\n== ${name}\n`);
  const started = process.hrtime.bigint();
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
  .map((stage) => `${stage.name} ${stage.ok ? "ok" : "FAILED"} ${stage.seconds.toFixed(0)}s`)
  .join(", ");
process.stdout.write(`\nslipway test: ${failed.length === 0 ? "passed" : "failed"} (${line})\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
