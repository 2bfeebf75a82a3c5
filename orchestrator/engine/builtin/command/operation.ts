import { readHistory, recordHistory } from "../backend/history";
import { resolve, type ResolvedConfig } from "../backend/settings";
import { fingerprint, type StackFile } from "../backend/checkpoint";
import { StackLock } from "../backend/lock";
import { saveWhole, StateRecorder, type Recorded } from "../backend/state-recorder";
import type { Vault } from "../backend/vault";
import { forgetfulWriter } from "../deploy/snapshot";
import type {
  DeploymentRequest,
  DeploymentResult,
  OperationKind,
  PolicyGate,
  ProgramHost,
  Properties,
  Snapshot,
} from "../model";
import { inlineProgram } from "../program/inline";
import { attachedProviders } from "../provider/locator";
import { revealed } from "../values";
import { Arguments } from "./arguments";
import type { CommandContext } from "./context";
import { EventLog } from "./event-log";
import { CommandFailure, exit } from "./failure";
import type { Interrupter } from "./interrupter";
import { narrate, summarise } from "./narration";
import { operationFlags, operationOptions, refuseUnoffered } from "./operation-flags";
import { keptConfig, runEntry } from "./run-entry";
import { rootOutputs } from "./stack-commands";

/** up, preview, refresh, destroy and import: from the command line to a finished state file. */
export async function operate(
  context: CommandContext,
  command: "up" | "preview" | "refresh" | "destroy" | "import",
  words: readonly string[],
  interrupter: Interrupter,
): Promise<void> {
  const args = new Arguments(command, words, operationFlags);
  refuseUnoffered(args);
  const dryRun = command === "preview" || args.has("preview-only");
  const kind: OperationKind = command === "up" || command === "preview" ? (dryRun ? "preview" : "update") : command;
  const file = context.existing(args);
  const settings = context.settings(args.stack(), args);
  const vault = await context.vault(settings, file);
  const key = await context.key(settings, file);
  const config = new Map(
    [...settings.values(context.project.name)].map(([name, value]) => [name, resolve(value, key)]),
  );

  // Previews take no lock (pulumi.md 5.1): a drift check never blocks a rollout.
  const lock = dryRun
    ? undefined
    : StackLock.acquire(context.files, context.layout.locks(file.project, file.stack), context.now());
  try {
    await new Operation(context, args, kind, dryRun, file, vault, config, interrupter).run();
  } finally {
    lock?.release();
  }
}

class Operation {
  private readonly started: Date;
  private readonly log: EventLog;

  constructor(
    private readonly context: CommandContext,
    private readonly args: Arguments,
    private readonly kind: OperationKind,
    private readonly dryRun: boolean,
    private readonly file: StackFile,
    private readonly vault: Vault,
    private readonly config: ReadonlyMap<string, ResolvedConfig>,
    private readonly interrupter: Interrupter,
  ) {
    this.started = context.now();
    this.log = new EventLog(args.value("event-log"), context.now);
  }

  async run(): Promise<void> {
    try {
      const { snapshot, fingerprint: current, recovered } = this.file.snapshot(this.vault);
      // What a killed run left is folded in first, so that the journal of this run starts from a whole checkpoint.
      const magic = recovered && !this.dryRun ? this.foldIn(snapshot) : current;
      await this.perform(snapshot, magic);
    } finally {
      this.emit({ cancelEvent: {} });
      await this.log.close();
    }
  }

  private foldIn(snapshot: Snapshot): string {
    this.file.save(snapshot, this.vault, this.context.now());
    return fingerprint(this.context.files.read(this.file.file) as string);
  }

  private recorded(at?: Date): Recorded {
    const { context, file, vault } = this;
    return { files: context.files, file, vault, now: at === undefined ? context.now : () => at };
  }

  private readonly emit = (event: Parameters<EventLog["send"]>[0]): void => {
    this.log.send(event);
    const { out, err } = narrate(event, this.file.stack);
    if (out) this.context.stdout(out);
    if (err) this.context.stderr(err);
  };

  private async perform(base: Snapshot, magic: string): Promise<void> {
    const policies = await this.policies();
    let writer: StateRecorder | undefined;
    let result: DeploymentResult;
    try {
      this.emit({
        preludeEvent: {
          config: Object.fromEntries(
            [...this.config].map(([name, value]) => [name, value.secret ? "[secret]" : value.value]),
          ),
        },
      });
      if (!this.dryRun) writer = await StateRecorder.open(this.recorded(), base, magic);
      const { deploy } = await import("../deploy/deploy.ts");
      result = await deploy(this.request(base, writer, policies));
    } finally {
      await policies?.close();
      await writer?.close();
    }
    this.conclude(result, policies);
  }

  private request(
    base: Snapshot,
    writer: StateRecorder | undefined,
    policies: PolicyGate | undefined,
  ): DeploymentRequest {
    const { context, config } = this;
    const program = this.program();
    return {
      kind: this.kind,
      dryRun: this.dryRun,
      organization: "organization",
      project: this.file.project,
      stack: this.file.stack,
      config: Object.fromEntries([...config].map(([name, value]) => [name, value.value])),
      configSecretKeys: [...config].filter(([, value]) => value.secret).map(([name]) => name),
      base,
      writer: writer ?? forgetfulWriter(),
      ...(program === undefined ? {} : { program }),
      providers: attachedProviders(context.environment["PULUMI_DEBUG_PROVIDERS"]),
      ...(policies === undefined ? {} : { policies }),
      stackOutputs: (name) => this.outputsOf(name),
      options: operationOptions(context, this.args, this.kind),
      emit: this.emit,
      interruption: this.interrupter,
      now: context.now,
    };
  }

