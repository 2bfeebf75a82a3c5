#!/usr/bin/env node
"use strict";
/**
 * `npm test`: every stage, as many at once as keep the machine's cores busy, all of them even after a failure, one closing
 * line. A stage's output is shown when it is done, whole. Stage names as arguments run only those (`npm test -- unit`).
 */
const { spawn } = require("node:child_process");
const os = require("node:os");
const path = require("node:path");
const { root, ensureInstalled, nodePath } = require("./installed.cjs");

ensureInstalled();
const node = nodePath();
const bin = (name) => path.join(root, "node_modules", ...name.split("/"));
const mocha = (...args) => [bin("mocha/bin/mocha.js"), ...args];

/** The longest first, so that the short ones fill what is left at the end. */
const stages = {
  rehearsal: mocha(
    ...["--spec", "test/rehearsal/**/*.test.ts", "--timeout", "1200000"],
    ...["--ignore", "test/rehearsal/kill.test.ts"],
  ),
  unit: mocha(
    "--spec",
    "test/**/*.test.ts",
    ...["engine", "rehearsal", "control-plane"].flatMap((name) => ["--ignore", `test/${name}/**`]),
  ),
  "control-plane": mocha("--spec", "test/control-plane/**/*.test.ts", "--timeout", "120000"),
  kill: mocha("--spec", "test/rehearsal/kill.test.ts", "--timeout", "1200000"),
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
  engine: mocha("--spec", "test/engine/**/*.test.ts", "--timeout", "60000"),
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
/**
 * Stages at once: one more than cores, since each waits now and then; more than four would ask for more memory than a
 * laptop has to spare. A single core, or a single stage, shows what it says as it comes.
 */
const cores = os.availableParallelism();
const LANES = Math.min(cores === 1 ? 1 : cores + 1, 4, chosen.length);

/** Runs one program to its end; its output is held back and given whole, or goes straight on where it runs alone. */
function run(args, { env = {}, live = false, quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(node, args, {
      cwd: root,
      stdio: ["ignore", live ? "inherit" : "pipe", live ? "inherit" : "pipe"],
      env: { ...process.env, ...env },
    });
    // A cold build of a control plane takes minutes: it gets what the stages leave of the machine.
    if (quiet && child.pid !== undefined) os.setPriority(child.pid, os.constants.priority.PRIORITY_LOW);
    let said = "";
    let errors = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => (said += text));
    child.stderr?.setEncoding("utf8").on("data", (text) => ((said += text), (errors += text)));
    child.on("error", (error) => resolve({ ok: false, said: `${said}${error.message}\n`, errors: error.message }));
    child.on("close", (status) => resolve({ ok: status === 0, said, errors }));
  });
}

/** What the chosen stages need is sought, or built, from the start: `made[name]` answers when it is there. */
const made = {};
const ready = new Set(Object.keys(stages).filter((name) => !(name in needs)));
for (const [name] of chosen.filter(([name]) => name in needs))
  made[name] = run(needs[name], { quiet: LANES > 1 }).finally(() => ready.add(name));

async function stage([name, args]) {
  const need = await made[name];
  if (need?.ok === false) {
    process.stdout.write(`\n== ${name}\nskipped: ${need.errors.trim().replaceAll("\n", "; ")}\n`);
    return { name, ok: true, skipped: true, seconds: 0 };
  }
  const live = LANES === 1;
  if (live) process.stdout.write(`\n== ${name}\n`);
  const started = process.hrtime.bigint();
  const { ok, said } = await run(args, { env: { NODE_OPTIONS: "--max-old-space-size=4096" }, live });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (!live) process.stdout.write(`\n== ${name}: ${ok ? "ok" : "FAILED"}, ${seconds.toFixed(0)}s\n${said}`);
  return { name, ok, seconds };
}

async function main() {
  const started = process.hrtime.bigint();
  const waiting = [...chosen];
  const results = [];
  const lane = async () => {
    for (;;) {
      // A stage whose needs are still being built lets the others go first.
      const next = waiting.findIndex(([name]) => ready.has(name));
      const [one] = waiting.splice(Math.max(next, 0), 1);
      if (one === undefined) return;
      results.push(await stage(one));
    }
  };
  if (LANES > 1) process.stdout.write(`slipway test: ${chosen.map(([name]) => name).join(", ")}; ${LANES} at once\n`);
  await Promise.all(Array.from({ length: LANES }, lane));

  const failed = results.filter(({ ok }) => !ok);
  const line = Object.keys(stages)
    .flatMap((name) => results.filter((one) => one.name === name))
    .map(({ name, ok, skipped, seconds }) =>
      skipped ? `${name} skipped` : `${name} ${ok ? "ok" : "FAILED"} ${seconds.toFixed(0)}s`,
    )
    .join(", ");
  const all = (Number(process.hrtime.bigint() - started) / 1e9).toFixed(0);
  process.stdout.write(`\nslipway test: ${failed.length === 0 ? "passed" : "failed"} in ${all}s (${line})\n`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

void main();
