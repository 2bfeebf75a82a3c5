import { UNKNOWN, type Json, type Properties, type ResourceState } from "../model";
import { containsUnknown } from "../values";
import { plannedState, type Deployment } from "./deployment";
import type { Goal } from "./goal";
import { StepFailed } from "./runner";
import { takeStep } from "./steps";

/** Type of the resource by which a program reads what another stack exports. */
export const STACK_REFERENCE = "pulumi:pulumi:StackReference";

/** Reads the outputs of another stack; one that is not there is an error of the resource. */
export async function readStack(
  deployment: Deployment,
  goal: Goal,
  urn: string,
  old: ResourceState | undefined,
): Promise<ResourceState> {
  const name = goal.properties["name"];
  const found =
    typeof name === "string" && !containsUnknown(name) ? await deployment.request.stackOutputs(name) : undefined;
  if (found === undefined && !containsUnknown(name as Json)) {
    deployment.failWithoutStep(`unknown stack ${JSON.stringify(name)}`, urn);
    throw new StepFailed(urn);
  }
  const outputs: Properties = {
    name: name ?? UNKNOWN,
    outputs: found?.outputs ?? {},
    secretOutputNames: found?.secretOutputNames ?? [],
  };
  const state: ResourceState = {
    ...plannedState(deployment, goal, urn, goal.properties, undefined, old),
    id: typeof name === "string" ? name : "",
    outputs,
    external: true,
  };
  const op = old === undefined ? "read" : "same";
  await takeStep(
    deployment,
    { op, urn, old, new: state },
    undefined,
    () => Promise.resolve({ state, change: () => ({ put: [state], ...(old === undefined ? {} : { drop: [old] }) }) }),
    op === "read",
  );
  return state;
}
