import type { Clock, Observer } from "../../orchestrator/rollout/run";
import type { ExecuteRequest } from "../../orchestrator/rollout/execute";
import type { Operation } from "../../orchestrator/rollout/operation";
import type { Parts } from "../../orchestrator/rollout/parts";
import type { StackPort, StateResource } from "../../orchestrator/rollout/stack";
import type { StepRecord } from "../../orchestrator/rollout/step";
import type { AwsReader, TaggedResource } from "../../orchestrator/checks/aws/reader";
import type { Finding, PhaseCheck } from "../../orchestrator/checks/check";
import type { PlatformConfig } from "../../infra/config";
import type { Sandbox } from "../../orchestrator/sandbox/sandbox";
import { createInterruption } from "../../orchestrator/rollout/interruption";
import { createLayout } from "../../orchestrator/rollout/layout";
import { phases } from "../../orchestrator/rollout/phases";
import { phaseOf } from "../../orchestrator/rollout/targets";
import { createRedactor } from "../../orchestrator/report/redact";

/** An operation that went well and did nothing; tests overwrite what they are about. */
export function operation(changed: Partial<Operation> = {}): Operation {
  return {
    result: "succeeded",
    changes: {},
    steps: [],
    resources: [],
    violations: [],
    packs: [],
    failures: [],
    errors: [],
    ...changed,
  };
}

/** An object of which nothing may be used but what is given: any other property throws. */
export function strict<T extends object>(what: string, given: Partial<T>): T {
  return new Proxy(given, {
    get(target, key) {
      if (key in target) return target[key as keyof T];
      // A promise resolving to a fake asks whether it is a promise itself.
      if (key === "then") return undefined;
      throw new Error(`${what} was asked for ${String(key)}, which this test does not provide`);
    },
  }) as T;
}

export function urnOf(stack: string, phase: string): string {
  return `urn:pulumi:${stack}::slipway::slipway:phase:${phase}::${phase.toLowerCase()}`;
}

/** A stack in memory: `up` with targets puts one component per phase into the state, `destroy` takes it out. */
export class FakeStack implements StackPort {
  readonly project = "slipway";
  readonly resources: StateResource[] = [];
  pendingCreates: StateResource[] = [];
  /** Every call that could change something, in order. */
  readonly calls: string[] = [];
  /** How far the program was declared in each update. */
  readonly declared: (number | "all")[] = [];
  previewResult: Partial<Operation> = {};
  upResult: Partial<Operation> = {};
  outputValues: Record<string, { value: unknown; secret: boolean }> = Object.fromEntries(
    phases.flatMap((phase) => phase.outputs.map((key) => [key, { value: { of: key }, secret: false }])),
  );

  constructor(readonly name: string) {
    this.outputValues["kubeconfig"] = { value: `kubeconfig-secret-of-${name}`, secret: true };
    this.outputValues["environment"] = { value: { region: "eu-central-1" }, secret: false };
    const network = { vpcId: "vpc-1", cidr: "10.10.0.0/16", zones: [], privateSubnets: [], publicSubnets: [] };
    this.outputValues["network"] = { value: { ...network, natGatewayIds: [] }, secret: false };
  }

