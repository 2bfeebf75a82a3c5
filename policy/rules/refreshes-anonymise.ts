import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { list } from "../setting";
import { at, items, several, UNKNOWN, type Value } from "../value";
import { matches } from "../waiver";

type Settings = {
  namespaces: readonly string[];
  jobs: readonly string[];
  dumping: readonly string[];
  loading: readonly string[];
  anonymising: readonly string[];
};

/** Copies of production are the easiest way for personal data to leave it (GDPR, CCPA). */
export const refreshesAnonymise = resourceRule<Settings>({
  name: "refreshes-anonymise",
  description: "Every job that copies data into an environment for tests anonymises it on the way.",
  severity: "critical",
  framework: platform("E6.1", "Staging refresh without anonymisation refused."),
  requirement: "E6.1",
  remediation:
    "Pass the data through `slipway data refresh`, which replaces or refuses every column, before it is loaded.",
  url: "https://gdpr-info.eu/art-25-gdpr/",
  settings: {
    namespaces: list("namespaces of environments below production; * stands for any text", [
      "staging",
      "qa",
      "feature-pr-*",
    ]),
    jobs: list("names of jobs that refresh data, whatever they run", ["*refresh*"]),
    dumping: list("programs that read a whole database", ["pg_dump", "pg_basebackup", "mysqldump", "mongodump"]),
    loading: list("programs that write one", ["psql", "pg_restore", "mysql", "mongorestore"]),
    anonymising: list("programs that replace what is personal", ["slipway data refresh"]),
  },
  applies: isKind("batch/CronJob", "batch/Job"),
  judge(subject, verdict, { namespaces, jobs, dumping, loading, anonymising }) {
    const { namespace, objectName, workload } = subject;
    if (namespace === UNKNOWN || !namespaces.some((one) => matches(one, namespace))) return;
    if (workload === undefined || (workload !== UNKNOWN && workload.partial)) return;
    if (workload === UNKNOWN || objectName === UNKNOWN) return verdict.undecided("what the job runs");
    const containers = several(items(workload.spec["initContainers"]), items(workload.spec["containers"]));
    const words: Word[] = containers.flatMap((list): Word[] =>
      list === UNKNOWN
        ? [UNKNOWN]
        : [...list].flatMap((one) => [...wordsOf(at(one, "command")), ...wordsOf(at(one, "args"))]),
    );
    const says = (programs: readonly string[]) =>
      words.some((word) => word !== UNKNOWN && programs.some((program) => word.includes(program)));
    const isRefresh =
      (typeof objectName === "string" && jobs.some((one) => matches(one, objectName))) ||
      (says(dumping) && says(loading));
    if (!isRefresh || says(anonymising)) return;
    if (words.includes(UNKNOWN)) verdict.undecided("what the job runs");
    else verdict.violation("the job loads data that it has not anonymised");
  },
});

/** A word of a command line; UNKNOWN where it is not known yet. */
type Word = string | typeof UNKNOWN;

function wordsOf(value: Value): Word[] {
  const list = items(value);
  if (list === UNKNOWN) return [UNKNOWN];
  return [...list].filter((one): one is Word => typeof one === "string" || one === UNKNOWN);
}
