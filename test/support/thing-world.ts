import { mkdirSync } from "node:fs";
import path from "node:path";
import type { LocalWorkspaceOptions, PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { createBuiltinEngine, type BuiltinEngineOptions } from "../../orchestrator/engine/builtin/engine";
import type { Properties } from "../../orchestrator/engine/builtin/model";
import { serveProvider, type ServedProvider, type StandIn } from "../../orchestrator/sandbox/provider/serve";

/** A world of things: one provider whose resources are made the moment they are asked for, or when a test says so. */
export class ThingWorld {
  readonly things = new Map<string, Properties>();
  readonly calls: string[] = [];
  /** Names whose creation waits until the test resolves it, with how to. */
  readonly held = new Map<string, () => void>();
  private readonly waiting = new Map<string, () => void>();
  readonly hold = new Set<string>();
  readonly refuse = new Set<string>();
  private served: ServedProvider | undefined;
  private count = 0;

  async start(): Promise<void> {
    this.served = await serveProvider("1.2.3", this.standIn());
  }
  async stop(): Promise<void> {
    this.held.forEach((go) => go());
    await this.served?.close();
  }
  get attachment(): string {
    return `thing:${this.served?.port}`;
  }

  /** Resolves once the creation of this thing has reached the provider and waits there. */
  reached(name: string): Promise<void> {
    return this.held.has(name) ? Promise.resolve() : new Promise((resolve) => this.waiting.set(name, resolve));
  }

  private standIn(): StandIn {
    return {
      create: async ({ name }, inputs, preview) => {
        if (preview) return { id: "", outputs: inputs };
        this.calls.push(`create ${name}`);
        if (this.hold.has(name)) {
          await new Promise<void>((resolve) => {
            this.held.set(name, resolve);
            this.waiting.get(name)?.();
          });
        }
        if (this.refuse.has(name)) throw new Error(`no room for ${name}`);
        const id = `thing-${this.count++}`;
        this.things.set(id, inputs);
        return { id, outputs: inputs };
      },
      update: ({ name }, { id }, news, preview) => {
        if (!preview) {
          this.calls.push(`update ${name}`);
          this.things.set(id, news);
        }
        return Promise.resolve(news);
      },
      delete: ({ name }, id) => {
        this.calls.push(`delete ${name}`);
        this.things.delete(id);
        return Promise.resolve();
      },
      read: (_call, id) => {
        const outputs = this.things.get(id);
        return Promise.resolve(outputs && { id, inputs: outputs, outputs });
      },
    };
  }
}

/** A program that declares one thing per entry and exports their sizes. */
export function declaring(sizes: Record<string, number | string>, secretText?: string): PulumiFn {
  return async () => {
    const { CustomResource, secret, output } = await import("@pulumi/pulumi");
    class Thing extends CustomResource {
      constructor(name: string, size: number | string) {
        super("thing:index:Thing", name, { size, ...(secretText && { password: secret(secretText) }) });
      }
    }
    const made = Object.entries(sizes).map(([name, size]) => [name, new Thing(name, size).id] as const);
    return { ids: output(Object.fromEntries(made)), ...(secretText && { password: secret(secretText) }) };
  };
}

export interface OpenedThings {
  readonly engine: ReturnType<typeof createBuiltinEngine>;
  readonly options: LocalWorkspaceOptions;
  open(program: PulumiFn, name?: string): Promise<Stack>;
  /** A command line the SDK has no method for. */
  run(...args: string[]): Promise<{ stdout: string; stderr: string }>;
  /** Folder of the backend. */
  readonly state: string;
}

/** An engine of its own over a backend in `folder`. */
export function openThings(
  folder: string,
  world: ThingWorld | undefined,
  engineOptions: BuiltinEngineOptions = {},
): OpenedThings {
  const [state, work] = [path.join(folder, "state"), path.join(folder, "work")];
  [state, work].forEach((each) => mkdirSync(each, { recursive: true }));
  const engine = createBuiltinEngine(engineOptions);
  const envVars: Record<string, string> = {
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "p",
    ...(world && { PULUMI_DEBUG_PROVIDERS: world.attachment }),
  };
  const options = { workDir: work, pulumiCommand: engine.pulumiCommand, envVars };
  return {
    engine,
    options,
    state,
    async open(program, name = "dev") {
      const { LocalWorkspace } = await import("@pulumi/pulumi/automation/index.js");
      return LocalWorkspace.createOrSelectStack({ stackName: name, projectName: "proj", program }, options);
    },
    run: (...args) => engine.run(args, work, envVars),
  };
}
