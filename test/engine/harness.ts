import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LocalWorkspace, PulumiCommand, type EngineEvent, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import { createBuiltinEngine } from "../../orchestrator/engine/builtin/engine";
import type { PendingOperation, ResourceState } from "../../orchestrator/engine/builtin/model";
import { ThingProvider } from "./thing";

/** `SLIPWAY_TEST_ENGINE=pulumi` points the whole suite at the installed CLI (`npm run test:engine -- --engine pulumi`). */
export const engineName = process.env["SLIPWAY_TEST_ENGINE"] ?? "builtin";

/** What one operation did, by its observable effect. */
export interface Effect {
  /** `name op` of every finished step, in the order of the events. */
  readonly steps: string[];
  readonly changes: Record<string, number>;
  readonly events: EngineEvent[];
  /** Message of the failure, "" when it succeeded. */
  readonly error: string;
  readonly exitCode: number;
}
export interface Exported {
  version: number;
  deployment: {
    manifest: { magic: string; version: string };
    secrets_providers?: { type: string };
    resources?: ResourceState[];
    pending_operations?: PendingOperation[];
  };
}

/** One stack of one test: a folder of its own, a provider of its own, any program at each step. */
export class Harness {
  readonly provider = new ThingProvider();
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-engine-"));
  private program: PulumiFn = () => Promise.resolve({});
  stack!: Stack;

  async start(name = "test"): Promise<void> {
    await this.provider.start();
    this.stack = await this.open(name);
  }
  async open(name: string, program: PulumiFn = () => this.program()): Promise<Stack> {
    const workDir = fs.mkdtempSync(path.join(this.folder, "work-"));
    const pulumiCommand = engineName === "pulumi" ? await PulumiCommand.get() : createBuiltinEngine().pulumiCommand;
    return LocalWorkspace.createOrSelectStack(
      { stackName: name, projectName: "conformance", program },
      { workDir, pulumiCommand, envVars: this.environment },
    );
  }
  get environment(): Record<string, string> {
    return {
      PULUMI_BACKEND_URL: `file://${this.folder}`,
      PULUMI_CONFIG_PASSPHRASE: "correct horse",
      PULUMI_DEBUG_PROVIDERS: this.provider.attachment,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
  }
  async stop(): Promise<void> {
    await this.provider.stop();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  up(program: () => unknown, options: object = {}): Promise<Effect> {
    this.use(program);
    return this.observe((onEvent) => this.stack.up({ ...options, onEvent }));
  }
  preview(program: () => unknown, options: object = {}): Promise<Effect> {
    this.use(program);
    return this.observe((onEvent) => this.stack.preview({ ...options, onEvent }));
  }
  refresh(options: object = {}): Promise<Effect> {
    return this.observe((onEvent) => this.stack.refresh({ ...options, onEvent }));
  }
  destroy(options: object = {}): Promise<Effect> {
    return this.observe((onEvent) => this.stack.destroy({ ...options, onEvent }));
  }
  private use(program: () => unknown): void {
    this.program = () => Promise.resolve(program()) as Promise<Record<string, unknown>>;
  }

  private async observe(run: (onEvent: (event: EngineEvent) => void) => Promise<unknown>): Promise<Effect> {
    const events: EngineEvent[] = [];
    let error = "";
    let exitCode = 0;
    try {
      await run((event) => events.push(event));
    } catch (failure) {
      error = (failure as Error).message;
      exitCode =
        (failure as unknown as { commandResult?: { err?: { exitCode?: number } } }).commandResult?.err?.exitCode ?? -1;
    }
    const steps = events.flatMap((event) => {
      const metadata = event.resOutputsEvent?.metadata;
      return metadata === undefined || metadata.type.startsWith("pulumi:")
        ? []
        : [`${metadata.urn.split("::").at(-1) ?? ""} ${metadata.op}`];
    });
    return {
      steps,
      events,
      error,
      exitCode,
      changes: (events.findLast((event) => event.summaryEvent)?.summaryEvent?.resourceChanges ?? {}) as Record<
        string,
        number
      >,
    };
  }

  async exported(): Promise<Exported> {
    return (await this.stack.exportStack()) as unknown as Exported;
  }
  /** The live state of a resource by name. */
  async state(name: string): Promise<ResourceState | undefined> {
    const { resources = [] } = (await this.exported()).deployment;
    return resources.find((resource) => resource.urn.endsWith(`::${name}`) && resource.delete !== true);
  }
  /** Names in the state, without the root stack and default providers. */
  async names(): Promise<string[]> {
    const { resources = [] } = (await this.exported()).deployment;
    return resources
      .filter((resource) => !resource.type.startsWith("pulumi:"))
      .map((resource) => resource.urn.split("::").at(-1) ?? "");
  }
  /** What the provider was asked to do since the last look. */
  calls(): string[] {
    return this.provider.calls.splice(0);
  }
}
