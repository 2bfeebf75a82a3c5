import { SlipwayError, exitCodes } from "../../errors";
import { findBinaries, minorOf, type Search } from "./binaries";
import { buildPart, type BuildProgress } from "./build";
import { cacheRoot, readPart } from "./cache";
import { findTools, TOOLS } from "./tools";
import { alerting, minors, partsOf, type Part } from "./versions";

/**
 * `npm run control-plane [-- VERSION…]`: sees to it that a real control plane of these Kubernetes minors can start
 * here (default: the platform's own default). What KUBEBUILDER_ASSETS and PATH do not have is built once and kept.
 * `npm run control-plane -- alerting` does the same for what judges rules and routing of alerts.
 */
async function main(versions: readonly string[]): Promise<void> {
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => ending.abort());
  const show = display();
  for (const version of versions.length === 0 ? [minors[0]] : versions) {
    if (version === TOOLS) {
      await provide(alerting, (await findTools(process.env)).missing);
      for (const { name, version: found, source, path } of (await findTools(process.env)).found)
        show.line(`  ${name} ${found} (${source}) ${path}`);
      continue;
    }
    const minor = minorOf(version);
    await provide(partsOf(minor), (await findBinaries(minor, process.env)).missing);
    tell(minor, await findBinaries(minor, process.env), show.line);
  }

  async function provide(parts: readonly Part[], missing: readonly string[]): Promise<void> {
    for (const part of parts) {
      if (missing.some((name) => name in part.packages)) {
        const folder = await buildPart({
          part,
          variables: process.env,
          progress: show.progress,
          signal: ending.signal,
        });
        show.line(`built ${part.name} ${part.version} in ${folder}`);
      }
      // Whatever was built, now or long ago, is still what was built.
      await readPart(cacheRoot(process.env), part, { contents: true });
    }
  }
}

function tell(minor: string, { found, passedOver }: Search, line: (text: string) => void): void {
  line(`Kubernetes ${minor}: a real control plane is at hand`);
  for (const { name, version, source, path } of found) line(`  ${name} ${version} (${source}) ${path}`);
  for (const other of passedOver) line(`  passed over: ${other}`);
}

/** Lines, and between them one that is written over on a terminal; elsewhere a line per tenth. */
function display() {
  const live = process.stdout.isTTY;
  const started = performance.now();
  let last = "";
  const erase = live ? "\r\u001b[K" : "";
  return {
    line: (text: string) => void process.stdout.write(`${erase}${text}\n`),
    progress: ({ part, done, total, doing }: BuildProgress) => {
      const seconds = Math.round((performance.now() - started) / 1000);
      const tenth = total === 0 ? "" : ` ${Math.floor((10 * done) / total) * 10} %`;
      const words = {
        waiting: "waiting for another build of",
        fetching: "fetching modules of",
        compiling: "compiling",
      };
      const text = `${words[doing]} ${part}${live && total > 0 ? `: ${done} of ${total} packages, ${seconds} s` : tenth}`;
      if (text === last) return;
      last = text;
      process.stdout.write(live ? `${erase}${text}` : `${text}\n`);
    },
  };
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof SlipwayError)) throw error;
  process.stderr.write(`\n${error.message}\nfix: ${error.fix}\n`);
  process.exitCode = exitCodes[error.kind];
});
