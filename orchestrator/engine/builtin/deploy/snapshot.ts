import type { PendingOperation, ResourceState, Snapshot, StateChange, StateWriter, PendingToken } from "../model";

/**
 * The state of a stack while it changes: what has finished in this run first, what is untouched after it, each
 * change passed on to the writer. The order is the one the deployment format demands (pulumi.md 8.6).
 */
export class LiveSnapshot {
  private readonly finished = new Set<ResourceState>();
  /** Place in the base → the state that stands there now. */
  private readonly untouched: Map<ResourceState, ResourceState>;
  /** The reverse, for states that were exchanged. */
  private readonly places = new Map<ResourceState, ResourceState>();
  private readonly open = new Map<number, PendingOperation>();
  private carried: PendingOperation[];

  constructor(
    base: Snapshot,
    private readonly writer: StateWriter,
  ) {
    this.untouched = new Map(base.resources.map((state) => [state, state]));
    this.carried = base.pending;
  }

  async begin(pending: PendingOperation): Promise<PendingToken> {
    const token = await this.writer.begin(pending);
    this.open.set(token.serial, pending);
    return token;
  }

  async commit(change: StateChange, token?: PendingToken): Promise<void> {
    change.put?.forEach((state) => this.finished.add(state));
    change.drop?.forEach((state) => this.remove(state));
    change.swap?.forEach(([before, after]) => this.exchange(before, after));
    if (token !== undefined) this.open.delete(token.serial);
    await this.writer.commit(change, token);
  }

  /** Has the whole state written as one, as at the end of a run; nothing may be under way. */
  standstill(): Promise<void> {
    return this.writer.standstill(this.current());
  }

  /** Pending creates of an earlier run that the caller has settled or wants forgotten. */
  settle(keep: (pending: PendingOperation) => boolean): void {
    this.carried = this.carried.filter(keep);
  }

  private remove(state: ResourceState): void {
    if (!this.finished.delete(state)) this.untouched.delete(this.places.get(state) ?? state);
  }

  private exchange(before: ResourceState, after: ResourceState): void {
    if (this.finished.has(before)) {
      const order = [...this.finished].map((state) => (state === before ? after : state));
      this.finished.clear();
      order.forEach((state) => this.finished.add(state));
      return;
    }
    const place = this.places.get(before) ?? before;
    if (!this.untouched.has(place)) return;
    this.untouched.set(place, after);
    this.places.set(after, place);
  }

  current(): Snapshot {
    return {
      resources: [...this.finished, ...this.untouched.values()],
      pending: [...this.carried, ...this.open.values()],
    };
  }
}

/** A writer that keeps nothing: a preview plans, it does not change. */
export function forgetfulWriter(): StateWriter {
  let serial = 0;
  return {
    begin: () => Promise.resolve({ serial: serial++ }),
    commit: () => Promise.resolve(),
    standstill: () => Promise.resolve(),
  };
}
