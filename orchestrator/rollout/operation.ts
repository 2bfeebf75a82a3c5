import { stripVTControlCharacters } from "node:util";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { Engine } from "./engine";
import type { Interruption } from "./interruption";
import type { PlannedResource } from "../cost/estimate";
import type { Violation } from "./step";

/** What one engine operation did, read from its events: exit codes alone do not tell (pulumi.md 3.3). */
export interface Operation {
  /** `conflict`: somebody else holds the stack's lock. `cancelled`: ended by our own interruption. */
  readonly result: "succeeded" | "failed" | "cancelled" | "conflict";
  readonly changes: Readonly<Record<string, number>>;
  /** Every resource the engine looked at, with what it did or would do. */
  readonly steps: readonly { readonly urn: string; readonly operation: string }[];
  /** What there is or would be after it, with inputs as far as they are known. */
  readonly resources: readonly PlannedResource[];
  readonly violations: readonly Violation[];
  /** `name version` of each policy pack that judged. */
  readonly packs: readonly string[];
  readonly failures: readonly { readonly urn: string; readonly message: string }[];
  /** Error diagnostics that belong to no resource, or the text of a failure without events. */
  readonly errors: readonly string[];
}

/** What the action hands to the Automation API. */
export interface OperationHooks {
  /** Absent where the engine hands its events over by itself. */
  readonly onEvent?: (event: EngineEvent) => void;
  readonly color: "never";
}

/**
 * Runs one engine operation under our interruption. A failure the engine reports is a result, not a throw; a throw is a
 * defect.
 */
export async function operate(
  engine: Pick<Engine, "interrupt" | "listening">,
  interruption: Interruption,
  action: (hooks: OperationHooks) => Promise<unknown>,
  collected: Collector = collector(),
): Promise<Operation> {
  // The SDK ignores a signal that came before the call (pulumi.md 3.5).
  if (interruption.cancelled.aborted) return collected.finish("interrupted before it began", true);
  const cancel = () => engine.interrupt("cancel");
  const terminate = () => engine.interrupt("terminate");
  interruption.cancelled.addEventListener("abort", cancel, { once: true });
  interruption.terminated.addEventListener("abort", terminate, { once: true });
  let failure: string | undefined;
  try {
    if (engine.listening === undefined) await action({ onEvent: collected.event, color: "never" });
    else await engine.listening(collected.event, () => action({ color: "never" }));
  } catch (error) {
    failure = engineWords(error);
    if (failure === undefined) throw error;
  } finally {
    // Left behind, listeners would pile up on the one signal of the run (MaxListenersExceededWarning).
    interruption.cancelled.removeEventListener("abort", cancel);
    interruption.terminated.removeEventListener("abort", terminate);
  }
  return collected.finish(failure, interruption.cancelled.aborted);
}

interface CommandError extends Error {
  readonly commandResult: { readonly stderr?: string };
}

/**
 * What the engine said in a command that failed, without the SDK's wrapping and the command line (pulumi.md 3.3);
 * undefined for any other error. The SDK's classes are told by their form: importing them would load the whole SDK.
 */
export function engineWords(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("commandResult" in error)) return undefined;
  const { commandResult, message } = error as CommandError;
  const said = (commandResult.stderr ?? message).replace(/^Command (?:failed|was killed) .*\n/, "");
  return withoutTrace(plainText(said)).replace(/^error: /, "") || plainText(message);
}

const CONFLICT = /Another update is currently in progress|the stack is currently locked by/;

interface PolicyEventOnTheWire {
  resourceUrn?: string;
  message: string;
  policyName: string;
  policyPackName: string;
  policyPackVersion: string;
  enforcementLevel: string;
}

export interface Collector {
  event(event: EngineEvent): void;
  finish(failure: string | undefined, interrupted: boolean): Operation;
}

/** Gathers events; pure apart from remembering. The wire is wider than the SDK's typings (pulumi.md 8.3). */
export function collector(): Collector {
  const changes: Record<string, number> = {};
  const steps = new Map<string, string>();
  const resources = new Map<string, PlannedResource>();
  const violations: Violation[] = [];
  const packs = new Set<string>();
  const failed = new Map<string, string[]>();
  const diagnostics: { urn: string; message: string }[] = [];
  let result: string | undefined;

  const event = (event: EngineEvent): void => {
    if (event.resourcePreEvent) {
      const { urn, op, new: planned } = event.resourcePreEvent.metadata;
      if (planned) resources.set(urn, { urn, type: planned.type, inputs: planned.inputs });
      // A replacement is announced in three steps; its logical name is the one to show.
      if (steps.get(urn) !== "replace") steps.set(urn, op);
    }
    if (event.resOpFailedEvent) failed.set(event.resOpFailedEvent.metadata.urn, []);
    if (event.diagnosticEvent?.severity === "error") {
      const { urn = "", message } = event.diagnosticEvent;
      diagnostics.push({ urn, message: withoutTrace(plainText(message)) });
    }
    if (event.policyEvent) {
      const policy = event.policyEvent as unknown as PolicyEventOnTheWire;
      packs.add(`${policy.policyPackName} ${policy.policyPackVersion}`);
      const [, ...reason] = plainText(policy.message).split("\n");
      violations.push({
        urn: policy.resourceUrn ?? "",
        rule: policy.policyName,
        level: policy.enforcementLevel === "mandatory" ? "mandatory" : "advisory",
        // The message is the rule's description, a line break, then what the rule said.
        reason: reason.join(" ").trim() || plainText(policy.message),
        remediation: "",
      });
    }
    const summary = event.summaryEvent as
      { resourceChanges?: Record<string, number>; PolicyPacks?: Record<string, string>; result?: string } | undefined;
    if (summary) {
      Object.assign(changes, summary.resourceChanges);
      for (const [key, version] of Object.entries(summary.PolicyPacks ?? {})) {
        packs.add(`${key.split("|")[0] ?? key} ${version}`);
      }
      result = summary.result;
    }
  };

  return {
    event,
    finish(failure, interrupted) {
      const ofResource = diagnostics.filter(({ urn }) => failed.has(urn));
      for (const { urn, message } of ofResource) failed.get(urn)?.push(message);
      const general = [...new Set(diagnostics.filter(({ urn }) => !failed.has(urn)).map(({ message }) => message))];
      const conflict = failure !== undefined && CONFLICT.test(failure);
      return {
        result: conflict
          ? "conflict"
          : failure === undefined
            ? "succeeded"
            : interrupted || result === "canceled"
              ? "cancelled"
              : "failed",
        changes,
        steps: [...steps].map(([urn, operation]) => ({ urn, operation })),
        resources: [...resources.values()],
        violations,
        packs: [...packs],
        failures: [...failed].map(([urn, messages]) => ({ urn, message: messages.join("; ") || "no reason given" })),
        errors: general.length > 0 || failed.size > 0 || failure === undefined ? general : [failure],
      };
    },
  };
}

/** Where in the SDK an error passed by helps nobody who has to mend a configuration. */
function withoutTrace(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^\s+at .+:\d+:\d+\)?$/.test(line))
    .join("\n");
}

/** Without colour directives (`<{%reset%}>`) and escape sequences. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text.replace(/<\{%[^%]*%\}>/g, "")).trim();
}
