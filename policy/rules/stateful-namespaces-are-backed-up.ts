import { platform } from "../framework";
import { stackRule } from "../rule";
import type { Subject } from "../subject";
import { together } from "../namespace";
import { at, items, UNKNOWN, several } from "../value";

/** Data of a namespace: claims, sets with claims, databases and brokers. */
const STATEFUL = [
  "kubernetes:core/v1:PersistentVolumeClaim",
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:postgresql.cnpg.io/v1:Cluster",
  "kubernetes:kafka.strimzi.io/v1beta2:Kafka",
];

/** Data that is backed up nowhere is kept by luck. At least daily (I3.4), by a schedule that takes the namespace in. */
export const statefulNamespacesAreBackedUp = stackRule({
  name: "stateful-namespaces-are-backed-up",
  description: "Every namespace that keeps data is in a Velero schedule that runs at least daily.",
  severity: "high",
  framework: platform("E6.2", "Stateful namespaces in staging and production have a backup schedule."),
  requirement: "E6.2",
  remediation: "Add a Velero Schedule that runs daily and whose includedNamespaces name the namespace or are left out.",
  url: "https://velero.io/docs/main/api-types/schedule/",
  levels: { dev: "disabled", staging: "advisory" },
  judge(stack, verdict) {
    const schedules = stack.ofType("kubernetes:velero.io/v1:Schedule").filter((schedule) => isDaily(schedule));
    const judged: Subject[] = [];
    for (const subject of STATEFUL.flatMap((kind) => stack.ofType(kind)).filter(keepsData)) {
      // One word per namespace: the first of its stateful resources stands for all.
      if (judged.some((one) => together(one, subject))) continue;
      judged.push(subject);
      const { namespace } = subject;
      if (schedules.some((schedule) => takesIn(schedule, namespace))) continue;
      if (namespace === UNKNOWN) verdict.undecided(`the namespace of ${subject.title}`, subject.urn);
      else
        verdict.violation(
          `no daily Velero schedule takes in namespace ${namespace}, where ${subject.title} keeps data`,
          subject.urn,
        );
    }
  },
});

function keepsData(subject: Subject): boolean {
  if (!subject.type.endsWith(":StatefulSet")) return !subject.type.endsWith("Patch");
  const claims = items(at(subject.properties["spec"], "volumeClaimTemplates"));
  return claims === UNKNOWN || claims.length > 0;
}

/** Daily or oftener: a day of month, month and day of week left open, or an interval of 24 hours at most. */
function isDaily(schedule: Subject): boolean {
  const text = at(schedule.properties["spec"], "schedule");
  if (at(schedule.properties["spec"], "paused") === true) return false;
  if (text === UNKNOWN) return true;
  if (typeof text !== "string" || text.length > 128) return false;
  if (text === "@daily" || text === "@hourly" || text === "@midnight") return true;
  const every = /^@every (\d{1,3})h/.exec(text);
  if (every !== null) return Number(every[1]) <= 24;
  const fields = text.trim().split(/\s+/);
  return fields.length === 5 && fields.slice(2).every((field) => field === "*" || field === "*/1");
}

function takesIn(schedule: Subject, namespace: string | typeof UNKNOWN): boolean {
  const template = at(schedule.properties["spec"], "template");
  const [included, excluded] = several(
    items(at(template, "includedNamespaces")),
    items(at(template, "excludedNamespaces")),
  );
  if (included === UNKNOWN || excluded === UNKNOWN) return true;
  if (included.length === 0 || included.includes("*")) return namespace === UNKNOWN || !excluded.includes(namespace);
  return namespace !== UNKNOWN && included.includes(namespace) && !excluded.includes(namespace);
}
