"use strict";
// The entry the pack runner loads. The runner hands every TypeScript file to ts-node with type checking, which costs
// seconds per preview; types are checked where the pack is developed, so here TypeScript is only stripped, and the
// many small files are read as one: the first start writes it, and any change of any file writes another.
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const nodeModule = require("node:module");
const path = require("node:path");

/** Where what one start makes is kept for the next: beside the packages it is made with, for nobody else to write. */
function cacheFolder() {
  const builder = require.resolve("esbuild/package.json");
  const folder = path.join(path.dirname(path.dirname(builder)), ".cache", "slipway-policy");
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Node's own cache of compiled sources, keyed by their content; what an engine has set up already is left alone. */
function keepCompiled() {
  try {
    nodeModule.enableCompileCache?.(path.join(cacheFolder(), "compiled"));
  } catch {
    // No place to keep it: slower, and the same pack.
  }
}

/**
 * The policy SDK asks the SDK of programs for two things, and that would load all of it: a third of a second, and
 * parts (automation, packaging) no pack runs. The two are handed out by themselves; whoever asks for more gets it.
 */
function deferProgramSdk() {
  const { resolve } = nodeModule.createRequire(require.resolve("@pulumi/policy"));
  const file = resolve("@pulumi/pulumi");
  if (require.cache[file] !== undefined) return;
  const parts = {
    asset: () => require(resolve("@pulumi/pulumi/asset")),
    Output: () => require(resolve("@pulumi/pulumi/output")).Output,
  };
  let whole;
  const stand = new nodeModule.Module(file, module);
  stand.filename = file;
  stand.loaded = true;
  stand.exports = new Proxy(
    {},
    {
      get(_, name) {
        if (whole === undefined && Object.hasOwn(parts, name)) return parts[name]();
        if (whole === undefined) {
          delete require.cache[file];
          whole = require(file);
        }
        return whole[name];
      },
    },
  );
  require.cache[file] = stand;
}

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
    const folder = cacheFolder();
    const file = path.join(folder, `${hash.digest("hex")}.cjs`);
    if (fs.existsSync(file)) return file;
    const { outputFiles } = require("esbuild").buildSync({
      entryPoints: [path.join(__dirname, "pack.ts")],
      bundle: true,
      platform: "node",
      format: "cjs",
      packages: "external",
      write: false,
      logLevel: "silent",
    });
    const bundles = fs.readdirSync(folder).filter((name) => name.endsWith(".cjs"));
    const older = bundles.sort(byAge(folder)).slice(KEPT);
    for (const old of older) fs.rmSync(path.join(folder, old), { force: true });
    // What was compiled of those goes with them; of the others it is made again at their next start.
    if (older.length > 0) fs.rmSync(path.join(folder, "compiled"), { recursive: true, force: true });
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

keepCompiled();
deferProgramSdk();
const pack = load();
// The clock and the SDK's inside are taken here, at the edge: the rules themselves depend on neither.
pack.start(new Date(), require("@pulumi/policy/deserialize"));
// An engine ends a pack without a word, and with it all that would be kept at a proper end.
nodeModule.flushCompileCache?.();
