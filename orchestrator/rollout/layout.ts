import { mkdirSync } from "node:fs";
import path from "node:path";
import { fileError } from "./files";

/** Where everything of one target lives under the state directory. Rehearsals and real runs never share a file. */
export interface Layout {
  readonly base: string;
  /** Pulumi's file backend of a rehearsal. */
  readonly backend: string;
  /** PULUMI_HOME of a rehearsal: the user's own logins stay untouched. */
  readonly home: string;
  readonly temporary: string;
  readonly reports: string;
  readonly passphrase: string;
  /** Lease and journal of an environment. */
  environment(name: string): string;
  journal(name: string): string;
  /** The engine's working directory: copies of Pulumi.yaml and Pulumi.<env>.yaml. */
  work(name: string): string;
  /** The rehearsal world: account, cluster. */
  world(name: string): string;
}

export function createLayout(stateDirectory: string, target: string): Layout {
  const base = path.resolve(stateDirectory, target);
  const environment = (name: string) => path.join(base, name);
  return {
    base,
    backend: path.join(base, "backend"),
    home: path.join(base, "home"),
    temporary: path.join(base, "tmp"),
    reports: path.join(base, "reports"),
    passphrase: path.join(base, "passphrase"),
    environment,
    journal: (name) => path.join(environment(name), "journal.jsonl"),
    work: (name) => path.join(environment(name), "work"),
    world: (name) => path.join(environment(name), "world"),
  };
}

/** Makes folders only their owner can enter. @throws SlipwayError naming the folder. */
export function makeFolders(...folders: string[]): void {
  for (const folder of folders) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw fileError(error, folder);
    }
  }
}
