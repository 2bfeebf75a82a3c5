"use strict";
/**
 * Brings the locked dependencies in when they are missing or stale, and finds the Node that Slipway runs on.
 * Plain CommonJS without dependencies: it is the only code that has to run on the host's own Node (20 or newer).
 */
const { spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const { enableCompileCache } = require("node:module");
const os = require("node:os");
const path = require("node:path");

const root = path.dirname(__dirname);
const modules = path.join(root, "node_modules");
const stamp = path.join(modules, ".slipway-lock");

/** undici 8, below @kubernetes/client-node 2, sets this floor. */
const NODE_FLOOR = [22, 19];

/** Installs exactly package-lock.json when the last complete install was of another one. Messages go to stderr. */
function ensureInstalled() {
  const wanted = createHash("sha256")
    .update(fs.readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  const have = fs.existsSync(stamp) ? fs.readFileSync(stamp, "utf8") : undefined;
  if (have === wanted) return;
  process.stderr.write(
    `slipway: dependencies are ${have === undefined ? "missing" : "stale"}; installing the locked ones (npm ci)\n`,
  );
  const npm = spawnSync("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (npm.status !== 0) {
    const why = npm.error ? npm.error.message : npm.signal ? `ended by ${npm.signal}` : `exit code ${npm.status}`;
    fail(
      `npm ci did not finish: ${why}`,
      "read npm's output above; a package registry must be reachable for the first run",
    );
  }
  fs.writeFileSync(stamp, wanted);
}

/** The pinned Node of this platform, or the running one where none is published (macOS) and it is new enough. */
function nodePath() {
  const suffix = process.platform === "win32" ? "win-x64" : `${process.platform}-${process.arch}`;
  const pinned = path.join(modules, `node-${suffix}`, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (fs.existsSync(pinned)) return pinned;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor >= NODE_FLOOR[1])) return process.execPath;
  return fail(
    `Node ${process.versions.node} is too old and no Node is published as a package for ${process.platform}-${process.arch}`,
    `install Node ${NODE_FLOOR.join(".")} or newer and run the command again`,
  );
}

/**
 * Keeps what V8 compiles, for this process and those it starts: loading code is a tenth of a rehearsal. In the user's own
 * cache folder, since whoever can write there decides what runs.
 */
function keepCompiled() {
  const given = process.env.XDG_CACHE_HOME;
  const cache = given && path.isAbsolute(given) ? given : path.join(os.homedir(), ".cache");
  process.env.NODE_COMPILE_CACHE ??= path.join(cache, "slipway", "compiled");
  enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
}

function fail(message, fix) {
  process.stderr.write(`slipway: ${message}\n  fix: ${fix}\n`);
  process.exit(2);
}

module.exports = { root, ensureInstalled, nodePath, keepCompiled };
