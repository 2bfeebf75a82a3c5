import { createHash } from "node:crypto";
import { SlipwayError } from "../../../errors";
import type { PendingOperation, ResourceState, Snapshot } from "../model";
import { needs } from "../deploy/targets";
import { ENGINE_VERSION } from "../version";
import type { Files } from "./files";
import { belongsTo, replay } from "./journal";
import type { Layout } from "./layout";
import type { Vault } from "./vault";

/** The deployment format, as `stack export` prints it and the stack file holds it (pulumi.md 8.6). */
export interface StoredDeployment {
  manifest: { time: string; magic: string; version: string };
  secrets_providers?: { type: string; state: { salt: string } };
  resources?: ResourceState[];
  pending_operations?: { resource: ResourceState; type: PendingOperation["type"] }[];
  metadata?: object;
}
interface StoredCheckpoint {
  version: number;
  checkpoint: { stack: string; latest?: StoredDeployment };
}

/** `magic` is the hash of the version: the CLI refuses a state whose two do not fit. */
const magicOf = (version: string) => createHash("sha256").update(version).digest("hex");
export const fingerprint = (text: string) => createHash("sha256").update(text).digest("hex");

/** A stack's state as it stands on disk. */
export class StackFile {
  constructor(
    private readonly files: Files,
    private readonly layout: Layout,
    readonly project: string,
    readonly stack: string,
  ) {}

  get file(): string {
    return this.layout.checkpoint(this.project, this.stack);
  }
  get journalFile(): string {
    return this.layout.journal(this.project, this.stack);
  }
  exists(): boolean {
    return this.files.read(this.file) !== undefined;
  }

  /** The stored deployment with secrets as they are on disk; undefined when there is no such stack. */
  stored(): { deployment: StoredDeployment; fingerprint: string } | undefined {
    const text = this.files.read(this.file);
    if (text === undefined) return undefined;
    let parsed: StoredCheckpoint;
    try {
      parsed = JSON.parse(text) as StoredCheckpoint;
    } catch (error) {
      throw this.corrupt(`it is not complete JSON (${(error as Error).message})`);
    }
    const deployment = parsed?.checkpoint?.latest;
    if (parsed?.version !== 3 && parsed?.version !== 4)
      throw this.corrupt(`its version is ${JSON.stringify(parsed?.version)}, not 3`);
    if (parsed.version === 4)
      throw new SlipwayError(
        "state-too-new",
        `${this.file} uses deployment format 4, whose features the built-in engine does not have`,
        "use an installed Pulumi CLI for this stack (--engine pulumi)",
        "usage",
      );
    if (typeof parsed.checkpoint !== "object") throw this.corrupt("it holds no checkpoint");
    return { deployment: deployment ?? emptyDeployment(undefined, new Date(0)), fingerprint: fingerprint(text) };
  }

  /** What really is: the checkpoint, and what a run that did not end recorded beside it. */
  snapshot(vault: Vault | undefined): { snapshot: Snapshot; fingerprint: string; recovered: boolean } {
    const stored = this.stored();
    if (stored === undefined) throw new Error(`no stack file ${this.file}`);
    const open = (state: ResourceState) => (vault === undefined ? state : vault.openState(state));
    const { deployment } = stored;
    const base: Snapshot = {
      resources: (deployment.resources ?? []).map(open),
      pending: (deployment.pending_operations ?? []).map(({ resource, type }) => ({ type, resource: open(resource) })),
    };
    const journal = this.files.read(this.journalFile);
    // A run that ended between the two reads has put both in new places: what belongs together is read again.
    if (journal !== undefined && this.movedOn(journal, stored.fingerprint)) return this.snapshot(vault);
    if (journal === undefined || journal === "" || vault === undefined || this.folded(journal, stored.fingerprint))
      return { snapshot: base, fingerprint: stored.fingerprint, recovered: false };
    return {
      snapshot: replay(base, journal, stored.fingerprint, this.journalFile, vault),
      fingerprint: stored.fingerprint,
      recovered: true,
    };
  }

