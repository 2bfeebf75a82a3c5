import type { KubernetesObject } from "@kubernetes/client-node";
import { SlipwayError } from "../../errors";
import type { Application, Applications } from "./sync";

const API = "argoproj.io/v1alpha1";

/**
 * Applications of a namespace, with the rights of the current context of KUBECONFIG, or of `kubeconfig`: get, list and
 * patch of applications.argoproj.io are enough.
 */
export function openApplications(namespace: string, kubeconfig?: string): Applications {
  const connect = async () => {
    const { KubeConfig, KubernetesObjectApi, PatchStrategy } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromString(kubeconfig);
    return { api: KubernetesObjectApi.makeApiClient(config), merge: PatchStrategy.MergePatch };
  };
  let connected: ReturnType<typeof connect> | undefined;
  const asked = async <T>(use: (client: Awaited<ReturnType<typeof connect>>) => Promise<T>): Promise<T> => {
    try {
      return await use(await (connected ??= connect()));
    } catch (error) {
      if (error instanceof Error && UNSERVED.test(error.message)) throw noArgoCd(error);
      throw new SlipwayError(
        "cluster-unreachable",
        `Applications of ${namespace} cannot be read or changed: ${error instanceof Error ? error.message : String(error)}`,
        "use a kubeconfig that may get, list and patch applications.argoproj.io there",
        "failure",
        { cause: error },
      );
    }
  };
  return {
    all: () =>
      asked(async ({ api }) => (await api.list(API, "Application", namespace)).items as unknown as Application[]),
    patch: (name, patch) =>
      asked(async ({ api, merge }) => {
        const object = { apiVersion: API, kind: "Application", metadata: { name, namespace }, ...patch };
        const metadata = { ...(patch as { metadata?: object }).metadata, name, namespace };
        await api.patch({ ...object, metadata } as KubernetesObject, undefined, undefined, undefined, undefined, merge);
      }),
  };
}

/** The client's words where the API server serves no such kind, or not even its group. */
const UNSERVED = /^Unrecognized API version and kind|^Failed to fetch resource metadata[^\n]*HTTP-Code: 404/;

/** Pause, sync of a commit and the way back are asked of Argo CD; Flux is not spoken to (A7.5). */
function noArgoCd(cause: Error): SlipwayError {
  return new SlipwayError(
    "no-argo-cd",
    "this cluster knows no Applications: Argo CD does not deliver here, and promotion by Git asks nobody else",
    "use the kubeconfig of a cluster with gitops.engine: argo-cd, or take delivery: out of promotion/rules.yaml and let Flux follow the branch",
    "refused",
    { cause },
  );
}
