import type { V1Container, V1Job } from "@kubernetes/client-node";
import { IMAGE } from "../record";
import type { Jobs } from "../gate/job";

/**
 * A cluster that plays compatibility tests and nothing else, and is strict about them: what a real one would refuse, or
 * what would prove nothing, is an error here. `fails` says of a running version whether its tests fail on the schema of
 * the next one.
 */
export function testCluster(fails: (running: string, next: string) => boolean): Jobs & { readonly ran: string[] } {
  const jobs = new Map<string, { readonly job: V1Job; readonly failed: boolean }>();
  const keyOf = (namespace: string, name: string) => `${namespace}/${name}`;
  const ran: string[] = [];
  return {
    ran,
    create(job) {
      const { name = "", namespace = "" } = job.metadata ?? {};
      const wrong = mistakes(job);
      if (wrong.length > 0) throw new Error(`${namespace}/${name} is no compatibility test: ${wrong.join("; ")}`);
      if (jobs.has(keyOf(namespace, name))) return Promise.resolve();
      const [running, next] = [imageOf(job, "test"), imageOf(job, "migrate")];
      jobs.set(keyOf(namespace, name), { job, failed: fails(running, next) });
      ran.push(keyOf(namespace, name));
      return Promise.resolve();
    },
    read(namespace, name) {
      const found = jobs.get(keyOf(namespace, name));
      if (found === undefined) return Promise.resolve(undefined);
      const type = found.failed ? "Failed" : "Complete";
      const reason = found.failed ? "BackoffLimitExceeded" : "CompletionsReached";
      return Promise.resolve({ ...found.job, status: { conditions: [{ type, reason, status: "True" }] } });
    },
    logs(namespace, name) {
      const found = jobs.get(keyOf(namespace, name));
      if (found === undefined) throw new Error(`${namespace}/${name} is asked for its log and never ran`);
      return Promise.resolve(found.failed ? 'column "name" does not exist\n3 of 12 failed' : "12 passed");
    },
  };
}

const containersOf = ({ spec }: V1Job) => [
  ...(spec?.template.spec?.initContainers ?? []),
  ...(spec?.template.spec?.containers ?? []),
];
const imageOf = (job: V1Job, name: string) => containersOf(job).find((one) => one.name === name)?.image ?? "";
const valueOf = ({ env = [] }: V1Container, name: string) => env.find((one) => one.name === name)?.value;

/** Why a Job proves nothing, or would not run. */
function mistakes(job: V1Job): string[] {
  const pod = job.spec?.template.spec;
  const all = containersOf(job);
  const order = all.map(({ name }) => name).join(", ");
  const database = all.find(({ name }) => name === "database");
  const steps = all.filter(({ name }) => name !== "database");
  return [
    ...(order === "database, migrate, test" ? [] : [`its steps are ${order}`]),
    ...all.flatMap(({ name, image = "" }) => (IMAGE.test(image) ? [] : [`${name} runs ${image}, which is no digest`])),
    ...(database?.restartPolicy === "Always" ? [] : ["the database is no sidecar: the Job would never end"]),
    ...(database?.args?.includes("listen_addresses=127.0.0.1") === true ? [] : ["others reach its database"]),
    ...steps.flatMap((one) =>
      valueOf(one, "DATABASE_HOST") === "127.0.0.1" ? [] : [`${one.name} uses another database than its own`],
    ),
    ...all.flatMap(({ name, env = [], envFrom = [] }) =>
      envFrom.length > 0 || env.some(({ valueFrom }) => valueFrom !== undefined) ? [`${name} reads a secret`] : [],
    ),
    ...(pod?.volumes ?? []).flatMap(({ name, emptyDir }) => (emptyDir === undefined ? [`volume ${name} stays`] : [])),
    ...(pod?.restartPolicy === "Never" && job.spec?.backoffLimit === 0 ? [] : ["it is tried more than once (D3.8)"]),
    ...((job.spec?.activeDeadlineSeconds ?? 0) > 0 ? [] : ["it may run for ever"]),
  ];
}
