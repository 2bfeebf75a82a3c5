import { randomBytes } from "node:crypto";
import type { KubernetesObject, V1ConfigMap, V1Namespace } from "@kubernetes/client-node";
import type { CheckContext, Finding } from "./check";
import type { ClusterView } from "./cluster-view";
import { examine, type Seen } from "./finding";
import { inProbeNamespace } from "./probe";

const API = "velero.io/v1";
/** One namespace with one object: seconds of work behind what the server is at. */
const WORK_SECONDS = 600;
/** A namespace goes when its finalizers let it. */
const GONE_SECONDS = 120;
const NAME = "drill";
/** What the drill writes ends by itself within the hour, even when the process does. */
const KEEP = "1h0m0s";

interface Work extends KubernetesObject {
  spec?: Readonly<Record<string, unknown>>;
  status?: { phase?: string; failureReason?: string; validationErrors?: string[] };
}

/** A15.3: a scratch namespace is backed up, deleted and restored, and what comes back is what was there. */
export function restoreDrill(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A15.3", title: "a namespace that is backed up and deleted comes back as it was" },
    () => inProbeNamespace(view, context.waitUntil, (namespace) => drill(context, view, namespace)),
  );
}

async function drill(context: CheckContext, view: ClusterView, namespace: string): Promise<Seen> {
  const { outputs, waitUntil } = context;
  const { namespace: home, location } = outputs.backup;
  const content = randomBytes(32).toString("hex");
  const metadata = { name: namespace, namespace: home };
  const failed = (reason: string): Seen => ({ looked: 1, wrong: [{ subject: namespace, reason }], detail: "" });
  await view.create<V1ConfigMap>({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: NAME, namespace },
    data: { content },
  });
  try {
    await view.create<Work>({
      apiVersion: API,
      kind: "Backup",
      metadata,
      spec: { includedNamespaces: [namespace], storageLocation: location, snapshotVolumes: false, ttl: KEEP },
    });
    const saved = await ended(context, view, "Backup", namespace);
    if (saved !== undefined) return failed(`its backup ${saved}`);

    await view.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const { done } = await waitUntil({
      reason: `namespace ${namespace} to be gone`,
      deadlineSeconds: GONE_SECONDS,
      attempt: async () => {
        const left = await view.get<V1Namespace>("v1", "Namespace", namespace);
        return { done: left === undefined, value: undefined };
      },
    });
    if (!done) return failed(`was not gone ${GONE_SECONDS} s after its deletion`);

    await view.create<Work>({ apiVersion: API, kind: "Restore", metadata, spec: { backupName: namespace } });
    const restored = await ended(context, view, "Restore", namespace);
    if (restored !== undefined) return failed(`its restore ${restored}`);
    const back = await view.get<V1ConfigMap>("v1", "ConfigMap", NAME, namespace);
    if (back === undefined) return failed(`came back without its ConfigMap ${NAME}`);
    if (back.data?.["content"] !== content) return failed("came back with another content");
    return { looked: 1, wrong: [], detail: `${namespace}: one ConfigMap, content equal` };
  } finally {
    // Deletes the backup, its data in the bucket and its restores.
    await view.create<Work>({
      apiVersion: API,
      kind: "DeleteBackupRequest",
      metadata,
      spec: { backupName: namespace },
    });
  }
}

/** undefined when the work ended well; else how it ended. */
async function ended(
  { outputs, waitUntil }: CheckContext,
  view: ClusterView,
  kind: "Backup" | "Restore",
  name: string,
): Promise<string | undefined> {
  const { value, done } = await waitUntil({
    reason: `${kind} ${name} to end`,
    deadlineSeconds: WORK_SECONDS,
    attempt: async () => {
      const status = (await view.get<Work>(API, kind, name, outputs.backup.namespace))?.status;
      const over = ["Completed", "PartiallyFailed", "Failed", "FailedValidation"].includes(status?.phase ?? "");
      return { done: over, value: status };
    },
  });
  const { phase = "is not taken up by Velero", failureReason, validationErrors = [] } = value ?? {};
  if (!done) return `did not end within ${WORK_SECONDS} s: ${phase}`;
  if (phase === "Completed") return undefined;
  const why = failureReason ?? validationErrors.join("; ");
  return `ended ${phase}${why === "" ? "" : `: ${why}`}`;
}