  preview(): Promise<Operation> {
    const built = new Set(this.resources.map(({ urn }) => urn));
    const steps = phases.map((phase) => {
      const urn = urnOf(this.name, phase.name);
      return { urn, operation: built.has(urn) ? "same" : "create" };
    });
    return Promise.resolve(operation({ steps, packs: ["slipway 0.1.0"], ...this.previewResult }));
  }
  up(targets: readonly string[], through?: number): Promise<Operation> {
    const phase = phaseOf((targets[0] ?? "").replace("::*", "::x")) ?? "";
    this.calls.push(`up ${phase}`);
    this.declared.push(through ?? "all");
    const ended = operation({ changes: { create: 1 }, ...this.upResult });
    const urn = urnOf(this.name, phase);
    if (ended.result === "succeeded" && !this.resources.some((one) => one.urn === urn)) {
      this.resources.push({ urn, type: `slipway:phase:${phase}` });
    }
    return Promise.resolve(ended);
  }
  destroy(targets?: readonly string[]): Promise<Operation> {
    const phase = targets && phaseOf((targets[0] ?? "").replace("::*", "::x"));
    this.calls.push(`destroy ${phase ?? "all"}`);
    const kept = targets ? this.resources.filter(({ urn }) => phaseOf(urn) !== phase) : [];
    this.resources.splice(0, this.resources.length, ...kept);
    return Promise.resolve(operation());
  }
  outputs() {
    return Promise.resolve(this.outputValues);
  }
  state() {
    return Promise.resolve({ resources: this.resources, pendingCreates: this.pendingCreates });
  }
  adopt(creates: readonly { urn: string; id: string }[]): Promise<Operation> {
    this.calls.push(...creates.map(({ urn, id }) => `adopt ${urn} ${id}`));
    this.pendingCreates = this.pendingCreates.filter(({ urn }) => !creates.some((one) => one.urn === urn));
    return Promise.resolve(operation());
  }
  forgetCreates(): Promise<Operation> {
    this.calls.push("forget creates");
    this.pendingCreates = [];
    return Promise.resolve(operation());
  }
  disarm(urns: readonly string[]): Promise<Operation> {
    this.calls.push(`disarm ${urns[0] ?? ""}`);
    return Promise.resolve(operation());
  }
  unprotect(): Promise<void> {
    this.calls.push("unprotect");
    for (const resource of this.resources) delete resource.protect;
    return Promise.resolve();
  }
  breakLock(): Promise<void> {
    this.calls.push("break lock");
    return Promise.resolve();
  }
  remove(): Promise<void> {
    this.calls.push("remove");
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

export const passed: Finding = {
  requirement: "A1.4",
  title: "all is well",
  verdict: "passed",
  detail: "",
  subjects: [],
};

/** The part of a configuration that the steps read: a budget that nothing exceeds, nodes around the clock. */
const affordable: Partial<PlatformConfig> = {
  region: "eu-central-1",
  cost: { teams: [] },
  budget: {
    compute: 1000,
    storage: 1000,
    network: 1000,
    monitoring: 1000,
    recovery: 1000,
    limit: 5000,
    contacts: ["us@example.com"],
  },
};

/** A rollout on fakes: its stacks, its checks, and what was said and recorded. */
export class FakeRollout {
  readonly stacks = new Map<string, FakeStack>();
  readonly said: string[] = [];
  readonly records: StepRecord[] = [];
  readonly begun: string[] = [];
  readonly interruption = createInterruption();
  readonly redactor = createRedactor();
  readonly closed: string[] = [];
  leftovers: TaggedResource[] = [];
  ids: Record<string, string[]> = {};
  check: PhaseCheck = { verify: () => Promise.resolve([passed]), diagnose: () => Promise.resolve([]) };
  private ticks = 0;

  readonly clock: Clock = {
    now: () => new Date(Date.parse("2026-01-02T03:04:05Z") + this.ticks++ * 1000),
    milliseconds: () => this.ticks * 1000,
  };

  stack(name: string): FakeStack {
    const stack = this.stacks.get(name) ?? new FakeStack(name);
    this.stacks.set(name, stack);
    return stack;
  }

  readonly parts: Parts = {
    engine: strict<Parts["engine"]>("engine", { label: "fake engine" }),
    loadConfig: (environment) => Promise.resolve(strict<PlatformConfig>(`config of ${environment}`, affordable)),
    startSandbox: (environment) =>
      Promise.resolve({
        engineEnvironment: {},
        aws: this.aws(),
        edge: strict("edge", {}),
        kubeconfig: () => undefined,
        idsOf: (urn: string) => Promise.resolve(this.ids[urn] ?? []),
        close: () => {
          this.closed.push(environment);
          return Promise.resolve();
        },
      } satisfies Sandbox),
    realAws: () => Promise.resolve(this.aws()),
    openStack: ({ environment }) => Promise.resolve({ stack: this.stack(environment), notes: [] }),
    clients: ({ aws }) =>
      Promise.resolve({
        aws,
        kubernetes: strict("kubernetes", {}),
        edge: strict("edge", {}),
        services: strict("services", {}),
        proof: { aws: "stand-in" as const, kubernetes: "stand-in" as const },
      }),
    checkOf: () => Promise.resolve(this.check),
    remediationOf: (rule) => Promise.resolve(`mend ${rule}`),
    examineMachine: () => Promise.resolve([]),
    examineEnvironment: () => Promise.resolve([]),
  };

  private aws(): AwsReader {
    return strict<AwsReader>("aws", { tagged: () => Promise.resolve(this.leftovers) });
  }

  observer(): Observer & { finish(): Promise<void> } {
    return {
      begin: (step) => this.begun.push(step.id),
      end: (record) => this.records.push(record),
      finish: () => Promise.resolve(),
    };
  }

  /** A request for this rollout; `root` is a folder that holds the program and settings, `state` the state directory. */
  request(folder: string, changed: Partial<ExecuteRequest> = {}): ExecuteRequest {
    return {
      command: "bootstrap",
      environments: ["dev"],
      phases,
      target: "rehearsal",
      root: folder,
      layout: createLayout(`${folder}/state`, "rehearsal"),
      parts: this.parts,
      redactor: this.redactor,
      interruption: this.interruption,
      processes: { host: "here", pid: 1, alive: () => true, startedAt: () => "boot/1" },
      clock: this.clock,
      waitUntil: () => Promise.reject(new Error("no fake check waits")),
      destroyProtected: false,
      observe: () => Promise.resolve(this.observer()),
      say: (text) => this.said.push(text),
      ...changed,
    };
  }
}
