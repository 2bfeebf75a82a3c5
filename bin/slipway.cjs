#!/usr/bin/env node
"use strict";
/** The command line's entry: installs what is missing, then runs orchestrator/main.ts on the pinned Node. */
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { root, ensureInstalled, keepCompiled, nodePath } = require("./installed.cjs");

/**
 * As in package.json's scripts. Of what a rehearsal holds little is alive: a heap that grows by halves stays below 1 GiB,
 * and a larger nursery keeps what dies young out of it.
 */
const MEMORY = ["--max-old-space-size=2048", "--heap-growing-percent=50", "--max-semi-space-size=32"];

ensureInstalled();
keepCompiled();
const node = nodePath();
const main = path.join(root, "orchestrator", "main.ts");
const loader = pathToFileURL(require.resolve("tsx", { paths: [root] })).href;

if (fs.realpathSync(node) === fs.realpathSync(process.execPath)) {
  // Already on the right Node, as in every npm script once the install is there: no second process.
  import(loader).then(() => require(main));
} else {
  const child = spawn(node, [...MEMORY, "--import", loader, main, ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends Ctrl-C to the whole process group, the child included; a plain kill reaches only this process.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => {
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}
