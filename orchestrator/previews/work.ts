import type { PlatformConfig } from "../../infra/config";
import type { PlatformOutputs } from "../../infra/outputs";
import type { PreviewArgs } from "../../infra/environments/preview";
import type { Edge, WaitUntil } from "../checks/check";
import type { ClusterView } from "../checks/cluster-view";
import type { V1Namespace } from "@kubernetes/client-node";
import { SlipwayError } from "../errors";
import type { Layout } from "../rollout/layout";
import { acquireLease } from "../rollout/lease";
import type { Operation } from "../rollout/operation";
import type { ProcessTable } from "../rollout/processes";
import type { StackPort } from "../rollout/stack";
import { unsuccessful } from "../rollout/steps/ended";
import { previewOf, type Preview, type PreviewSettings } from "./preview";

/** What previews are made with: the dev cluster as it stands, and the engine. */
export interface PreviewWork {
  readonly config: PlatformConfig;
  readonly settings: PreviewSettings;
  /** Of the dev environment. */
  readonly outputs: PlatformOutputs;
  readonly view: ClusterView;
  readonly edge: Edge;
  readonly layout: Layout;
  readonly processes: ProcessTable;
  readonly waitUntil: WaitUntil;
  /** The policy pack and the levels of the dev cluster. */
  readonly pack: { readonly directory: string; readonly config: string };
  now(): Date;
  /** One line of progress. */
  say(text: string): void;
  /** The stack of a preview; undefined when it is not there and is not to be made. */
  openStack(name: string, args: PreviewArgs | undefined): Promise<StackPort | undefined>;
}

/** Every preview there is, by number. */
export async function listPreviews({ view }: Pick<PreviewWork, "view">): Promise<Preview[]> {
  const namespaces = await view.list<V1Namespace>("v1", "Namespace");
  return namespaces.flatMap((one) => previewOf(one) ?? []).toSorted((a, b) => a.pullRequest - b.pullRequest);
}

/**
 * Holds one preview while something is done with it: two at a time do not meet in one stack.
 * @throws SlipwayError `lease-held` (refused) naming who holds it.
 */
export async function holding<T>(
  { layout, processes, now, say }: PreviewWork,
  name: string,
  command: string,
  action: () => Promise<T>,
): Promise<T> {
  const lease = acquireLease({ directory: layout.environment(name), environment: name, command, processes, now });
  if (lease.takenFrom) say(`${name}: took over from process ${lease.takenFrom.pid}, which died`);
  try {
    return await action();
  } finally {
    lease.release();
  }
}

/** @throws SlipwayError saying what the engine met, resource by resource. */
export function requireSuccess(operation: Operation, what: string, code: string): void {
  const outcome = unsuccessful(operation, what);
  if (outcome === undefined) return;
  const failures = operation.failures.map(({ urn, message }) => `\n  ${urn.split("::").at(-1) ?? urn}: ${message}`);
  throw new SlipwayError(code, `${outcome.reason ?? what}${failures.join("")}`, outcome.fix ?? "", outcome.kind);
}
