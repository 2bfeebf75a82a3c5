import type { Properties, ResourceState } from "../model";
import { plannedState, type Deployment } from "./deployment";
import type { Goal } from "./goal";
import type { Provider } from "./providers";
import { takeStep, withSecretOutputs } from "./steps";

/**
 * Takes an existing resource into the stack (the `import` option): read it, keep what it is, and update it in the
 * same run where the program wants something else (pulumi.md 9.6).
 */
export async function importStep(
  deployment: Deployment,
  goal: Goal,
  urn: string,
  old: ResourceState | undefined,
  provider: Provider,
  reference: string | undefined,
  judge: (inputs: Properties) => Promise<Properties>,
  update: (imported: ResourceState, planned: ResourceState) => Promise<ResourceState>,
  /** State of a resource that is known to exist no more, whose place the imported one takes. */
  gone?: ResourceState,
): Promise<ResourceState> {
  const op = old === undefined ? "import" : "import-replacement";
  const base: ResourceState = {
    ...plannedState(deployment, goal, urn, goal.properties, reference, undefined),
    id: goal.importId,
  };
  const doomed: ResourceState | undefined = old && { ...old, delete: true };
  const imported = (await takeStep(deployment, { op, urn, old, new: base }, undefined, async () => {
    const read = await provider.read(urn, goal.importId, {}, {}, deployment.request.interruption.terminated);
    if (read === undefined) throw new Error(`resource '${goal.importId}' does not exist`);
    const state = withSecretOutputs({
      ...base,
      id: read.id,
      inputs: read.inputs ?? read.outputs,
      outputs: read.outputs,
    });
    return {
      state,
      change: () => ({
        put: [state],
        ...(gone ? { drop: [gone] } : {}),
        ...(old && doomed ? { swap: [[old, doomed]] } : {}),
      }),
    };
  })) as ResourceState;
  if (doomed !== undefined) deployment.replaced.push(doomed);
  const { inputs } = await provider.check(urn, imported.inputs, goal.properties);
  const planned: ResourceState = { ...imported, inputs: await judge(inputs) };
  return update(imported, planned);
}

/** Reads a resource the program only looks at (`get`): stored as external, never changed (pulumi.md 9.6). */
export async function readStep(
  deployment: Deployment,
  goal: Goal,
  urn: string,
  id: string,
  provider: Provider,
  reference: string,
): Promise<ResourceState> {
  const old = deployment.olds.get(urn);
  const base: ResourceState = {
    ...plannedState(deployment, goal, urn, goal.properties, reference, old),
    id,
    external: true,
  };
  const op = old !== undefined && !old.external ? "read-replacement" : "read";
  // Reading again what was read before is not news: the CLI reports it but does not count it.
  const counted = old === undefined;
  return (await takeStep(
    deployment,
    { op, urn, old, new: base },
    { kind: "reading", resource: base },
    async () => {
      const read = await provider.read(urn, id, goal.properties, {}, deployment.request.interruption.terminated);
      if (read === undefined) throw new Error(`resource '${id}' does not exist`);
      const state = withSecretOutputs({ ...base, id: read.id, outputs: read.outputs });
      return { state, change: () => ({ put: [state], ...(old === undefined ? {} : { drop: [old] }) }) };
    },
    counted,
  )) as ResourceState;
}
