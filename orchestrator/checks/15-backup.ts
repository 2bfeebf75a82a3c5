import type { KubernetesObject, V1DaemonSet } from "@kubernetes/client-node";
import { deploymentsAvailable } from "./available";
import { unprotectedDatabases, unsnapshotted } from "./backup-gaps";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, outside, type Offence } from "./finding";
import { restoreDrill } from "./restore-drill";

const API = "velero.io/v1";
/** The server validates its location every minute; the first time waits for its start. */
const LOCATION_SECONDS = 300;
const SERVICE_ACCOUNT = "velero-server";
/** Labels under which the chart makes one agent for each node. */
const AGENT = "node-agent";
/** Ends of a backup that leave something out. */
const BAD_ENDS = ["Failed", "PartiallyFailed", "FailedValidation"];

interface Phased extends KubernetesObject {
  status?: { phase?: string; message?: string; validationErrors?: string[]; failureReason?: string };
}
interface Schedule extends Phased {
  spec?: { schedule?: string; paused?: boolean };
}
interface Backup extends Phased {
  status?: Phased["status"] & { completionTimestamp?: string };
}

/** Phase 15: the bucket is reached, schedules are the environment's, and what was backed up and deleted comes back. */
export const backupCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const { namespace } = context.outputs.backup;
    const server = deploymentsAvailable(
      view,
      "A15.1",
      "Velero's server runs",
      namespace,
      context.config.highAvailability,
      // Two servers would both take every backup; Velero runs one by design.
      ["velero"],
    );
    const standing = await Promise.all([
      server,
      agents(context, view),
      outside(context, located(context, view)),
      outside(context, scheduled(context, view)),
      examine({ requirement: "A15.4", title: "every volume in use can be snapshotted" }, () => unsnapshotted(view)),
      examine({ requirement: "A15.5", title: "every database has a dump or a WAL archive besides snapshots" }, () =>
        unprotectedDatabases(view),
      ),
    ]);
    return [...standing, await outside(context, restoreDrill(context, view))];
  },

  async diagnose(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const [volumes, databases] = await Promise.all([unsnapshotted(view), unprotectedDatabases(view)]);
    const named = ({ wrong }: { wrong: readonly Offence[] }) => wrong.map(({ subject }) => subject);
    return [
      ...(await unreachable(context, view)),
      ...diagnosis(
        "A15.4",
        "these volumes are of a storage class whose driver has no VolumeSnapshotClass that Velero uses",
        "use a class of a CSI driver that snapshots (gp3), or add a VolumeSnapshotClass for the driver with the label velero.io/csi-volumesnapshot-class=true",
        named(volumes),
      ),
      ...diagnosis(
        "A15.5",
        "a snapshot of a running database may hold half a transaction: these have no dump and no WAL archive",
        "add an app-level backup: the annotation pre.hook.backup.velero.io/command that dumps before the snapshot, or the operator's own archive",
        named(databases),
      ),
    ];
  },
};

function agents({ outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A15.2", title: "an agent on every node moves the data of volumes" }, async () => {
    const { namespace } = outputs.backup;
    const agent = await view.get<V1DaemonSet>("apps/v1", "DaemonSet", AGENT, namespace);
    const { numberReady: ready = 0, desiredNumberScheduled: wanted = 0 } = agent?.status ?? {};
    const subject = `${namespace}/${AGENT}`;
    const wrong =
      agent === undefined
        ? [{ subject, reason: "does not exist" }]
        : ready < wanted
          ? [{ subject, reason: `ready on ${ready} of ${wanted} nodes` }]
          : [];
    return { looked: agent === undefined ? 1 : wanted, wrong, detail: `on ${ready} nodes` };
  });
}

