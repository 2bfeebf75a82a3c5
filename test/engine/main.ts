import { spawnSync } from "node:child_process";
import path from "node:path";

/** `npm run test:engine -- --engine pulumi|builtin`: the conformance suite against either engine. */
const at = process.argv.indexOf("--engine");
const engine = at < 0 ? "builtin" : process.argv[at + 1];
if (engine !== "builtin" && engine !== "pulumi") {
  process.stderr.write(`test:engine: --engine takes builtin or pulumi, not ${String(engine)}\n`);
  process.exit(2);
}
if (engine === "pulumi" && spawnSync("pulumi", ["version"]).status !== 0) {
  process.stderr.write(
    "test:engine: there is no pulumi CLI on PATH to test\n  fix: install it (https://www.pulumi.com/docs/install/) and run the command again\n",
  );
  process.exit(3);
}
const mocha = path.join(__dirname, "..", "..", "node_modules", "mocha", "bin", "mocha.js");
const run = spawnSync(
  process.execPath,
  [mocha, "--no-config", "--import=tsx", "--timeout", "120000", path.join(__dirname, "conformance.test.ts")],
  { stdio: "inherit", env: { ...process.env, SLIPWAY_TEST_ENGINE: engine } },
);
process.exit(run.status ?? 1);
