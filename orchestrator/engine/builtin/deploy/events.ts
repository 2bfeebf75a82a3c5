import { SECRET, SIGNATURE, type EngineEventPayload, type Json, type Properties, type ResourceState } from "../model";
import { isSecret, rewrite } from "../values";
import { isProviderType, nameOf } from "./urn";

/** Names of steps, as the CLI reports them (pulumi.md 8.3). */
export type Op =
  | "same"
  | "create"
  | "update"
  | "delete"
  | "replace"
  | "create-replacement"
  | "delete-replaced"
  | "read"
  | "read-replacement"
  | "refresh"
  | "discard"
  | "discard-replaced"
  | "remove-pending-replace"
  | "import"
  | "import-replacement";

/** Halves of a replacement: reported, but the pair counts once, as `replace`. */
const UNLOGICAL: ReadonlySet<Op> = new Set<Op>([
  "create-replacement",
  "delete-replaced",
  "discard-replaced",
  "read-replacement",
  "import-replacement",
]);

export interface StepFacts {
  readonly op: Op;
  readonly urn: string;
  readonly old?: ResourceState | undefined;
  readonly new?: ResourceState | undefined;
  /** Top-level properties that demand a replacement. */
  readonly keys?: readonly string[];
  readonly diffs?: readonly string[];
  readonly detailed?: Readonly<Record<string, { kind: number; inputDiff: boolean }>> | undefined;
}

const DIFF_KINDS = ["add", "add-replace", "delete", "delete-replace", "update", "update-replace"];

/** Turns steps into engine events and counts what the summary reports. */
export class StepEvents {
  readonly changes: Record<string, number> = {};
  readonly errors: string[] = [];

  constructor(
    private readonly send: (event: EngineEventPayload) => void,
    private readonly planning: boolean,
  ) {}

  started(step: StepFacts): void {
    if (!internal(step)) this.send({ resourcePreEvent: this.body(step) });
  }
  /** The step's own outputs event; a component's comes with its registered outputs (`announceOutputs`). */
  finished(step: StepFacts, counted = true): void {
    if (internal(step)) return;
    if (counted) this.count(step.op);
    // A component is done when its outputs are registered, and announced then (pulumi.md 8.3).
    if (!this.planning && step.new !== undefined && !step.new.custom) return;
    this.send({ resOutputsEvent: this.body(step) });
  }
  count(op: Op): void {
    if (UNLOGICAL.has(op) || op === "remove-pending-replace") return;
    this.changes[op] = (this.changes[op] ?? 0) + 1;
  }
  announceOutputs(step: StepFacts): void {
    if (!internal(step)) this.send({ resOutputsEvent: this.body(step) });
  }
  failed(step: StepFacts, error: Error): void {
    this.send({ resOpFailedEvent: { metadata: metadata(step), status: 1, steps: 0 } });
    this.diagnostic("error", error.message, step.urn);
  }
  diagnostic(
    severity: "debug" | "info" | "warning" | "error",
    message: string,
    urn = "",
    streamId = 0,
    ephemeral = false,
  ): void {
    if (severity === "error") this.errors.push(message);
    const body = {
      urn,
      prefix: `${severity}: `,
      message: message.endsWith("\n") ? message : `${message}\n`,
      color: "never",
      severity,
      streamID: streamId,
      ephemeral,
    };
    this.send({ diagnosticEvent: urn === "" ? { ...body, urn: undefined } : body });
  }

  private body(step: StepFacts) {
    return this.planning ? { metadata: metadata(step), planning: true } : { metadata: metadata(step) };
  }
}

/** Default providers are the engine's own business. */
function internal({ urn, op }: StepFacts): boolean {
  return op === "remove-pending-replace" || isDefaultProvider(urn);
}
export function isDefaultProvider(urn: string): boolean {
  const qualified = urn.split("::")[2] ?? "";
  return isProviderType(qualified) && /^default(_|$)/.test(nameOf(urn));
}

function metadata(step: StepFacts) {
  const detailed =
    step.detailed &&
    Object.fromEntries(
      Object.entries(step.detailed).map(([path, diff]) => [
        path,
        { diffKind: DIFF_KINDS[diff.kind] ?? "update", inputDiff: diff.inputDiff },
      ]),
    );
  const state = step.new ?? step.old;
  return {
    op: step.op,
    urn: step.urn,
    type: state?.type ?? "",
    old: describe(step.old),
    new: describe(step.new),
    ...(step.keys === undefined ? {} : { keys: step.keys }),
    ...(step.diffs === undefined ? {} : { diffs: step.diffs }),
    detailedDiff: detailed ?? null,
    ...(UNLOGICAL.has(step.op) ? {} : { logical: true }),
    provider: state?.provider ?? "",
  };
}

function describe(state: ResourceState | undefined) {
  if (state === undefined) return null;
  return {
    type: state.type,
    urn: state.urn,
    ...(state.custom ? { custom: true } : {}),
    ...(state.delete ? { delete: true } : {}),
    id: state.id ?? "",
    parent: state.parent ?? "",
    ...(state.protect ? { protect: true } : {}),
    ...(state.external ? { external: true } : {}),
    ...(state.retainOnDelete ? { retainOnDelete: true } : {}),
    inputs: masked(state.inputs),
    outputs: masked(state.outputs),
    provider: state.provider ?? "",
    ...(state.initErrors?.length ? { initErrors: state.initErrors } : {}),
  };
}

/** Events leave the engine: a secret is only told to be one. */
export function masked(properties: Properties): Json {
  return rewrite(properties, (node) => (isSecret(node) ? { [SIGNATURE]: SECRET, ciphertext: "[secret]" } : undefined));
}
