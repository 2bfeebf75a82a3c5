import type { V1Job } from "@kubernetes/client-node";
import type { Jobs } from "./job";

/** Jobs of the cluster that the current context of KUBECONFIG, or `kubeconfig`, names. */
export function clusterJobs(kubeconfig?: string): Jobs {
  const connect = async () => {
    const { ApiException, BatchV1Api, CoreV1Api, KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromString(kubeconfig);
    const answered = (error: unknown, code: number) => error instanceof ApiException && error.code === code;
    return { batch: config.makeApiClient(BatchV1Api), core: config.makeApiClient(CoreV1Api), answered };
  };
  let connected: ReturnType<typeof connect> | undefined;
  const client = () => (connected ??= connect());
  return {
    async create(job: V1Job) {
      const { batch, answered } = await client();
      try {
        await batch.createNamespacedJob({ namespace: job.metadata?.namespace ?? "default", body: job });
      } catch (error) {
        if (!answered(error, 409)) throw error;
      }
    },
    async read(namespace, name) {
      const { batch, answered } = await client();
      try {
        return await batch.readNamespacedJob({ namespace, name });
      } catch (error) {
        if (answered(error, 404)) return undefined;
        throw error;
      }
    },
    async logs(namespace, name) {
      const { core } = await client();
      const { items } = await core.listNamespacedPod({
        namespace,
        labelSelector: `batch.kubernetes.io/job-name=${name}`,
      });
      const told = await Promise.all(
        items.flatMap(({ metadata, spec }) =>
          [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(async (container) => {
            const pod = metadata?.name ?? "";
            // A pod that never started has no log, and that is known by its Job's verdict already.
            return core.readNamespacedPodLog({ namespace, name: pod, container: container.name }).catch(() => "");
          }),
        ),
      );
      return told.join("\n");
    },
  };
}
