import { SlipwayError, type ErrorKind } from "../errors";
import type { Execution } from "../rollout/execute";
import type { Operation } from "../rollout/operation";
import type { Parts } from "../rollout/parts";
import type { StackPort } from "../rollout/stack";
import type { Environment } from "./environment";
import type { Evidence } from "./event";
import { foreseenOf, type Foreseen } from "./foreseen";

/** How a rollout ended. */
export interface RolloutResult {
  readonly status: "verified" | "failed" | "interrupted";
  /** What went wrong and what to do, unless it is verified. */
  readonly reason: string;
  readonly fix: string;
  readonly kind: ErrorKind;
  readonly evidence: Evidence;
}

export interface RunRequest {
  readonly environment: Environment;
  readonly release: string;
  readonly purpose: "promotion" | "rollback";
  permit(look: () => Promise<Foreseen>): Promise<void>;
  /** Goes on where this very run was interrupted. Otherwise nothing that was proven before counts. */
  readonly goOn: boolean;
}

/** The rollout of an environment as a promotion needs it. */
export interface Rollout {
  /**
   * Looks, under the policy pack, and changes nothing; with the release, its images are judged too.
   * @throws SlipwayError when the preview does not pass.
   */
  foresee(environment: Environment, release?: string): Promise<Foreseen>;
  /**
   * Builds and verifies the environment. `permit` is called at most once, while the environment is leased to this run
   * and before anything is built; what it throws ends the run and is thrown on.
   */
  run(request: RunRequest): Promise<RolloutResult>;
}

export interface RealRolloutRequest {
  /** Runs the steps of a command on one environment, with these parts; `anew` repeats what was finished before. */
  execute(request: {
    readonly command: "preview" | "bootstrap";
    readonly environment: Environment;
    readonly anew: boolean;
    wrapParts(parts: Parts): Parts;
  }): Promise<Execution>;
  /** Keeps the report of a run and says what it proves. */
  evidence(execution: Execution): Evidence;
  /** The pack's level file for a release, made of the environment's own: it knows which images the release has (E2.10). */
  levelsFor?(request: {
    readonly environment: Environment;
    readonly release: string;
    /** The environment's own level file. */
    readonly config: string;
  }): Promise<string>;
}

/** The rollout that `slipway bootstrap` runs, with a gate in it. */
export function createRollout({ execute, evidence, levelsFor }: RealRolloutRequest): Rollout {
  const carryOut = (
    {
      release,
      ...request
    }: Omit<Parameters<typeof execute>[0], "wrapParts"> & { readonly release?: string | undefined },
    watch: (stack: StackPort) => Partial<StackPort>,
  ) =>
    execute({
      ...request,
      wrapParts: (given) => {
        const parts = release === undefined || levelsFor === undefined ? given : judged(given, release, levelsFor);
        return {
          ...parts,
          async openStack(asked) {
            const { stack, notes } = await parts.openStack(asked);
            return { stack: overlaid(stack, watch(stack)), notes };
          },
        };
      },
    });
  return {
    async foresee(environment, release) {
      let seen: Foreseen | undefined;
      const execution = await carryOut({ command: "preview", environment, release, anew: true }, (stack) => ({
        async preview(request) {
          const operation = await stack.preview(request);
          seen = await look(stack, operation);
          return operation;
        },
      }));
      const failure = failureOf(execution);
      if (failure !== undefined) throw failure;
      if (seen === undefined) throw new Error("a preview that passed has looked at nothing");
      return seen;
    },
    async run({ environment, release, permit, goOn }) {
      let permitted = false;
      let refusal: unknown;
      const ask = async (stack: StackPort, operation?: Operation): Promise<void> => {
        if (permitted) return;
        try {
          await permit(async () => look(stack, operation ?? (await stack.preview({ pack: undefined }))));
        } catch (error) {
          refusal = error;
          throw error;
        }
        permitted = true;
      };
      const execution = await carryOut({ command: "bootstrap", environment, release, anew: !goOn }, (stack) => ({
        async preview(request) {
          const operation = await stack.preview(request);
          // What the policy gate stops anyway needs no permission and uses no approval up.
          if (passes(operation)) await ask(stack, operation);
          return operation;
        },
        async up(targets, through) {
          // The gate's preview is not repeated when an interrupted rollout is continued; the permission is needed still.
          await ask(stack);
          return stack.up(targets, through);
        },
      }));
      if (refusal !== undefined) throw refusal;
      const failure = unprovenOf(execution);
      return {
        status: failure === undefined ? "verified" : failure.kind === "interrupted" ? "interrupted" : "failed",
        reason: failure?.message ?? "",
        fix: failure?.fix ?? "",
        kind: failure?.kind ?? "failure",
        evidence: evidence(execution),
      };
    },
  };
}

/** The same parts, whose previews the pack judges with a release in hand: which images may run is in its levels (E2.10). */
export function judged(parts: Parts, release: string, levelsFor: NonNullable<RealRolloutRequest["levelsFor"]>): Parts {
  return {
    ...parts,
    async openStack(asked) {
      const { stack: opened, notes } = await parts.openStack(asked);
      const environment = asked.environment as Environment;
      const stack = overlaid(opened, {
        async preview({ pack }) {
          if (pack === undefined) return opened.preview({});
          const config = await levelsFor({ environment, release, config: pack.config });
          return opened.preview({ pack: { ...pack, config } });
        },
      });
      return { stack, notes };
    },
  };
}

/** The stack with some of its methods exchanged; it may be of a class, so it is not copied. */
function overlaid(stack: StackPort, changed: Partial<StackPort>): StackPort {
  return new Proxy(stack, {
    get(target, key) {
      const value: unknown = Reflect.get(key in changed ? changed : target, key);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

async function look(stack: StackPort, operation: Operation): Promise<Foreseen> {
  return foreseenOf(operation, (await stack.state()).resources);
}

function passes({ result, violations }: Operation): boolean {
  return result === "succeeded" && violations.every(({ level }) => level !== "mandatory");
}

/** What keeps a whole environment from counting as verified: what stopped the run, or that it did not prove all of it. */
function unprovenOf(execution: Execution): SlipwayError | undefined {
  const failure = failureOf(execution);
  const settled = execution.records.some(({ step, status }) => step.kind === "settle" && status === "succeeded");
  if (failure !== undefined || settled) return failure;
  return new SlipwayError(
    "rollout-incomplete",
    "the rollout ended well but did not come to the last phase, so the environment is not proven as a whole",
    "run the same command again, for all phases",
  );
}

/** What stopped a run, with the words of the step that met it. */
function failureOf({ exitCode, records }: Execution): SlipwayError | undefined {
  if (exitCode === 0) return undefined;
  const stopped = records.find(({ status, kind }) => status === "failed" || kind === "interrupted");
  return new SlipwayError(
    "rollout-failed",
    `${stopped?.step.id ?? "the run"}: ${stopped?.reason ?? "it did not succeed"}`,
    stopped?.fix ?? "run the same command again",
    stopped?.kind ?? "failure",
  );
}