function located({ outputs, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A15.2", title: "the bucket is reached and may be written" }, async () => {
    const { namespace, location, bucket } = outputs.backup;
    const { value } = await waitUntil({
      reason: `backup location ${location} to be available`,
      deadlineSeconds: LOCATION_SECONDS,
      attempt: async () => {
        const found = await view.get<Phased>(API, "BackupStorageLocation", location, namespace);
        const { phase, message } = found?.status ?? {};
        const reason = message ?? (found === undefined ? "does not exist" : "Velero has not looked at it");
        return { done: phase === "Available", value: phase === "Available" ? undefined : reason };
      },
    });
    return { looked: 1, wrong: value === undefined ? [] : [{ subject: location, reason: value }], detail: bucket };
  });
}

function scheduled({ outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A15.2", title: "the environment's schedules run, and their last backup is whole" },
    async () => {
      const { namespace, schedules } = outputs.backup;
      const [found, backups] = await Promise.all([
        view.list<Schedule>(API, "Schedule", namespace),
        view.list<Backup>(API, "Backup", namespace),
      ]);
      const wrong = each(
        schedules,
        ({ name }) => name,
        ({ name, cron }) => {
          const schedule = found.find(({ metadata }) => metadata?.name === name);
          if (schedule === undefined) return "does not exist";
          if (schedule.spec?.paused === true) return "is paused";
          if (schedule.spec?.schedule !== cron)
            return `runs at ${schedule.spec?.schedule ?? "no time"}, not at ${cron}`;
          const { phase, validationErrors = [] } = schedule.status ?? {};
          if (phase === "FailedValidation") return validationErrors.join("; ");
          return lastProblem(backups, name);
        },
      );
      const detail =
        schedules.length === 0 ? "none here: backups are on demand" : schedules.map(({ name }) => name).join(", ");
      return { looked: Math.max(1, schedules.length), wrong, detail };
    },
  );
}

/** A backup that is still being written says nothing yet. */
function lastProblem(backups: readonly Backup[], schedule: string): string | undefined {
  const [last] = backups
    .filter(({ metadata }) => metadata?.labels?.["velero.io/schedule-name"] === schedule)
    .filter(({ status }) => status?.completionTimestamp !== undefined)
    .sort((a, b) => String(b.status?.completionTimestamp).localeCompare(String(a.status?.completionTimestamp)));
  const { phase = "", failureReason, validationErrors = [] } = last?.status ?? {};
  if (!BAD_ENDS.includes(phase)) return undefined;
  const why = failureReason ?? validationErrors.join("; ");
  return `its last backup ${String(last?.metadata?.name)} ended ${phase}${why === "" ? "" : `: ${why}`}`;
}

/** A15.2: write access. */
async function unreachable({ outputs, clients }: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const { namespace, bucket } = outputs.backup;
  const locations = await view.list<Phased>(API, "BackupStorageLocation", namespace);
  const bad = locations.filter(({ status }) => status?.phase !== "Available");
  if (bad.length === 0) return [];
  const associations = await clients.aws.podIdentityAssociations(outputs.cluster.name);
  const bound = associations.some((one) => one.namespace === namespace && one.serviceAccount === SERVICE_ACCOUNT);
  if (!bound)
    return diagnosis(
      "A15.2",
      `no Pod Identity association gives ${namespace}/${SERVICE_ACCOUNT} a role`,
      "run the update of this phase again, which creates the association, then restart Velero's pods",
      bad.map(nameOf),
    );
  const says = (expression: RegExp) => bad.filter(({ status }) => expression.test(status?.message ?? "")).map(nameOf);
  return [
    ...diagnosis(
      "A15.2",
      `Velero's role may not use ${bucket} or its key`,
      "compare the role's policy with infra/phases/15-backup.ts; a policy of the bucket or key that somebody added may deny it",
      says(/AccessDenied/),
    ),
    ...diagnosis(
      "A15.2",
      `the bucket ${bucket} is gone, and with it the backups`,
      "run the update of this phase again for a new one, and take a backup at once",
      says(/NoSuchBucket/),
    ),
  ];
}
