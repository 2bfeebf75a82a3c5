import { SlipwayError } from "../errors";
import type { EnvironmentContext } from "./context";
import type { Operation } from "./operation";
import { attempt, unsuccessful } from "./steps/ended";

/**
 * Resolves creates that a killed run asked for and never saw acknowledged. Left alone, `up` would make each of them
 * again (pulumi.md 5.4): one that the world has made is adopted into the state, one it has not is forgotten.
 * @returns notes for the report.
 * @throws SlipwayError `create-unresolved` (refused) where nobody can tell which of the two it is.
 */
export async function resolvePendingCreates(
  context: Pick<EnvironmentContext, "stack" | "sandbox" | "environment" | "processes">,
): Promise<string[]> {
  const { stack, sandbox } = context;
  const notes: string[] = [];
  // The killed run has left its lock as well; the first operation that changes the state meets it.
  const settle = async (action: () => Promise<Operation>) => {
    const attempted = await attempt(context, action);
    notes.push(...attempted.notes);
    requireSuccess(attempted.operation);
  };
  const { pendingCreates, resources } = await stack.state();
  if (pendingCreates.length === 0) return [];
  if (sandbox === undefined) throw unresolved(context.environment, stack.name, pendingCreates);

  const known = new Set(resources.flatMap(({ id }) => (id === undefined ? [] : [id])));
  const adopted: { urn: string; id: string }[] = [];
  for (const { urn } of pendingCreates) {
    const unacknowledged = (await sandbox.idsOf(urn)).filter((id) => !known.has(id));
    const [id, ...more] = unacknowledged;
    if (more.length > 0) throw unresolved(context.environment, stack.name, [{ urn }]);
    if (id !== undefined) adopted.push({ urn, id });
  }
  if (adopted.length > 0) await settle(() => stack.adopt(adopted));
  // Clearing comes second: it clears all of them, also those that were to be adopted.
  if (adopted.length < pendingCreates.length) await settle(() => stack.forgetCreates());
  return [
    ...notes,
    ...adopted.map(({ urn, id }) => `${urn} had been created as ${id} before the run was killed; it was adopted`),
    ...pendingCreates
      .filter(({ urn }) => !adopted.some((one) => one.urn === urn))
      .map(({ urn }) => `${urn} had been asked for but never made before the run was killed`),
  ];
}

function requireSuccess(operation: Operation): void {
  const outcome = unsuccessful(operation, "resolving what a killed run left pending");
  if (outcome) throw new SlipwayError("create-unresolved", outcome.reason ?? "", outcome.fix ?? "", outcome.kind);
}

function unresolved(environment: string, stack: string, pending: readonly { urn: string }[]): SlipwayError {
  const list = pending.map(({ urn }) => urn).join(", ");
  return new SlipwayError(
    "create-unresolved",
    `${environment} has ${pending.length} create(s) that a killed run never saw acknowledged: ${list}`,
    "look in the account for each of them. One that exists: " +
      `pulumi refresh --stack ${stack} --import-pending-creates <urn> --import-pending-creates <id>. ` +
      `When none of the others exists: pulumi refresh --stack ${stack} --clear-pending-creates. Then run the same command again`,
    "refused",
  );
}
