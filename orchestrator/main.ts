import path from "node:path";
import { runCli } from "./cli/run-cli";

// The Pulumi SDK takes stack traces of every resource it registers, good or bad, and they cost a tenth of a rehearsal.
// Errors meant for people carry words, not traces; whoever looks for a defect asks for them.
if (process.env["SLIPWAY_DEBUG"] === undefined) {
  process.setSourceMapsEnabled(false);
  Error.stackTraceLimit = 0;
}

/** The process: arguments in, exit code out. The only place that ends it. */
void runCli({
  args: process.argv.slice(2),
  root: path.dirname(__dirname),
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  variables: process.env,
}).then((code) => {
  // Servers of a failed run may still hold the loop; what was printed must be out first.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
});
