import type { V1PersistentVolume } from "@kubernetes/client-node";
import { rmSync } from "node:fs";
import { REMOVAL_SECONDS } from "../../infra/environments/sizes";
import { SlipwayError } from "../errors";
import { attempt } from "../rollout/steps/ended";
import { placeOf } from "./create";
import { overdue, type Preview } from "./preview";
import { holding, listPreviews, requireSuccess, type PreviewWork } from "./work";

export interface Removed {
  readonly pullRequest: number;
  readonly namespace: string;
  /** `absent`: there was nothing, which is as good (C2.8). */
  readonly status: "removed" | "absent";
}

/**
 * Removes a preview with everything in it and everything made for it: namespace, stack, DNS records. What is not there
 * is fine. Kill it anywhere and run it again.
 *
 * @throws SlipwayError `preview-remains` naming what is still there after two minutes.
 */
export async function removePreview(work: PreviewWork, pullRequest: number): Promise<Removed> {
  const names = placeOf(work, pullRequest);
  const { namespace, host } = names;
  return holding(work, namespace, "slipway environment delete", async () => {
    const stack = await work.openStack(namespace, undefined);
    const there = (await listPreviews(work)).some((one) => one.pullRequest === pullRequest);
    if (stack !== undefined) {
      const context = { stack, processes: work.processes };
      if ((await stack.state()).pendingCreates.length > 0)
        requireSuccess(
          (await attempt(context, () => stack.forgetCreates())).operation,
          `clearing what a killed run left of ${namespace}`,
          "preview-remains",
        );
      const { operation } = await attempt(context, () => stack.destroy());
      requireSuccess(operation, `removing ${namespace}`, "preview-remains");
    }
    // A namespace that no stack knows: its stack was lost, or somebody made it by hand.
    await work.view.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await requireNothingLeft(work, namespace, host);
    await stack?.remove();
    rmSync(work.layout.work(namespace), { recursive: true, force: true });
    return { pullRequest, namespace, status: there || stack !== undefined ? "removed" : "absent" };
  });
}

async function requireNothingLeft(
  { view, edge, waitUntil }: PreviewWork,
  namespace: string,
  host: string,
): Promise<void> {
  const gone = await waitUntil({
    reason: `${namespace} to be gone`,
    deadlineSeconds: REMOVAL_SECONDS,
    attempt: async () => {
      const left = [
        ...((await view.get("v1", "Namespace", namespace)) === undefined ? [] : [`namespace ${namespace}`]),
        ...(await view.list<V1PersistentVolume>("v1", "PersistentVolume"))
          .filter(({ spec }) => spec?.claimRef?.namespace === namespace)
          .map(({ metadata }) => `volume ${metadata?.name ?? ""}`),
        ...(await edge.resolve(host)).map((target) => `DNS record ${host} → ${target}`),
      ];
      return { done: left.length === 0, value: left };
    },
  });
  if (gone.done) return;
  throw new SlipwayError(
    "preview-remains",
    `${REMOVAL_SECONDS} s after its removal there is still: ${gone.value.join(", ")}`,
    "see what holds it (finalizers, a policy that keeps volumes or records), then run the same command again",
  );
}

export interface Reaped {
  readonly preview: Preview;
  readonly reason: string;
  readonly status: "removed" | "absent" | "would be removed" | "failed";
  /** Of a removal that failed. */
  readonly error?: string;
}

/** Removes every preview that is over and that nobody keeps; one that cannot be removed does not hold up the others. */
export async function reapPreviews(work: PreviewWork, { dryRun }: { readonly dryRun: boolean }): Promise<Reaped[]> {
  const reaped: Reaped[] = [];
  for (const preview of await listPreviews(work)) {
    const reason = overdue(preview, work.settings, work.now());
    if (reason === undefined) continue;
    if (dryRun) {
      reaped.push({ preview, reason, status: "would be removed" });
      continue;
    }
    try {
      reaped.push({ preview, reason, status: (await removePreview(work, preview.pullRequest)).status });
    } catch (error) {
      if (!(error instanceof SlipwayError)) throw error;
      reaped.push({ preview, reason, status: "failed", error: `${error.code}: ${error.message}` });
    }
  }
  return reaped;
}
