import { SIDECAR } from "../../../infra/mesh/names";
import type { KubeObject } from "../kubernetes/object";
import type { Operator, OperatorContext } from "./operator";

/** Pods that were there before their namespace joined, by cluster: nobody puts a proxy into them. */
const before = new Map<string, Map<string, ReadonlySet<string>>>();

/**
 * Linkerd's injector, as far as a rehearsal shows it: a pod that is made after its namespace joined, or asks by itself, is
 * marked as having a proxy. Played nodes run no containers, so the proxy itself is left out.
 */
export const linkerd: Operator = {
  name: "linkerd",
  deployment: { "linkerd.io/control-plane-component": "proxy-injector" },
  kinds: [
    { apiVersion: "v1", kind: "Namespace" },
    { apiVersion: "v1", kind: "Pod" },
  ],
  async reconcile(context) {
    for (const namespace of context.world.list("v1", "Namespace"))
      if (namespace.metadata.annotations?.[SIDECAR.inject] === SIDECAR.joined)
        await inject(context, namespace.metadata.name);
    for (const pod of context.world.list("v1", "Pod"))
      if (pod.metadata.annotations?.[SIDECAR.inject] === SIDECAR.joined) await mark(context, pod);
    return false;
  },
};

async function inject(context: OperatorContext, namespace: string): Promise<void> {
  const pods = context.world.list("v1", "Pod", namespace);
  const known = before.get(context.cluster) ?? new Map<string, ReadonlySet<string>>();
  before.set(context.cluster, known);
  const early = known.get(namespace) ?? new Set(pods.map(({ metadata }) => metadata.uid ?? ""));
  known.set(namespace, early);
  for (const pod of pods) if (!early.has(pod.metadata.uid ?? "")) await mark(context, pod);
}

async function mark({ world }: OperatorContext, pod: KubeObject): Promise<void> {
  const { deletionTimestamp, labels } = pod.metadata;
  if (deletionTimestamp !== undefined || labels?.[SIDECAR.injected] !== undefined) return;
  await world.patch(pod, { metadata: { labels: { [SIDECAR.injected]: SIDECAR.namespace } } });
}
