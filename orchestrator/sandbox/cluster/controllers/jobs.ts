import { statusOf, type KubeObject } from "../object";
import type { ClusterHands } from "./hands";

export function job(cluster: ClusterHands, job: KubeObject): void {
  const pods = cluster.owned(["v1", "Pod"], job);
  const done = pods.find((pod) => statusOf(pod)["phase"] === "Succeeded");
  const broken = pods.filter((pod) => statusOf(pod)["phase"] === "Failed");
  if (pods.length === 0)
    cluster.tryCreate(
      cluster.template(job, cluster.freeName(job, `${job.metadata.name}-`), { "job-name": job.metadata.name }),
      job,
    );
  const conditions = done
    ? [cluster.condition(job, "Complete", "True", "CompletionsReached", "Reached expected number of succeeded pods")]
    : broken.length > 0
      ? [
          cluster.condition(
            job,
            "Failed",
            "True",
            "BackoffLimitExceeded",
            "Job has reached the specified backoff limit",
          ),
        ]
      : [];
  cluster.status(job, {
    active: done || broken.length > 0 ? 0 : pods.length,
    succeeded: done ? 1 : 0,
    failed: broken.length,
    conditions,
    ...(done ? { completionTime: statusOf(job)["completionTime"] ?? cluster.time() } : {}),
  });
}
