import type { V1Job } from "@kubernetes/client-node";
import type { Ending } from "./verdict";

/** Jobs of one cluster. */
export interface Jobs {
  /** Makes it, or finds the one of that name: the name says which run it is for. */
  create(job: V1Job): Promise<void>;
  read(namespace: string, name: string): Promise<V1Job | undefined>;
  /** What its pods wrote, empty where nothing is kept. */
  logs(namespace: string, name: string): Promise<string>;
}

export interface JobRequest {
  readonly manifest: V1Job;
  readonly namespace: string;
  /** Tells this run's Job from every other's: a Job cannot be changed (D3.8). */
  readonly suffix: string;
  readonly timeoutSeconds: number;
  readonly jobs: Jobs;
  now(): Date;
  waitUntil(time: Date): Promise<void>;
}

/** D4.2: ten seconds between two looks. */
const LOOK_SECONDS = 10;
/** What the control plane may take to see that a deadline has passed. */
const GRACE_SECONDS = 60;
/** D3.8: finished Jobs can be looked into for an hour. */
const KEPT_SECONDS = 3600;
/** RFC 1123, which names of Jobs and their pods follow. */
const LONGEST_NAME = 63;

/** The Job as it is made: once, with a deadline, kept for an hour. Pure. */
export function jobOf({
  manifest,
  namespace,
  suffix,
  timeoutSeconds,
}: Omit<JobRequest, "jobs" | "now" | "waitUntil">): V1Job {
  const base = (manifest.metadata?.name ?? "gate").slice(0, LONGEST_NAME - suffix.length - 1);
  return {
    ...manifest,
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { ...manifest.metadata, name: `${base}-${suffix}`, namespace },
    spec: {
      ...manifest.spec,
      template: manifest.spec?.template ?? {},
      backoffLimit: 0,
      activeDeadlineSeconds: timeoutSeconds,
      ttlSecondsAfterFinished: KEPT_SECONDS,
    },
  };
}

/** Runs a Job to its end. Resumed, it finds the Job of the run it goes on with. */
export async function runJob(request: JobRequest): Promise<Ending> {
  const { jobs, namespace, timeoutSeconds, now, waitUntil } = request;
  const job = jobOf(request);
  const name = job.metadata?.name ?? "";
  await jobs.create(job);
  const end = now().getTime() + (timeoutSeconds + GRACE_SECONDS) * 1000;
  for (;;) {
    const seen = await jobs.read(namespace, name);
    if (seen === undefined) return { why: `Job ${namespace}/${name} is gone`, output: "" };
    const held = (type: string) => seen.status?.conditions?.find((one) => one.type === type && one.status === "True");
    const failed = held("Failed");
    if (failed?.reason === "DeadlineExceeded") {
      return { why: `Job ${name} did not end within ${timeoutSeconds} s`, output: await jobs.logs(namespace, name) };
    }
    if (failed !== undefined)
      return { code: 1, output: `${await jobs.logs(namespace, name)}\n${failed.message ?? ""}` };
    if (held("Complete") !== undefined) return { code: 0, output: await jobs.logs(namespace, name) };
    const next = now().getTime() + LOOK_SECONDS * 1000;
    if (next > end)
      return { why: `Job ${name} was never ended by the cluster`, output: await jobs.logs(namespace, name) };
    await waitUntil(new Date(next));
  }
}
