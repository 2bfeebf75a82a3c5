import type { KubernetesObject, V1CronJob, V1Job } from "@kubernetes/client-node";
import type { CheckContext, Diagnosis, Finding } from "./check";
import type { ClusterView } from "./cluster-view";
import { diagnosis, each, examine } from "./finding";

const CNPG = "postgresql.cnpg.io/v1";
/** CloudNativePG's annotation for declarative hibernation. */
const HIBERNATION = "cnpg.io/hibernation";

/** H4.3: databases in the cluster are put to rest and brought back by the wall clock of the configured zone. */
export function databaseRestArranged({ outputs, config }: CheckContext, view: ClusterView): Promise<Finding> {
  const title = "databases in the cluster hibernate outside working hours, and are awake within them";
  return examine({ requirement: "H4.3", title }, async () => {
    const { namespace, schedules, databases } = outputs.cost.databaseRest;
    const jobs = await view.list<V1CronJob>("batch/v1", "CronJob", namespace);
    const found = new Map(jobs.map((job) => [job.metadata?.name ?? "", job.spec]));
    const zone = config.cost.workingHours?.timeZone;
    const wrong = each(
      Object.entries(schedules),
      ([name]) => name,
      ([name, times]) => {
        const spec = found.get(name);
        if (spec === undefined) return "does not exist";
        if (spec.suspend === true) return "is suspended";
        if (spec.schedule !== times) return `runs at ${spec.schedule}, ${times} is configured`;
        return spec.timeZone === zone
          ? undefined
          : `runs in ${spec.timeZone ?? "no zone"}, ${zone ?? "none"} is configured`;
      },
    );
    wrong.push(...(await asleep(view, databases)).map((subject) => ({ subject, reason: "hibernates" })));
    const told = Object.entries(schedules).map(([name, times]) => `${name} ${times}`);
    return { looked: databases.length, wrong, detail: `${databases.join(", ")}: ${told.join(", ")} in ${zone ?? ""}` };
  });
}

/** H4.3: a morning that did not come, and evenings and mornings that failed. */
export async function databaseRestCauses({ outputs }: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const { namespace, databases } = outputs.cost.databaseRest;
  if (databases.length === 0) return [];
  const [left, jobs] = await Promise.all([asleep(view, databases), view.list<V1Job>("batch/v1", "Job", namespace)]);
  const failed = jobs.filter(({ status }) =>
    status?.conditions?.some(({ type, status: given }) => type === "Failed" && given === "True"),
  );
  return [
    ...diagnosis(
      "H4.3",
      "the database hibernates: its morning did not come, or somebody works outside working hours",
      `kubectl -n ${namespace} create job --from=cronjob/database-morning wake-up; its volumes are as they were`,
      left,
    ),
    ...diagnosis(
      "H4.3",
      "what puts the database to rest, or brings it back, failed",
      "read the Job's log: without credentials the Pod Identity association is missing, with 403 the right on the Cluster",
      failed.map(({ metadata }) => `${namespace}/${metadata?.name ?? ""}`),
    ),
  ];
}

async function asleep(view: ClusterView, databases: readonly string[]): Promise<string[]> {
  const clusters = await Promise.all(
    databases.map((database) => {
      const [namespace = "", name = ""] = database.split("/");
      return view.get<KubernetesObject>(CNPG, "Cluster", name, namespace);
    }),
  );
  return databases.filter((_, index) => clusters[index]?.metadata?.annotations?.[HIBERNATION] === "on");
}
