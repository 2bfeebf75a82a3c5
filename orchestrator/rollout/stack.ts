import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { SlipwayError } from "../errors";
import { disarmed } from "./disarm";
import type { Engine } from "./engine";
import { FirstBuild, type MayGoOn } from "./first-build";
import type { Interruption } from "./interruption";
import { operate, plainText, type Operation, type OperationHooks } from "./operation";
import type { OutputMap } from "./outputs";

/** What the steps ask of a stack; tests hand in plain objects. */
export interface StackPort {
  readonly project: string;
  readonly name: string;
  /** The whole stack, judged by the policy pack when one is given. */
  preview(request: { readonly pack?: { readonly directory: string; readonly config: string } }): Promise<Operation>;
  /** `through` declares the phases up to that number only: for a stack that has none of the later ones. From the first on, they may be one update. */
  up(targets: readonly string[], through?: number): Promise<Operation>;
  /** Everything when no targets are given. */
  destroy(targets?: readonly string[]): Promise<Operation>;
  outputs(): Promise<OutputMap>;
  /** The deployment without secrets in clear text. */
  state(): Promise<StateView>;
  /** Takes resources whose create was never acknowledged into the state under these ids. */
  adopt(creates: readonly { readonly urn: string; readonly id: string }[]): Promise<Operation>;
  /** Forgets every create that was never acknowledged. */
  forgetCreates(): Promise<Operation>;
  /** Updates these resources with the guards off that AWS itself keeps on them. */
  disarm(urns: readonly string[]): Promise<Operation>;
  /** Lifts `protect` from everything in the state. */
  unprotect(): Promise<void>;
  /** Deletes Pulumi's own lock files of the stack; only for a holder that is provably dead. */
  breakLock(): Promise<void>;
  /** Forgets the stack; it must be empty. */
  remove(): Promise<void>;
  /** Ends what waits to be continued. */
  close(): Promise<void>;
}

/** The part of a deployment the rollout reads. */
export interface StateView {
  readonly resources: readonly StateResource[];
  readonly pendingCreates: readonly StateResource[];
}
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  protect?: boolean;
}

type RunCommand = (args: string[], workDir: string, env: Record<string, string>) => Promise<{ stdout: string }>;

/** A stack of the Automation API as the steps see it. */
export function stackPort(stack: Stack, project: string, engine: Engine, interruption: Interruption): StackPort {
  let firstBuild: FirstBuild | undefined;
  const close = async () => {
    const ending = firstBuild;
    firstBuild = undefined;
    await ending?.end();
  };
  const operation = async (action: (hooks: OperationHooks) => Promise<unknown>) => {
    await close();
    return operate(engine, interruption, action);
  };
  // The program of infra/index.ts takes which part of it is wanted; the Automation API calls it with nothing.
  const program = stack.workspace.program as
    ((part?: number | MayGoOn) => Promise<Record<string, unknown>>) | undefined;
  const command = async (...args: string[]) => {
    const { pulumiCommand, workDir, envVars, pulumiHome } = stack.workspace;
    const environment = { ...envVars, ...(pulumiHome !== undefined && { PULUMI_HOME: pulumiHome }) };
    // `run` is left out of the SDK's typings only (pulumi.md 8.1); the commands below have no method of their own.
    const { run } = pulumiCommand as unknown as { run: RunCommand };
    return run.call(pulumiCommand, [...args, "--stack", stack.name], workDir, environment);
  };
  /** Commands the Automation API does not offer; they send no events, so success or the text is all there is. */
  const plainOperation = (...args: string[]) => operation(() => command(...args));
  return {
    project,
    name: stack.name,
    preview: ({ pack }) =>
      operation((hooks) =>
        stack.preview({ ...hooks, ...(pack && { policyPacks: [pack.directory], policyPackConfigs: [pack.config] }) }),
      ),
    // Without the pack: the gate is the full preview. A targeted run judges untargeted resources by their old inputs
    // and stops in the middle (pulumi.md 3.7, 9.5), so it could only repeat the gate's verdict, later and worse.
    async up(targets, through) {
      if (through === undefined || program === undefined)
        return operation((hooks) => stack.up({ ...hooks, target: [...targets] }));
      const { standstill } = engine;
      if (through === 1 && standstill !== undefined) {
        await close();
        firstBuild = new FirstBuild({ ...engine, standstill }, interruption, (hooks, mayGoOn) =>
          stack.up({ ...hooks, program: () => program(mayGoOn) }),
        );
      }
      if (firstBuild?.built !== through - 1)
        return operation((hooks) => stack.up({ ...hooks, target: [...targets], program: () => program(through) }));
      const building = firstBuild;
      firstBuild = undefined;
      const built = await building.next();
      if (built.result === "succeeded") firstBuild = building;
      return built;
    },
    destroy: (targets) => operation((hooks) => stack.destroy({ ...hooks, ...(targets && { target: [...targets] }) })),
    outputs: () => stack.outputs(),
    async state() {
      const { stdout } = await command("stack", "export");
      return parseState(stdout, stack.name);
    },
    adopt: (creates) =>
      plainOperation(
        "refresh",
        "--yes",
        "--skip-preview",
        // A list of strings to the CLI: URN and id each behind a flag of their own, in turns.
        ...creates.flatMap(({ urn, id }) => [urn, id]).flatMap((value) => ["--import-pending-creates", value]),
        ...creates.flatMap(({ urn }) => ["--target", urn]),
      ),
    forgetCreates: () => operation((hooks) => stack.refresh({ ...hooks, clearPendingCreates: true })),
    disarm(urns) {
      const { program } = stack.workspace;
      if (program === undefined) throw new Error("the stack was opened without its program");
      return operation((hooks) => stack.up({ ...hooks, target: [...urns], program: disarmed(program) }));
    },
    async unprotect() {
      await close();
      const { stdout } = await command("stack", "export");
      const exported = JSON.parse(stdout) as Exported;
      for (const resource of exported.deployment?.resources ?? []) delete resource.protect;
      // Secrets stay encrypted in this file, which is gone when the import has ended, well or not.
      const file = path.join(stack.workspace.workDir, "unprotected.json");
      try {
        writeFileSync(file, JSON.stringify(exported), { mode: 0o600 });
        await command("stack", "import", "--file", file);
      } finally {
        rmSync(file, { force: true });
      }
    },
    breakLock: () => stack.cancel(),
    remove: () => stack.workspace.removeStack(stack.name),
    close,
  };
}

interface Exported {
  deployment?: {
    resources?: StateResource[];
    pending_operations?: { type: string; resource: StateResource }[];
  };
}

/** @throws SlipwayError `state-unreadable` when the export is no deployment. */
export function parseState(text: string, name: string): StateView {
  let exported: Exported;
  try {
    exported = JSON.parse(text) as Exported;
  } catch (error) {
    throw new SlipwayError(
      "state-unreadable",
      `the state of stack ${name} cannot be read: ${plainText(error instanceof Error ? error.message : String(error))}`,
      "restore the stack's state file from its .bak copy or a backup; nothing was changed",
      "refused",
      { cause: error },
    );
  }
  return {
    resources: exported.deployment?.resources ?? [],
    pendingCreates: (exported.deployment?.pending_operations ?? [])
      .filter(({ type }) => type === "creating")
      .map(({ resource }) => resource),
  };
}
