import type { ResourceState } from "../model";
import { changedPaths, parsePath, touches, writePath } from "../property-path";
import type { Diff } from "../provider/client";
import { equal } from "../values";
import type { Deployment } from "./deployment";
import type { StepFacts } from "./events";
import type { Goal } from "./goal";
import { guarded } from "./judgement";
import type { Provider } from "./providers";

/** What changes, and what of it demands a replacement: by the provider, the program, the caller or what stands below. */
export async function difference(
  deployment: Deployment,
  goal: Goal,
  old: ResourceState,
  planned: ResourceState,
  provider: Provider,
  reference: string | undefined,
): Promise<Diff> {
  const { options } = deployment.request;
  const forced = options.replace.includes(old.urn) || options.replace.includes(planned.urn) || old.taint === true;
  const partner =
    planned.replaceWith?.some((urn) => deployment.replacing.has(urn)) === true ||
    (planned.deletedWith !== undefined && deployment.replacing.has(planned.deletedWith));
  const triggered =
    planned.replacementTrigger !== undefined &&
    old.replacementTrigger !== undefined &&
    !equal(old.replacementTrigger, planned.replacementTrigger);
  const diff = await guarded(deployment, planned.urn, () =>
    provider.diff(planned.urn, old, planned.inputs, goal.ignoreChanges),
  );
  const paths = changedPaths(old.inputs, planned.inputs);
  const changes = diff.changes === "unknown" ? (paths.length === 0 ? "none" : "some") : diff.changes;
  const demanded = paths
    .filter((path) => goal.replaceOnChanges.some((pattern) => touches(parsePath(pattern), path)))
    .map(writePath);
  const replaces = new Set([...diff.replaces, ...(changes === "some" ? demanded : [])]);
  if (forced || partner || triggered || old.external || providerReplaced(deployment, old.provider, reference))
    replaces.add("id");
  return {
    ...diff,
    changes,
    replaces: [...replaces],
    diffs: diff.diffs.length > 0 ? diff.diffs : paths.map(writePath),
  };
}

/** A provider resource that is replaced takes its resources along; one that is only another name for it does not. */
function providerReplaced(deployment: Deployment, before: string | undefined, now: string | undefined): boolean {
  if (before === undefined || now === undefined || before === now) return false;
  const urn = now.slice(0, now.lastIndexOf("::"));
  return deployment.replacing.has(urn);
}

/** The part of a difference that events tell of. */
export function describeDiff(diff: Diff): Pick<StepFacts, "diffs" | "detailed"> {
  return { diffs: diff.diffs, detailed: diff.detailed };
}
