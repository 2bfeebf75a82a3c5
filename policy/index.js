"use strict";
// The entry the pack runner loads. The runner hands every TypeScript file to ts-node with type checking, which costs
// seconds per preview; types are checked where the pack is developed, so here TypeScript is only stripped, and the
// many small files are read as one: the first start writes it, and any change of any file writes another.
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

/** Every source of the pack, tests and packages aside. */
function sources(folder) {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === "node_modules" ? [] : sources(file);
      return /\.(?:ts|json)$/.test(entry.name) ? [file] : [];
    });
}

/** Bundles kept beside the newest: checkouts that share their packages take turns. */
const KEPT = 7;
const byAge = (folder) => (a, b) =>
  fs.statSync(path.join(folder, b)).mtimeMs - fs.statSync(path.join(folder, a)).mtimeMs;

/** The pack as one file, made once for what its sources say now; undefined where it cannot be made or kept. */
function bundled() {
  try {
    const builder = require.resolve("esbuild/package.json");
    const hash = createHash("sha256").update(`${process.version} ${fs.readFileSync(builder, "utf8")}`);
    for (const file of sources(__dirname))
      hash.update(`\0${path.relative(__dirname, file)}\0`).update(fs.readFileSync(file));
    const folder = path.join(path.dirname(path.dirname(builder)), ".cache", "slipway-policy");
    const file = path.join(folder, `${hash.digest("hex")}.cjs`);
    if (fs.existsSync(file)) return file;
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { outputFiles } = require("esbuild").buildSync({
      entryPoints: [path.join(__dirname, "pack.ts")],
      bundle: true,
      platform: "node",
      format: "cjs",
      packages: "external",
      write: false,
      logLevel: "silent",
    });
    const older = fs.readdirSync(folder).sort(byAge(folder)).slice(KEPT);
    for (const old of older) fs.rmSync(path.join(folder, old), { force: true });
    const draft = `${file}.${process.pid}`;
    // Whole or not at all: two previews may start at once.
    fs.writeFileSync(draft, outputFiles[0].text, { mode: 0o600 });
    fs.renameSync(draft, file);
    return file;
  } catch {
    return undefined;
  }
}

/** File by file, where there is no bundle. */
function unbundled() {
  require("tsx/cjs/api").register();
  return require("./pack.ts");
}

function load() {
  const bundle = bundled();
  try {
    if (bundle !== undefined) return require(bundle);
  } catch (error) {
    // Taken away by another checkout between the look and the reading.
    if (fs.existsSync(bundle)) throw error;
  }
  return unbundled();
}

const pack = load();
// The clock and the SDK's inside are taken here, at the edge: the rules themselves depend on neither.
pack.start(new Date(), require("@pulumi/policy/deserialize"));