  /** A journal of the previous checkpoint has been folded into this one: the process died before it could remove it. */
  private folded(journal: string, current: string): boolean {
    const header = belongsTo(journal);
    // Not even its first line was complete: nothing in it was acknowledged.
    if (header === undefined) return !journal.includes("\n");
    if (header === current) return false;
    const before = this.files.read(`${this.file}.bak`);
    return before !== undefined && fingerprint(before) === header;
  }

  private movedOn(journal: string, seen: string): boolean {
    if (belongsTo(journal) === seen) return false;
    const now = this.files.read(this.file);
    return now !== undefined && fingerprint(now) !== seen;
  }

  /** Writes the whole state at once, keeps the former beside it, and only then forgets the journal. */
  save(snapshot: Snapshot, vault: Vault | undefined, now: Date): string {
    checkOrder(snapshot.resources);
    const deployment = emptyDeployment(vault?.salt, now);
    const seal = (state: ResourceState) => tidy(vault === undefined ? state : vault.sealState(state));
    deployment.resources = snapshot.resources.map(seal);
    if (snapshot.pending.length > 0)
      deployment.pending_operations = snapshot.pending.map(({ resource, type }) => ({
        resource: seal(resource),
        type,
      }));
    const text = this.write(deployment);
    this.files.remove(this.journalFile);
    return text;
  }

  write(deployment: StoredDeployment): string {
    const checkpoint: StoredCheckpoint = {
      version: 3,
      checkpoint: { stack: `organization/${this.project}/${this.stack}`, latest: deployment },
    };
    const text = JSON.stringify(checkpoint);
    const before = this.files.read(this.file);
    if (before !== undefined) this.files.replace(`${this.file}.bak`, before);
    this.files.replace(this.file, text);
    return text;
  }

  private corrupt(why: string): SlipwayError {
    return new SlipwayError(
      "state-corrupt",
      `the state file ${this.file} is damaged: ${why}`,
      `nothing was changed; restore it from ${this.file}.bak or from the backups folder`,
      "refused",
    );
  }
}

export function emptyDeployment(salt: string | undefined, now: Date): StoredDeployment {
  return {
    manifest: { time: now.toISOString(), magic: magicOf(`v${ENGINE_VERSION}`), version: `v${ENGINE_VERSION}` },
    ...(salt === undefined ? {} : { secrets_providers: { type: "passphrase", state: { salt } } }),
    metadata: {},
  };
}

/** Empty fields are left out, as the CLI does; `custom` always stands. */
export function tidy(state: ResourceState): ResourceState {
  const entries = Object.entries(state).filter(([key, value]) => key === "custom" || !isEmpty(value));
  return Object.fromEntries(entries) as unknown as ResourceState;
}
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === "" || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** The integrity rules the CLI checks on every write (pulumi.md 8.6): a state that breaks one is not written. */
export function checkOrder(resources: readonly ResourceState[]): void {
  const before = new Set<string>();
  const live = new Set<string>();
  const all = new Set(resources.map((state) => state.urn));
  for (const state of resources) {
    if (!state.delete && live.has(state.urn)) throw invalid(`${state.urn} appears twice`);
    if (!state.custom && state.id) throw invalid(`component ${state.urn} has an id`);
    for (const need of needs(state)) {
      if (before.has(need)) continue;
      throw invalid(`${state.urn} comes before ${need}${all.has(need) ? "" : ", which is missing"}`);
    }
    if (!state.delete) live.add(state.urn);
    before.add(state.urn);
  }
}
function invalid(why: string): SlipwayError {
  return new SlipwayError(
    "state-invalid",
    `the state would be invalid: ${why}`,
    "this is a defect of the engine or of an imported state; the stored state is untouched",
    "engine",
  );
}
