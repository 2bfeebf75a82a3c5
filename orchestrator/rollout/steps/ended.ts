import type { EnvironmentContext } from "../context";
import type { Operation } from "../operation";
import { recoverLock } from "../lock";
import type { StepOutcome } from "../step";

/** Runs an operation; a lock left by a provably dead process is broken once and the operation tried again. */
export async function attempt(
  context: Pick<EnvironmentContext, "stack" | "processes">,
  action: () => Promise<Operation>,
): Promise<{ operation: Operation; notes: string[] }> {
  const operation = await action();
  if (operation.result !== "conflict") return { operation, notes: [] };
  const note = await recoverLock(operation.errors.join("\n"), context);
  return { operation: await action(), notes: [note] };
}

/** What the Kubernetes provider says of an API server that its machine has no way to. */
const OUT_OF_REACH =
  /cluster is unreachable|dial tcp [^;]*: (?:i\/o timeout|connect: (?:no route|network is unreachable))/;

/** What a person does about it. */
function remedyOf(said: string): string {
  return OUT_OF_REACH.test(said)
    ? "no way leads from here to the cluster's API, whose endpoint is private outside dev (A2.4): connect to the network of the environment as docs/phases/02-cluster.md says, then run the same command again: it continues here"
    : "mend what the provider complains of, then run the same command again: it continues here";
}

/** The outcome of an engine operation that did not succeed, or undefined when it did. */
export function unsuccessful(operation: Operation, what: string): StepOutcome | undefined {
  const { result, failures, errors, changes } = operation;
  if (result === "succeeded") return undefined;
  if (result === "cancelled") {
    return {
      status: "failed",
      kind: "interrupted",
      changes,
      failures,
      reason: `${what} was interrupted; what was finished is recorded`,
      fix: "run the same command again: it continues here",
    };
  }
  const count = failures.length;
  const why = [
    ...(count > 0 ? [`${count} ${count === 1 ? "resource" : "resources"} could not be brought about`] : []),
    ...errors,
  ];
  return {
    status: "failed",
    kind: "engine",
    changes,
    failures,
    reason: `${what} failed: ${why.join("; ") || "the engine gave no reason"}`,
    fix: remedyOf([...failures.map(({ message }) => message), ...errors].join("; ")),
  };
}
