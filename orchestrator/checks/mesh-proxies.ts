import type { KubernetesObject, V1Deployment, V1Pod } from "@kubernetes/client-node";
import { SIDECAR } from "../../infra/mesh/names";
import type { CheckContext, Diagnosis, Finding } from "./check";
import { nameOf, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine } from "./finding";

/** As long as a rollout of a well Deployment takes at most (its progressDeadlineSeconds by default). */
const ROLLOUT_SECONDS = 600;
const WITH_PROXY = "every pod of the namespaces that joined has its proxy";

/** A10.2: a pod gets its proxy when it is made; one that was there before has none. */
export function withProxies(
  { waitUntil, outputs }: Pick<CheckContext, "waitUntil" | "outputs">,
  view: ClusterView,
): Promise<Finding> {
  const { namespaces } = outputs.mesh;
  return examine({ requirement: "A10.2", title: WITH_PROXY }, async () => {
    // Pods are made again one after the other, and those of before serve until then.
    await waitUntil({
      reason: "rollouts in the namespaces of the mesh",
      deadlineSeconds: ROLLOUT_SECONDS,
      attempt: async () => {
        const lists = await Promise.all(
          namespaces.map((name) => view.list<V1Deployment>("apps/v1", "Deployment", name)),
        );
        return { done: !lists.flat().some(rolling), value: undefined };
      },
    });
    const pods = (await Promise.all(namespaces.map((name) => view.list<V1Pod>("v1", "Pod", name)))).flat();
    const lasting = pods.filter(
      ({ metadata, spec, status }) =>
        metadata?.deletionTimestamp === undefined && spec?.hostNetwork !== true && status?.phase !== "Succeeded",
    );
    const wrong = each(lasting, nameOf, ({ metadata }) =>
      metadata?.labels?.[SIDECAR.injected] === undefined ? "has no proxy: it speaks plain text" : undefined,
    );
    return { looked: namespaces.length + 1, wrong, detail: `${lasting.length} pods` };
  });
}

/** A Deployment that has pods of another template than its own, or has not been looked at. */
function rolling({ metadata, status }: V1Deployment): boolean {
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0 } = status ?? {};
  return observedGeneration < (metadata?.generation ?? 0) || updatedReplicas < replicas;
}

/** A10.2: they were not made again since their namespace joined. */
export function notMadeAgain(findings: readonly Finding[]): Diagnosis[] {
  const without = findings.filter(({ title, verdict }) => title === WITH_PROXY && verdict === "failed");
  return diagnosis(
    "A10.2",
    "these pods were there before their namespace joined, and a proxy comes only into new ones",
    "restart their workloads, one at a time: kubectl -n NAMESPACE rollout restart deployment NAME",
    without.flatMap(({ subjects }) => subjects),
  );
}

interface Route extends KubernetesObject {
  spec?: { parentRefs?: { kind?: string }[] };
}

/**
 * Linkerd 2.20 reads the Gateway API as 1.5.1 has it and says nothing of what is newer. HTTPRoute and GRPCRoute have the
 * same fields in 1.5.1 and 1.6.1 (standard channel); the other kinds are served in a version that it does not look for.
 */
export function routesAreRead(view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A10.1", title: "Linkerd reads every route that is meant for it" }, async () => {
    const api = "gateway.networking.k8s.io/v1";
    const kinds = ["TCPRoute", "TLSRoute", "UDPRoute"];
    const routes = (await Promise.all(kinds.map((kind) => view.list<Route>(api, kind)))).flat();
    const meant = routes.filter(({ spec }) => spec?.parentRefs?.some(({ kind }) => kind === "Service"));
    const wrong = each(meant, nameOf, () => "is for a Service, and of a kind that Linkerd 2.20 does not read from v1");
    return {
      looked: 1,
      wrong,
      detail: "HTTPRoute and GRPCRoute are the same in 1.5.1 and 1.6.1; no other kind is for a Service",
    };
  });
}