  private program(): ProgramHost | undefined {
    if (this.kind === "import") return undefined;
    const optional = this.kind === "refresh" || this.kind === "destroy";
    if (optional && this.args.value("run-program") !== "true") return undefined;
    const client = this.args.value("client");
    if (client !== undefined) return inlineProgram(client);
    const { runtime, main } = this.context.project;
    const { folder } = this.context;
    return {
      run: async (request) => {
        const { localProgram } = await import("../program/local.ts");
        return localProgram({
          folder,
          runtime,
          main,
          environment: this.context.environment,
          say: (text) =>
            this.emit({
              diagnosticEvent: { prefix: "", message: text, color: "never", severity: "info#err", ephemeral: false },
            }),
        }).run(request);
      },
    };
  }

  private async policies(): Promise<(PolicyGate & { close(): Promise<void> }) | undefined> {
    const packs = this.args.list("policy-pack");
    const configs = this.args.list("policy-pack-config");
    if (packs.length === 0) return undefined;
    if (configs.length > 0 && configs.length !== packs.length)
      throw new CommandFailure(
        exit.error,
        `error: the number of policy-pack-config values (${configs.length}) must match the number of policy-pack values (${packs.length})`,
      );
    const { loadPolicyGate } = await import("../policy/gate.ts");
    return loadPolicyGate({
      packs: packs.map((path, index) => ({
        path,
        ...(configs[index] === undefined ? {} : { configPath: configs[index] }),
      })),
      folder: this.context.folder,
      organization: "organization",
      project: this.file.project,
      stack: this.file.stack,
      dryRun: this.dryRun,
      config: Object.fromEntries([...this.config].map(([name, value]) => [name, value.value])),
      configSecretKeys: [...this.config].filter(([, value]) => value.secret).map(([name]) => name),
      emit: this.emit,
    });
  }

  /** Stack references look into the same backend: `organization/<project>/<stack>` or a stack of this project. */
  private outputsOf(name: string): Promise<{ outputs: Properties; secretOutputNames: string[] } | undefined> {
    const parts = name.split("/");
    const project = parts.length > 1 ? (parts.at(-2) as string) : this.file.project;
    const other = this.context.stackFileOf(project, parts.at(-1) as string);
    if (!other.exists()) return Promise.resolve(undefined);
    return this.context.readSnapshot(other).then((snapshot) => {
      const outputs = rootOutputs(snapshot);
      return {
        outputs,
        secretOutputNames: Object.keys(outputs).filter(
          (key) => JSON.stringify(revealed(outputs[key] ?? null)) !== JSON.stringify(outputs[key]),
        ),
      };
    });
  }

  private conclude(result: DeploymentResult, policies: PolicyGate | undefined): void {
    const ended = this.context.now();
    let checkpoint: string | undefined;
    if (!this.dryRun) checkpoint = saveWhole(this.recorded(ended), result.snapshot).text;
    this.emit({
      summaryEvent: {
        maybeCorrupt: false,
        durationSeconds: Math.round((ended.getTime() - this.started.getTime()) / 1000),
        resourceChanges: result.changes,
        PolicyPacks: policies?.packs ?? {},
        isPreview: this.dryRun,
        result: result.result,
      },
    });
    this.context.stdout(summarise(result.changes, this.dryRun));
    if (checkpoint !== undefined) this.remember(result, checkpoint, ended);
    if (result.result === "canceled") throw new CommandFailure(exit.cancelled, "error: operation canceled");
    if (result.result === "failed")
      // Why was already said, as a diagnostic; the CLI's last line repeats none of it.
      throw new CommandFailure(exit.error, `error: ${this.dryRun ? "preview" : this.kind} failed`);
    const changed = Object.entries(result.changes).filter(([op, count]) => op !== "same" && op !== "read" && count > 0);
    if (this.args.has("expect-no-changes") && changed.length > 0)
      throw new CommandFailure(
        exit.expectedNoChanges,
        `error: no changes were expected but changes ${this.dryRun ? "were proposed" : "occurred"}`,
      );
  }

  private remember(result: DeploymentResult, checkpoint: string, ended: Date): void {
    const { context, file, kind, started, args } = this;
    const values = context.settings(args.stack(), args).values(file.project);
    const entry = runEntry({
      kind,
      started,
      ended,
      message: args.value("message") ?? "",
      by: args.value("exec-kind") ?? "cli",
      config: keptConfig(values, this.config),
      result,
    });
    const previous = readHistory(context.files, context.layout, file.project, file.stack).length;
    const nanos = BigInt(ended.getTime()) * 1_000_000n + BigInt(previous % 1_000_000);
    recordHistory(context.files, context.layout, file.project, file.stack, entry, checkpoint, nanos);
  }
}
