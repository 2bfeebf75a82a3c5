import type { V1DaemonSet, V1Node, V1Pod } from "@kubernetes/client-node";
import type { CheckContext, Diagnosis, Finding } from "./check";
import { nameOf, podProblem, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, type Promised } from "./finding";

/** Images are pulled and pods start within this, on a fresh node too. */
const SETTLE_SECONDS = 600;

/** Every node has a pod of this DaemonSet, given as namespace/name, and the pod is well. */
export function runsOnEveryNode(
  { waitUntil }: Pick<CheckContext, "waitUntil">,
  view: ClusterView,
  promised: Promised,
  daemonSet: string,
  called = "collector",
): Promise<Finding> {
  const [namespace = "", name = ""] = daemonSet.split("/");
  return examine(promised, async () => {
    const settled = await waitUntil({
      reason: `${name} on each node`,
      deadlineSeconds: SETTLE_SECONDS,
      attempt: async () => {
        const set = await view.get<V1DaemonSet>("apps/v1", "DaemonSet", name, namespace);
        const labels = set?.spec?.selector.matchLabels ?? {};
        const pods = (await view.list<V1Pod>("v1", "Pod", namespace)).filter(
          ({ metadata }) =>
            set !== undefined && Object.entries(labels).every(([key, value]) => metadata?.labels?.[key] === value),
        );
        const nodes = await view.list<V1Node>("v1", "Node");
        const wrong = each(nodes, nameOf, (node) => {
          const own = pods.find((pod) => pod.spec?.nodeName === node.metadata?.name);
          return own === undefined ? `has no ${called}` : podProblem(own);
        });
        return { done: nodes.length > 0 && wrong.length === 0, value: { wrong, looked: nodes.length } };
      },
    });
    return { ...settled.value, detail: `${settled.value.looked} nodes` };
  });
}

/** A9.3: a node nobody collects from is usually one whose taint the collector does not tolerate. */
export async function nodesNotTolerated(view: ClusterView, daemonSet: string): Promise<Diagnosis[]> {
  const [namespace = "", name = ""] = daemonSet.split("/");
  const set = await view.get<V1DaemonSet>("apps/v1", "DaemonSet", name, namespace);
  const everywhere = set?.spec?.template.spec?.tolerations?.some(
    ({ key, operator, effect }) => key === undefined && operator === "Exists" && effect === undefined,
  );
  const nodes = await view.list<V1Node>("v1", "Node");
  const tainted = nodes.filter(({ spec }) => spec?.taints?.some(({ effect }) => effect !== "PreferNoSchedule"));
  return diagnosis(
    "A9.3",
    "the collector does not tolerate these nodes' taints: their logs are lost",
    `let ${name} tolerate every taint: [{ operator: Exists }]`,
    set === undefined || everywhere === true ? [] : tainted.map(nameOf),
  );
}
