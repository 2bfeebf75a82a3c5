import type { KubernetesObject, V1ResourceQuota, V1Secret } from "@kubernetes/client-node";
import type { DataSystemOutput } from "../../infra/outputs";
import type { CheckContext, Diagnosis, Finding } from "./check";
import { condition, nameOf, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine } from "./finding";
import { membersOf } from "./stateful-volumes";

const CNPG = "postgresql.cnpg.io/v1";
/** The first base backup of an empty database; archives come before it. */
const BACKUP_SECONDS = 600;
/** A11.7: a floor. */
const START_SECONDS = 60;

/** The operator's probes leave a start the time it may need. */
export function starts(view: ClusterView, { namespace, name }: DataSystemOutput): Promise<Finding> {
  const title = `a start of the database is given ${START_SECONDS} s or more`;
  return examine({ requirement: "A11.7", title }, async () => {
    const labels = { "cnpg.io/cluster": name, "cnpg.io/podRole": "instance" };
    const pods = await membersOf(view, { namespace, labels });
    const wrong = each(pods, nameOf, ({ spec }) => {
      const probe = spec?.containers.find((container) => container.name === "postgres")?.startupProbe;
      const seconds = (probe?.failureThreshold ?? 3) * (probe?.periodSeconds ?? 10);
      if (probe === undefined) return "has no startup probe, so that the liveness probe ends a slow recovery";
      return seconds >= START_SECONDS ? undefined : `is given ${seconds} s`;
    });
    return { looked: pods.length, wrong, detail: `${pods.length} instances` };
  });
}

/** A namespace of its own with a quota, and a Secret that the operator keeps (A11.6, A11.8). */
export function keptApart(view: ClusterView, { namespace, name }: DataSystemOutput): Promise<Finding> {
  const title = "the database has a namespace with a quota and a managed Secret";
  return examine({ requirement: "A11.6", title }, async () => {
    const secret = `${name}-app`;
    const [quotas, kept] = await Promise.all([
      view.list<V1ResourceQuota>("v1", "ResourceQuota", namespace),
      view.get<V1Secret>("v1", "Secret", secret, namespace),
    ]);
    const wrong = [
      ...(quotas.length === 0 ? [{ subject: namespace, reason: "has no quota" }] : []),
      ...(kept?.metadata?.ownerReferences?.some(({ kind }) => kind === "Cluster") === true
        ? []
        : [{ subject: secret, reason: kept === undefined ? "does not exist" : "is not the operator's own" }]),
    ];
    return { looked: 2, wrong, detail: `${namespace}/${secret}` };
  });
}

interface Backup extends KubernetesObject {
  status?: { phase?: string; error?: string; stoppedAt?: string };
}

/** WAL is archived, and the last base backup of each schedule is whole (B4.2, A15.5). */
export function backedUp(
  { waitUntil }: CheckContext,
  view: ClusterView,
  { namespace, name, schedules, bucket }: CheckContext["outputs"]["stateful"]["postgres"][number],
): Promise<Finding> {
  return examine({ requirement: "B4.2", title: "WAL is archived, and the last base backups are whole" }, async () => {
    if (schedules.length === 0) return { looked: 1, wrong: [], detail: "none here: its data is disposable (B4.1)" };
    const { value } = await waitUntil({
      reason: `backups of ${namespace}/${name}`,
      deadlineSeconds: BACKUP_SECONDS,
      attempt: async () => {
        const [cluster, backups] = await Promise.all([
          view.get<KubernetesObject>(CNPG, "Cluster", name, namespace),
          view.list<Backup>(CNPG, "Backup", namespace),
        ]);
        const archiving = condition(cluster, "ContinuousArchiving");
        const wrong = [
          ...(archiving?.status === "True"
            ? []
            : [{ subject: name, reason: archiving?.message ?? "has not archived any WAL" }]),
          ...each(schedules, String, (schedule) => {
            const last = backups
              .filter(({ metadata }) => metadata?.labels?.["cnpg.io/scheduled-backup"] === schedule)
              .sort((a, b) => String(b.metadata?.name).localeCompare(String(a.metadata?.name)))[0];
            if (last === undefined) return "has made no backup";
            const { phase = "pending", error } = last.status ?? {};
            return phase === "completed"
              ? undefined
              : `its last backup is ${phase}${error === undefined ? "" : `: ${error}`}`;
          }),
        ];
        return { done: wrong.length === 0, value: wrong };
      },
    });
    return { looked: schedules.length + 1, wrong: value, detail: `${schedules.join(", ")} to ${bucket}` };
  });
}

/** Archiving that fails fills the volume with WAL: the reason is nearly always the right to the bucket. */
export async function unarchived({ outputs, clients }: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const failing: Diagnosis[] = [];
  for (const { namespace, name, bucket, schedules } of outputs.stateful.postgres) {
    if (schedules.length === 0) continue;
    const cluster = await view.get<KubernetesObject>(CNPG, "Cluster", name, namespace);
    if (condition(cluster, "ContinuousArchiving")?.status !== "False") continue;
    const associations = await clients.aws.podIdentityAssociations(outputs.cluster.name);
    const isBound = associations.some((one) => one.namespace === namespace && one.serviceAccount === name);
    failing.push(
      ...diagnosis(
        "A15.5",
        isBound
          ? `the database's role may not use ${bucket} or its key, or the bucket is gone`
          : `no Pod Identity association gives ${namespace}/${name} a role`,
        isBound
          ? "compare the role's policy with infra/stateful/database-archive.ts; until it is mended, WAL fills the volume"
          : "run the update of this phase again, which creates the association, then restart the instances",
        [`${namespace}/${name}`],
      ),
    );
  }
  return failing;
}
