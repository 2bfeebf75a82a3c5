import type { Deployment } from "./deployment";
import type { Goal } from "./goal";
import { makeUrn, nameOf, STACK_TYPE, typeOf } from "./urn";

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
    const [inStack, inProject] = [alias.stack || stack, alias.project || project];
    const [type, name] = [alias.type || goal.type, alias.name || goal.name];
    found.push(makeUrn(inStack, inProject, parent, type, name));
    for (const former of formerOf(deployment, parent))
      found.push(makeUrn(inStack, inProject, former, type, carriedOver(name, parent as string, former)));
  }
  // Children of an aliased parent were registered under the parent's old type chain.
  for (const former of formerOf(deployment, goal.parent))
    found.push(makeUrn(stack, project, former, goal.type, carriedOver(goal.name, goal.parent as string, former)));
  return [...new Set(found)];
}

function formerOf(deployment: Deployment, parent: string | undefined): readonly string[] {
  return parent === undefined || typeOf(parent) === STACK_TYPE ? [] : (deployment.aliasesOf.get(parent) ?? []);
}

/** A child named after its parent (`app-function` in `app`) had the parent's former name in its own. */
function carriedOver(name: string, parent: string, former: string): string {
  const prefix = nameOf(parent);
  return name.startsWith(prefix) ? nameOf(former) + name.slice(prefix.length) : name;
}
