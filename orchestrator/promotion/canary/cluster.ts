import type { KubernetesListObject, KubernetesObject } from "@kubernetes/client-node";
import { SlipwayError } from "../../errors";
import type { AnalysisRun, Canary, RolloutStatus } from "./stage";

const API = "argoproj.io/v1alpha1";
/** Argo Rollouts' own label: the version that a ReplicaSet or an AnalysisRun is of. */
const HASH = "rollouts-pod-template-hash";

interface RolloutObject extends KubernetesObject, Pick<RolloutStatus, "status"> {
  readonly spec?: {
    readonly workloadRef?: { readonly apiVersion: string; readonly kind: string; readonly name: string };
  };
}
interface AnalysisRunObject extends KubernetesObject {
  readonly status?: { readonly phase?: string; readonly message?: string; readonly metricResults?: readonly object[] };
}

/**
 * A Rollout of the cluster that the current context of KUBECONFIG, or `kubeconfig`, names: get of it and of its
 * Deployment and list of analysisruns.argoproj.io are enough. @throws SlipwayError `cluster-unreachable`.
 */
export function openCanary(namespace: string, name: string, kubeconfig?: string): Canary {
  const connect = async () => {
    const { ApiException, KubeConfig, KubernetesObjectApi } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromString(kubeconfig);
    const missing = (error: unknown) => error instanceof ApiException && error.code === 404;
    return { api: KubernetesObjectApi.makeApiClient(config), missing };
  };
  let connected: ReturnType<typeof connect> | undefined;
  const asked = async <T>(use: (client: Awaited<ReturnType<typeof connect>>["api"]) => Promise<T>) => {
    try {
      const { api, missing } = await (connected ??= connect());
      return await use(api).catch((error: unknown) => {
        if (missing(error)) return undefined;
        throw error;
      });
    } catch (error) {
      throw new SlipwayError(
        "cluster-unreachable",
        `Rollout ${namespace}/${name} cannot be followed: ${error instanceof Error ? error.message : String(error)}`,
        "use a kubeconfig that may get rollouts.argoproj.io and deployments.apps and list analysisruns.argoproj.io there",
        "failure",
        { cause: error },
      );
    }
  };
  const read = (apiVersion: string, kind: string, called: string) =>
    asked((api) => api.read<KubernetesObject>({ apiVersion, kind, metadata: { name: called, namespace } }));
  let rollout: RolloutObject | undefined;
  return {
    async rollout() {
      rollout = await read(API, "Rollout", name);
      if (rollout === undefined) return undefined;
      const { metadata, status } = rollout;
      return {
        metadata: { ...(metadata?.generation !== undefined && { generation: metadata.generation }) },
        ...(status && { status }),
      };
    },
    async workload() {
      const reference = rollout?.spec?.workloadRef;
      if (reference === undefined) return undefined;
      return (await read(reference.apiVersion, reference.kind, reference.name))?.metadata?.generation;
    },
    async analyses(podHash) {
      const list = await asked<KubernetesListObject<AnalysisRunObject>>((api) =>
        api.list(API, "AnalysisRun", namespace),
      );
      return (list?.items ?? []).filter((run) => isOf(run, name, podHash)).map(kept);
    },
  };
}

function isOf({ metadata }: KubernetesObject, rollout: string, podHash: string | undefined): boolean {
  const owned = metadata?.ownerReferences?.some(({ kind, name }) => kind === "Rollout" && name === rollout) === true;
  return owned && (podHash === undefined || metadata.labels?.[HASH] === podHash);
}

function kept({ metadata, status: { phase, message, metricResults = [] } = {} }: AnalysisRunObject): AnalysisRun {
  return {
    name: metadata?.name ?? "",
    ...(phase !== undefined && { phase }),
    ...(message !== undefined && { message }),
    metrics: metricResults,
  };
}
