import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { version } from "../../../package.json";
import { SlipwayError } from "../../errors";
import { committedMigrations } from "../../migrations/committed";
import { outlook } from "../../migrations/gate";
import { judge } from "../../migrations/judge";
import { checksumsOf, inOrder } from "../../migrations/migration";
import { isFailed, jsonReport, sarifReport, textReport, type MigrationReport } from "../../migrations/report";
import { openRepository } from "../../promotion/git";
import type { Invocation } from "../invocation";
import type { MigrationsOptions } from "../migrations";

/** `slipway migrations check FOLDER [--since REVISION]`. */
export async function migrationsCommand(
  { folder, since, output }: MigrationsOptions,
  { root, terminal }: Invocation,
): Promise<number> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) throw noFolder(folder);
  const names = readdirSync(folder).filter((name) => statSync(path.join(folder, name)).isFile());
  const migrations = inOrder(names.map((name) => ({ name, bytes: readFileSync(path.join(folder, name)) })));
  const all = new Set(migrations.map(({ name }) => name));
  const seen =
    since === undefined
      ? { pending: migrations, history: [], findings: await judge({ migrations, pending: all, apart: true }) }
      : await outlook(migrations, appliedAt(root, folder, since));
  const report: MigrationReport = {
    folder,
    version,
    judged: seen.pending.length,
    findings: seen.findings,
    history: seen.history,
  };
  if (output === "sarif") terminal.line(JSON.stringify(sarifReport(report), null, 2));
  else if (output === "json") terminal.document(jsonReport(report));
  else terminal.line(textReport(report));
  return isFailed(report) ? 1 : 0;
}

/** Checksums of the folder as it was at a revision. */
function appliedAt(root: string, folder: string, since: string): Record<string, string> {
  const within = path.relative(root, path.resolve(folder));
  if (within.startsWith("..") || path.isAbsolute(within))
    throw new SlipwayError(
      "folder-outside",
      `${folder} is not in the project at ${root}, so no revision of it knows the folder`,
      "name a folder of the project, or leave --since out",
      "usage",
    );
  const repository = openRepository(root);
  const posix = within.split(path.sep).join("/");
  return checksumsOf(committedMigrations(repository, repository.commit(since), posix));
}

function noFolder(folder: string): SlipwayError {
  return new SlipwayError(
    "path-not-found",
    `there is no folder ${folder}`,
    "name the folder that holds the migrations, one file each",
    "usage",
  );
}
