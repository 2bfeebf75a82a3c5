import { SlipwayError } from "../errors";
import type { Engine } from "./engine";
import type { Interruption } from "./interruption";
import { collector, operate, type Operation, type OperationHooks } from "./operation";

/** Asked by the program after each phase, with how many are declared and the outputs so far. */
export type MayGoOn = (declared: number, outputs: Readonly<Record<string, unknown>>) => Promise<boolean>;
export type RunProgram = (hooks: OperationHooks, mayGoOn: MayGoOn) => Promise<unknown>;

/**
 * A first build as one update whose program waits after each phase until that phase is proven. To declare all that
 * stands again with each of twenty phases would be half the work of a rehearsal, and say nothing: that it stands as
 * declared is what the final preview shows. The state is whole whenever the program waits, so a run that dies there is
 * continued like any other.
 */
export class FirstBuild {
  /** How many phases stand. */
  built = 0;
  private slice = collector();
  private resume: ((more: boolean) => void) | undefined;
  private waits: () => void = () => undefined;
  private ended: Promise<Operation> | undefined;

  constructor(
    private readonly engine: Engine & Required<Pick<Engine, "standstill">>,
    private readonly interruption: Interruption,
    private readonly run: RunProgram,
  ) {}

  /** Builds the next phase; the update is over when that did not succeed. */
  async next(): Promise<Operation> {
    const waiting = new Promise<undefined>((resolve) => (this.waits = () => resolve(undefined)));
    this.slice = collector();
    if (this.ended === undefined) this.ended = this.begin();
    else this.resume?.(true);
    const over = await Promise.race([waiting, this.ended]);
    const operation = over ?? this.slice.finish(undefined, false);
    // The engine's own count is of the whole update.
    return { ...operation, changes: countOf(operation) };
  }

  /**
   * Ends the update where it stands; one that was interrupted meanwhile is one that has ended.
   * @throws SlipwayError `build-not-ended` when the state of what was built could not be concluded.
   */
  async end(): Promise<void> {
    this.slice = collector();
    this.resume?.(false);
    if (this.ended === undefined) return;
    const { result, errors } = await this.ended;
    if (result === "succeeded" || result === "cancelled") return;
    throw new SlipwayError(
      "build-not-ended",
      `what was built stands, but its update did not end well: ${errors.join("; ") || "the engine gave no reason"}`,
      "run the same command again: it continues here",
      "engine",
    );
  }

  private begin(): Promise<Operation> {
    const mayGoOn: MayGoOn = async (declared, outputs) => {
      await this.engine.standstill(outputs);
      return new Promise<boolean>((resolve) => {
        this.built = declared;
        this.resume = resolve;
        this.waits();
      });
    };
    const ended = operate(this.engine, this.interruption, (hooks) => this.run(hooks, mayGoOn), {
      event: (event) => this.slice.event(event),
      finish: (failure, interrupted) => this.slice.finish(failure, interrupted),
    });
    // A defect is met by whoever waits for the next phase, or for the end.
    ended.catch(() => undefined);
    return ended;
  }
}

function countOf({ steps, failures }: Operation): Record<string, number> {
  const failed = new Set(failures.map(({ urn }) => urn));
  const changes: Record<string, number> = {};
  for (const { urn, operation } of steps) {
    if (!failed.has(urn)) changes[operation] = (changes[operation] ?? 0) + 1;
  }
  return changes;
}
