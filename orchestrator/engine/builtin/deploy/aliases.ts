import type { Deployment } from "./deployment";
import type { Goal } from "./goal";
import { makeUrn, STACK_TYPE, typeOf } from "./urn";

/** URNs under which a resource may be found in the old state, its present one first (pulumi.md 9.1). */
export function possibleUrns(deployment: Deployment, goal: Goal, urn: string): string[] {
  const { stack, project } = deployment.request;
  const found = [urn];
  for (const alias of goal.aliases) {
    if ("urn" in alias) {
      found.push(alias.urn);
      continue;
    }
    const parent = alias.noParent ? undefined : (alias.parentUrn ?? goal.parent);
    const parentUrns =
      parent === undefined || typeOf(parent) === STACK_TYPE
        ? [parent]
        : [parent, ...(deployment.aliasesOf.get(parent) ?? [])];
    for (const under of parentUrns)
      found.push(
        makeUrn(
          alias.stack || stack,
          alias.project || project,
          under,
          alias.type || goal.type,
          alias.name || goal.name,
        ),
      );
  }
  // Children of an aliased parent were registered under the parent's old type chain.
  for (const former of goal.parent === undefined ? [] : (deployment.aliasesOf.get(goal.parent) ?? []))
    found.push(makeUrn(stack, project, former, goal.type, goal.name));
  return [...new Set(found)];
}
